from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def recorded(played, conversation):
    played(
        conversation("Are you open? My dog is called Wuschel", id="the-dogs-owner"),
        conversation("Are you open?", id="c-2"),
    )


def everything(tmp_path):
    return b"".join(path.read_bytes() for path in tmp_path.glob("runs*.db*"))


@pytest.mark.usefixtures("recorded")
class TestDb:
    def test_a_sound_recording_passes(self, playhead):
        ended = playhead("db", "check", "--json")
        assert ended.code == 0
        assert ended.json["problems"] == []
        assert ended.json["records"] > 10

    def test_a_damaged_record_is_named(self, playhead, tmp_path):
        with sqlite3.connect(tmp_path / "runs.db") as damaged:
            damaged.execute("UPDATE runs SET status = 'failed' WHERE id = 1")
        ended = playhead("db", "check")
        assert ended.code == 1
        assert "runs is damaged" in ended.out

    @pytest.mark.parametrize("verb", [["db", "check"], ["db", "upgrade"], ["ls"]])
    def test_a_recording_that_was_cut_off_is_not_sent_to_the_check_that_cannot_open_it(self, playhead, tmp_path, verb):
        whole = (tmp_path / "runs.db").read_bytes()
        (tmp_path / "cut.db").write_bytes(whole[: len(whole) // 2])
        ended = playhead(*verb, "--store", tmp_path / "cut.db")
        assert (ended.code, ended.out) == (1, "")
        assert "cut.db is damaged and cannot be opened" in ended.err
        assert "db check" not in ended.err

    def test_a_customer_is_forgotten_everywhere(self, playhead, tmp_path):
        assert b"the-dogs-owner" in everything(tmp_path)
        ended = playhead("db", "forget", "the-dogs-owner", "--yes", "--json")
        assert (ended.code, ended.json["conversations"]) == (0, 1)
        assert b"Wuschel" not in everything(tmp_path)
        assert b"the-dogs-owner" not in everything(tmp_path)
        assert playhead("db", "check").code == 0

    def test_the_others_stay(self, playhead):
        playhead("db", "forget", "the-dogs-owner", "--yes")
        assert playhead("show", "c-2", "--json").json["chat"][1]["text"] == "We are open."

    def test_it_asks_first(self, playhead, typed):
        typed("n")
        ended = playhead("db", "forget", "the-dogs-owner")
        assert ended.code == 6
        assert "Erase 1 conversation of the-dogs-owner" in ended.err
        assert playhead("show", "the-dogs-owner").code == 0

    def test_where_nobody_is_there_to_say_yes_nothing_is_erased(self, playhead, typed):
        typed()
        assert playhead("db", "forget", "the-dogs-owner").code == 6
        assert playhead("show", "the-dogs-owner").code == 0

    def test_a_customer_nobody_knows_is_not_found(self, playhead):
        ended = playhead("db", "forget", "nobody", "--yes")
        assert ended.code == 3
        assert "nobody" in ended.err

    def test_files_that_speak_of_a_customer_and_are_not_reached_are_named(self, playhead, tmp_path):
        playhead("tape", "the-dogs-owner", "-o", tmp_path / "dog.json")
        ended = playhead("db", "forget", "the-dogs-owner", "--yes", "--json")
        assert str(tmp_path / "dog.json") in ended.json["files_not_reached"]
        assert "dog.json speaks of them" in ended.err

    def test_of_many_such_files_ten_are_named(self, playhead, tmp_path):
        for number in range(12):
            playhead("tape", "the-dogs-owner", "-o", tmp_path / f"dog-{number}.json")
        ended = playhead("db", "forget", "the-dogs-owner", "--yes")
        assert ended.err.count("speaks of them") == 10
        assert re.search(r"And \d+ files? more; --json names all.", ended.err)

    def test_a_vacuum_says_how_many_bytes_it_gave_back(self, playhead):
        ended = playhead("db", "vacuum", "--json")
        assert ended.code == 0
        assert ended.json["after"] <= ended.json["before"]
        assert "bytes before" in playhead("db", "vacuum").out

    def test_pruning_says_what_would_go_and_removes_it_with_yes(self, playhead):
        ended = playhead("db", "prune", "--older-than", "2099-01-01")
        assert ended.code == 0
        assert ended.out.startswith("Would go: 2 runs, ")
        assert "Nothing was removed" in ended.out
        assert playhead("show", "c-2").code == 0
        assert playhead("db", "prune", "--older-than", "2099-01-01", "--yes", "--json").json["runs"] == 2
        assert playhead("show", "c-2").code == 3
        assert playhead("db", "check").code == 0

    def test_pruning_without_a_word_of_what_is_refused(self, playhead):
        ended = playhead("db", "prune", "--yes")
        assert ended.code == 2
        assert "nothing says which runs" in ended.err

    def test_a_recording_that_is_up_to_date_needs_no_upgrade(self, playhead):
        ended = playhead("db", "upgrade")
        assert ended.code == 0
        assert "which is the newest" in ended.out


OLD = Path(__file__).parents[1] / "store" / "recordings" / "schema-1.db"


class TestDbUpgrade:
    @pytest.fixture(autouse=True)
    def old(self, project, tmp_path):
        shutil.copy(OLD, tmp_path / "runs.db")

    def test_it_says_what_it_does_copies_the_recording_and_does_it(self, playhead, tmp_path):
        assert "Nothing was done" in playhead("db", "upgrade", "--dry").out
        ended = playhead("db", "upgrade")
        assert ended.code == 0
        assert "version 1 → " in ended.out
        assert "2. Business facts said of conversations and runs" in ended.out
        assert (tmp_path / "runs.db.version-1").is_file()
        assert playhead("show", "c-1").code == 0
        assert playhead("db", "check").code == 0

    def test_a_newer_recording_is_refused_and_not_touched(self, playhead, tmp_path):
        with sqlite3.connect(tmp_path / "runs.db") as raw:
            raw.execute("PRAGMA user_version = 99")
        ended = playhead("db", "upgrade")
        assert ended.code == 1
        assert "version 99" in ended.err
        assert not (tmp_path / "runs.db.version-99").exists()

    def test_no_recording_is_not_found(self, playhead, tmp_path):
        assert playhead("db", "upgrade", "--store", tmp_path / "nowhere.db").code == 3
