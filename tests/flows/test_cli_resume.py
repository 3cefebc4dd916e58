from __future__ import annotations

import pytest

from playhead.errors import GraphFailed


@pytest.fixture
def waiting(played, conversation):
    played(conversation("Are you open? approve", id="c-1042"))


def test_an_answer_lets_the_conversation_go_on(playhead, waiting):
    ended = playhead("resume", "c-10", "--answer", "yes, of course")
    assert ended.code == 0
    assert ended.out == "A person says yes, of course.\n"
    assert [run["status"] for run in playhead("show", "c-1042", "--json").json["runs"]] == ["interrupted", "done"]


def test_an_answer_in_json_is_read_as_json(playhead, waiting):
    assert playhead("resume", "c-1042", "--answer", '{"ok": true}', "--json").json["reply"] == (
        "A person says {'ok': True}."
    )


def test_the_answer_is_in_the_chat_and_nothing_waits_any_more(playhead, waiting):
    playhead("resume", "c-1042", "--answer", "yes")
    first, _ = playhead("show", "c-1042", "--json").json["runs"]
    assert "waits for an answer" not in playhead("show", first["id"]).out
    chat = playhead("show", "c-1042", "--json").json["chat"]
    assert [(line["role"], line["text"]) for line in chat][1:] == [
        ("note", 'asks: {"approve": "Are you open? approve"}'),
        ("person", "yes"),
        ("business", "A person says yes."),
    ]


def test_how_to_answer_can_be_pasted_whatever_the_conversation_is_called(playhead, played, conversation):
    played(conversation("Are you open? approve", id="Zoë & sons\n(c-1)"))
    shown = playhead("show", "Zoë").out
    assert shown.startswith("Zoë & sons (c-1)\n")
    note = playhead("show", "Zoë", "--json").json["chat"][-1]["text"]
    assert note == "waits for an answer: playhead resume 'Zoë & sons\n(c-1)' --answer …"


def test_without_an_answer_it_is_refused(playhead, waiting):
    ended = playhead("resume", "c-1042")
    assert ended.code == 6
    assert 'It asks: {"approve": "Are you open? approve"}' in ended.err
    assert "playhead resume c-1042 --answer" in ended.err


def test_what_is_asked_stands_beside_the_step_that_asks(playhead, waiting):
    shown = playhead("show", "c-1042").out
    assert 'asks: {"approve": "Are you open? approve"}' in shown
    assert "Interrupt(" not in shown


def test_a_finished_conversation_has_nothing_to_resume(playhead, play, conversation):
    play(conversation("Thanks!"))
    ended = playhead("resume", "c-1")
    assert ended.code == 6
    assert "nothing to resume" in ended.err


def test_an_unknown_conversation_is_not_found(playhead, waiting):
    assert playhead("resume", "nobody").code == 3


def test_an_error_of_the_graph_is_told_as_its_own_and_without_a_traceback(playhead, play, conversation):
    play(conversation("explode"))
    ended = playhead("resume", "c-1")
    assert ended.code == 1
    assert ended.err.splitlines() == [
        "Conversation 'c-1' went on, and its graph failed: RuntimeError: the oven is on fire.",
        "`playhead show c-1` says where; mended, it goes on with `playhead resume c-1`.",
    ]


def test_a_provider_that_cannot_be_reached_is_told(playhead, play, conversation, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setattr("playhead.graph.asking.ATTEMPTS", 1)
    play(conversation("Are you open?"), "--model=openai:gpt-5-mini")
    ended = playhead("resume", "c-1", "--model", "openai:gpt-5-mini")
    assert ended.code == 5
    assert "The model's provider failed: " in ended.err


def test_with_debug_the_traceback_is_there(playhead, play, conversation, monkeypatch):
    play(conversation("explode"))
    monkeypatch.setenv("PLAYHEAD_DEBUG", "1")
    with pytest.raises(GraphFailed) as raised:
        playhead("resume", "c-1")
    assert isinstance(raised.value.__cause__, RuntimeError)


def test_where_nothing_is_to_be_resumed_the_command_that_shows_it_can_be_typed(playhead, play, conversation):
    play(conversation("Thanks!", id="c-1"))
    assert "`playhead show c-1`" in playhead("resume", "c-1").err
