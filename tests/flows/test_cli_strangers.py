"""What somebody meets who does not know the place: wrong files, wrong names, a reader who leaves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MAIN = [sys.executable, "-c", "import sys; from playhead.cli import main; sys.exit(main())"]


@pytest.fixture
def place(project, tmp_path):
    """A folder with things that are not what they are taken for."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "noise").write_bytes(b"\x89\xff\x00\x01" * 900)
    return tmp_path


@pytest.fixture
def recorded(played, conversation):
    played(conversation("Are you open?", "Thanks!", id="c-1"))


@pytest.mark.parametrize(
    ("store", "code", "told"),
    [("folder", 1, "it is a folder"), ("noise", 1, "it is no database"), ("empty", 3, "There is no recording")],
)
@pytest.mark.parametrize("verb", ["ls", "show c-1", "db check", "db upgrade"])
def test_what_is_no_recording_is_told_and_left_as_it_is(playhead, place, verb, store, code, told):
    before = [(file.name, file.stat().st_size) for file in sorted(place.iterdir())]
    ended = playhead(*verb.split(), "--store", place / store)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert [(file.name, file.stat().st_size) for file in sorted(place.iterdir())] == before


@pytest.mark.parametrize("verb", ["run desk --input conversations.jsonl", "chat desk", "resume c-1"])
def test_a_folder_without_prompts_is_told_before_anything_is_played(playhead, place, monkeypatch, verb):
    (place / "conversations.jsonl").write_text('{"id": "a", "turns": [{"role": "customer", "text": "Hi"}]}')
    words = [str(place / word) if word.endswith(".jsonl") else word for word in verb.split()]
    ended = playhead(*words, "--prompts", place / "folder")
    assert (ended.code, ended.out) == (2, "")
    assert "it holds no prompt file" in ended.err
    assert not (place / "runs.db").exists()


@pytest.mark.usefixtures("recorded")
def test_a_name_that_goes_on_and_on_is_not_said_whole(playhead):
    ended = playhead("show", "x" * 5000)
    assert ended.code == 3
    assert len(ended.err) < 400


@pytest.mark.parametrize(("file", "told"), [("noise", "it is not UTF-8"), ("empty", "there is no conversation in it")])
def test_a_file_that_is_wrong_from_the_beginning_is_told_without_a_bar(playhead, place, file, told):
    ended = playhead("import", "chat-jsonl", place / file)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 2)
    assert told in ended.err


def test_a_prompt_file_that_cannot_be_read_does_not_hide_the_others(playhead, place, project):
    (place / "folder" / "noise.md").write_bytes(b"\x00")
    (place / "folder" / "read.md").write_text((project / "prompts" / "read.md").read_text())
    found = playhead("prompt", "ls", "--prompts", place / "folder", "--json").json
    assert ([one["name"] for one in found["prompts"]], list(found["broken"])) == (["read"], ["noise.md"])
    assert playhead("prompt", "show", "read", "--prompts", place / "folder").code == 0
    assert playhead("prompt", "show", "noise", "--prompts", place / "folder").code == 1


def test_a_folder_without_prompts_is_said_to_hold_none(playhead, place):
    ended = playhead("prompt", "ls", "--prompts", place / "folder")
    assert (ended.code, ended.out) == (0, "")
    assert "holds no prompt file" in ended.err


@pytest.mark.usefixtures("recorded")
class TestWithARecording:
    def test_a_status_that_no_run_has_is_answered_with_the_nearest(self, playhead):
        ended = playhead("db", "prune", "--status", "fialed")
        assert ended.code == 2
        assert "Did you mean 'failed'?" in ended.err

    def test_a_report_that_cannot_be_written_is_told_before_anything_is_asked(self, playhead, place):
        for page in (place / "folder", place / "no" / "report.html"):
            ended = playhead("backtest", "--prompts", "prompts", "--yes", "--html", page)
            assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 2)

    @pytest.mark.parametrize("verb", ["ls", "ls --json", "show c-1 --calls", "prompt show read", "replay c-1"])
    def test_a_reader_who_leaves_is_no_error(self, verb):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            done = subprocess.run([*MAIN, *verb.split()], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
        assert (done.returncode, "rror" in done.stderr) == (0, False)

    def test_a_reader_who_leaves_finds_the_page_of_a_backtest_all_the_same(self, place):
        reading, writing = os.pipe()
        os.close(reading)
        verb = [*MAIN, "backtest", "--model", "default=embedded", "--yes", "--html", str(place / "report.html")]
        with os.fdopen(writing, "wb") as pipe:
            subprocess.run(verb, stdout=pipe, stderr=subprocess.PIPE, check=True)
        assert (place / "report.html").read_text("utf-8").startswith("<!doctype html>")

    def test_a_reader_who_leaves_while_conversations_are_played_is_told_how_to_go_on(self, project, place):
        turn = '{"role": "customer", "text": "Thanks!"}'
        (place / "conversations.jsonl").write_text(f'{{"id": "a", "turns": [{turn}, {turn}]}}')
        reading, writing = os.pipe()
        os.close(reading)
        command = [*MAIN, "run", "desk", "--json", "--input", place / "conversations.jsonl"]
        with os.fdopen(writing, "wb") as pipe:
            done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
        assert done.stderr.splitlines()[-1].endswith("--json --resume a")


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("ls", "--store", ""), "its place is empty"),
        (("db", "upgrade", "--store", ""), "its place is empty"),
        (("doctor", "--store", ""), "its place is empty"),
        (("demo", "--store", ""), "its place is empty"),
        (("ls", "--since", ""), "--since: '' is no moment"),
        (("db", "forget", "", "--yes"), "CUSTOMER: the name is empty"),
        (("chat", "desk", "--thread", ""), "--thread: the name is empty"),
        (("backtest", "--model", "default=embedded", "--yes", "--resume", ""), "There is no experiment ''"),
        (("tape", "c-1", "-o", ""), "it is a folder"),
    ],
)
def test_a_variable_that_nobody_set_stands_for_nothing(playhead, typed, told):
    ended = playhead(*typed)
    assert (ended.code, ended.out) == (3 if "experiment" in told else 2, "")
    assert told in ended.err


@pytest.mark.usefixtures("recorded")
def test_a_name_that_no_path_could_have_is_no_tape(playhead):
    ended = playhead("replay", "x" * 5000)
    assert ended.code == 3
    assert "There is no run or conversation 'xxx" in ended.err


def test_a_place_that_no_path_could_be_is_no_recording(playhead):
    ended = playhead("ls", "--store", "x" * 5000)
    assert ended.code == 1
    assert "it cannot be looked at (File name too long)" in ended.err


@pytest.mark.usefixtures("recorded")
def test_a_terminal_that_is_said_to_have_no_columns_is_written_on_all_the_same(playhead, monkeypatch):
    monkeypatch.setenv("COLUMNS", "0")
    assert "c-1" in playhead("ls").out


@pytest.mark.usefixtures("recorded")
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")  # noqa: PTH110
def test_where_there_is_no_room_for_what_is_printed_that_is_told_once(project):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([*MAIN, "ls", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no room left")
    assert "Traceback" not in done.stderr
