from __future__ import annotations

import sqlite3

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

    def test_a_customer_nobody_knows_is_not_found(self, playhead):
        ended = playhead("db", "forget", "nobody", "--yes")
        assert ended.code == 3
        assert "nobody" in ended.err
