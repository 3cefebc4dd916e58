from __future__ import annotations

import json

import pytest

import playhead as face
from playhead.config import load_config


@pytest.fixture
def recorded(played, conversation):
    played(
        conversation("When are you open? 😀", "I would like to order a cake", id="c-1042"),
        conversation("Thanks!", id="c-2"),
    )


@pytest.fixture
def load(project, tmp_path):
    """Loads a tape into a recording of its own; gives its runs' threads, inputs and models' answers."""

    def read(file):
        with face.open(tmp_path / "loaded.db", config=load_config(project)) as deck:
            return [(run.thread, run.input["text"], [call.response for call in run.calls]) for run in deck.load(file)]

    return read


@pytest.mark.usefixtures("recorded")
class TestTape:
    def test_a_conversation_becomes_a_file(self, playhead, load, tmp_path):
        ended = playhead("tape", "c-1042", "-o", tmp_path / "cake.json")
        assert (ended.code, ended.out) == (0, "")
        size = (tmp_path / "cake.json").stat().st_size
        assert ended.err == f"{tmp_path / 'cake.json'}: 2 runs, 4 calls, {size:,} bytes.\n"
        assert [found[:2] for found in load(tmp_path / "cake.json")] == [
            ("c-1042", "When are you open? 😀"),
            ("c-1042", "I would like to order a cake"),
        ]

    def test_a_run_is_taped_alone(self, playhead, load, tmp_path):
        run = playhead("show", "c-1042", "--json").json["runs"][1]["id"]
        ended = playhead("tape", run[:8], "-o", tmp_path / "one.json", "--json")
        assert ended.json == {
            "file": str(tmp_path / "one.json"),
            "runs": [run],
            "calls": 2,
            "bytes": (tmp_path / "one.json").stat().st_size,
        }
        ((_, text, answers),) = load(tmp_path / "one.json")
        assert text == "I would like to order a cake"
        assert len(answers) == 2

    def test_several_are_one_tape_and_each_run_is_on_it_once(self, playhead, tmp_path):
        ended = playhead("tape", "c-2", "c-1042", "c-2", "-o", tmp_path / "all.json", "--json")
        assert len(ended.json["runs"]) == len(set(ended.json["runs"])) == 3

    def test_without_a_file_it_is_printed(self, playhead, load, tmp_path):
        for arguments in ([], ["-o", "-"]):
            ended = playhead("tape", "c-1042", *arguments)
            assert json.loads(ended.out)["playhead_tape"] == 1
            assert "2 runs, 4 calls" in ended.err
        (tmp_path / "printed.json").write_text(ended.out, "utf-8")
        assert len(load(tmp_path / "printed.json")) == 2

    def test_what_was_asked_and_answered_can_be_read_in_it(self, playhead):
        out = playhead("tape", "c-1042").out
        assert '"content": "Message: I would like to order a cake"' in out
        assert '"content": "{\\"topic\\": \\"orders\\"}"' in out
        assert "When are you open? 😀" in out

    def test_a_file_that_exists_is_not_replaced_unasked(self, playhead, tmp_path):
        file = tmp_path / "cake.json"
        file.write_text("mine")
        ended = playhead("tape", "c-1042", "-o", file)
        assert ended.code == 2
        assert "--force" in ended.err
        assert file.read_text() == "mine"
        assert playhead("tape", "c-1042", "-o", file, "--force").code == 0
        assert json.loads(file.read_text())["playhead_tape"] == 1

    def test_what_is_not_there_is_told_and_nothing_is_written(self, playhead, tmp_path):
        ended = playhead("tape", "c-1042", "c-1943", "-o", tmp_path / "cake.json")
        assert ended.code == 3
        assert "c-1943" in ended.err
        assert not (tmp_path / "cake.json").exists()

    def test_a_folder_that_is_not_there(self, playhead, tmp_path):
        ended = playhead("tape", "c-1042", "-o", tmp_path / "no" / "cake.json")
        assert ended.code == 2
        assert "cannot be written" in ended.err


def test_an_answer_brings_its_question(playhead, play, conversation, tmp_path):
    play(conversation("Are you open? approve", id="c-1"))
    playhead("resume", "c-1", "--answer", "yes")
    asked, answered = (run["id"] for run in playhead("show", "c-1", "--json").json["runs"])
    assert playhead("tape", answered, "-o", tmp_path / "tape.json", "--json").json["runs"] == [asked, answered]


def test_no_run_named_is_wrong_usage(playhead):
    assert playhead("tape").code == 2


def test_a_folder_is_no_file_to_write_to(playhead, play, conversation, tmp_path):
    play(conversation("Thanks!"))
    ended = playhead("tape", "c-1", "-o", tmp_path, "--force")
    assert ended.code == 2
    assert "it is a folder" in ended.err
