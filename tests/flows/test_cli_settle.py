"""An operator says whether an effect happened that nobody can look up, and the conversation goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.flows import crashing
from tests.flows.conftest import runs_of
from tests.flows.processes import PROCESSES

SEND = "@effect(idempotent=True)\ndef send(text: str, to: str) -> dict:\n    return"


@pytest.fixture
def loaded(play, conversation):
    """The desk, which has talked to somebody."""
    play(conversation("Thanks!", id="c-0"))


@pytest.fixture
def in_doubt(loaded, play, conversation, desk_code):
    """A conversation that stopped because it cannot be told whether its message was sent."""
    desk_code(SEND, SEND.replace("idempotent=True", "").replace("return", "raise ConnectionError\n    return"))
    play(conversation("When are you open?"))
    return desk_code


def test_what_happened_is_not_done_again(playhead, in_doubt):
    in_doubt("idempotent=True", "")  # the connection is mended
    assert playhead("resume", "c-1").code == 6
    ended = playhead("settle", "c-1", "--done", "--result", '{"sent": true}', "--by", "ada", "--json")
    assert (ended.code, ended.json["thread"], ended.json["happened"]) == (0, "c-1", True)
    assert playhead("resume", "c-1").out == "We are open.\n"
    (label,) = playhead("label", runs_of(playhead)[0], "--json").json["labels"]
    assert (label["name"], label["value"]["by"], label["value"]["happened"]) == ("settled", "ada", True)


def test_what_did_not_happen_is_done_now(playhead, in_doubt):
    in_doubt("idempotent=True", "")
    ended = playhead("settle", "c-1", "--not-done")
    assert ended.out.endswith("it did not happen\n")
    assert "playhead resume c-1" in ended.err
    assert playhead("resume", "c-1").out == "We are open.\n"


def test_what_was_said_is_shown_in_words(playhead, in_doubt):
    playhead("settle", "c-1", "--done", "--by", "ada")
    assert "· settled by ada: it happened ·" in playhead("show", "c-1").out


def test_where_nothing_is_in_doubt_it_is_refused(playhead, loaded):
    ended = playhead("settle", "c-0", "--done")
    assert ended.code == 6
    assert "none of its effects is in doubt" in ended.err


def test_what_did_not_happen_has_no_result(playhead, in_doubt):
    assert playhead("settle", "c-1", "--not-done", "--result", "1").code == 2


def test_one_has_to_say_whether_it_happened(playhead, in_doubt):
    assert playhead("settle", "c-1").code == 2


def killed(folder: Path, where: str, kind: str = "blind") -> Path:
    """The recording of a conversation whose worker was killed there."""
    process = PROCESSES.Process(target=crashing.main, args=(folder, where, "kill", "async", kind))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    return folder / "runs.db"


def test_an_effect_that_was_cut_off_is_told_of_before_anybody_tries_to_go_on(playhead: Any, tmp_path: Path) -> None:
    store = killed(tmp_path, "inside effect, after the world changed")
    shown = playhead("show", "c-1", "--store", store).out
    assert "In doubt: send_blind was begun" in shown
    assert "c-1/m-1/speak/send_blind/0" in shown
    assert '{"text": "hello 1"}' in shown
    assert "playhead settle c-1 --done (or --not-done); then playhead resume c-1" in shown
    told = playhead("show", "c-1", "--store", store, "--json").json
    assert (told["cut_off"], told["runs"][0]["status"]) == (True, "running")
    (doubt,) = told["in_doubt"]
    assert (doubt["effect"], doubt["arguments"]) == ("send_blind", {"text": "hello 1"})
    assert "in doubt" in playhead("ls", "--store", store).out
    assert [(row["cut_off"], row["in_doubt"]) for row in playhead("ls", "--store", store, "--json").json] == [(True, 1)]
    assert playhead("settle", "c-1", "--done", "--key", doubt["key"], "--store", store).code == 0
    shown = playhead("show", "c-1", "--store", store).out
    assert "In doubt" not in shown
    assert "It was cut off: nobody is at work on it any more. playhead resume c-1 goes on with it" in shown
    assert "cut off" in playhead("ls", "--store", store).out


def test_while_somebody_is_at_work_nothing_is_in_doubt(playhead: Any, tmp_path: Path) -> None:
    process = PROCESSES.Process(target=crashing.wait_in_effect, args=(tmp_path, started := PROCESSES.Event()))
    process.start()
    try:
        assert started.wait(60)
        told = playhead("show", "c-1", "--store", tmp_path / "runs.db", "--json").json
        assert (told["cut_off"], told["in_doubt"], told["runs"][0]["status"]) == (False, [], "running")
    finally:
        process.kill()
        process.join()
    told = playhead("show", "c-1", "--store", tmp_path / "runs.db", "--json").json
    assert (told["cut_off"], [doubt["effect"] for doubt in told["in_doubt"]]) == (True, ["wait"])


def test_what_came_to_a_good_end_has_nothing_in_doubt(playhead: Any, loaded: Any) -> None:
    told = playhead("show", "c-0", "--json").json
    assert (told["cut_off"], told["in_doubt"]) == (False, [])


def test_where_nothing_is_in_doubt_the_command_that_shows_it_can_be_typed(playhead, play, conversation):
    play(conversation("Thanks!", id="c-1"))
    assert "`playhead show c-1 --calls`" in playhead("settle", "c-1", "--done").err
