"""An operator says whether an effect happened that nobody can look up, and the conversation goes on."""

from __future__ import annotations

import pytest

from tests.flows.conftest import runs_of

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


def test_where_nothing_is_in_doubt_it_is_refused(playhead, loaded):
    ended = playhead("settle", "c-0", "--done")
    assert ended.code == 6
    assert "none of its effects is in doubt" in ended.err


def test_what_did_not_happen_has_no_result(playhead, in_doubt):
    assert playhead("settle", "c-1", "--not-done", "--result", "1").code == 2


def test_one_has_to_say_whether_it_happened(playhead, in_doubt):
    assert playhead("settle", "c-1").code == 2
