from __future__ import annotations

import pytest

from playhead.records import Call, Step


@pytest.fixture
def recorded(played, conversation):
    played(conversation("When are you open?", "I would like to order a cake", "Thanks!", id="c-1042"))


@pytest.mark.usefixtures("recorded")
class TestShow:
    def test_a_conversation_is_a_chat_and_a_timeline(self, playhead, golden):
        golden("show.txt", playhead("show", "c-1042").out)

    def test_calls_are_shown_as_sent(self, playhead):
        out = playhead("show", "c-1042", "--calls").out
        assert "→ system     Say what a customer's message to a bakery is about." in out
        assert "→ user       Message: I would like to order a cake" in out
        assert '← assistant  {"topic": "orders"}' in out
        assert '"text": "Your cake is ordered."' in out

    def test_a_name_may_be_shortened(self, playhead):
        assert playhead("show", "c-1", "--json").json["thread"] == "c-1042"

    def test_a_run_shows_that_run_only(self, playhead):
        run = playhead("show", "c-1042", "--json").json["runs"][1]
        shown = playhead("show", run["id"][:8], "--json").json
        assert [one["id"] for one in shown["runs"]] == [run["id"]]
        assert [line["text"] for line in shown["chat"]] == ["I would like to order a cake", "Your cake is ordered."]

    def test_the_steps_have_their_calls_with_prompt_and_tokens(self, playhead):
        _, read, act = playhead("show", "c-1042", "--json").json["runs"][1]["steps"]
        assert read["calls"][0]["prompt"]["name"] == "read"
        assert read["calls"][0]["input_tokens"] > 0
        assert read["wrote"]["topic"] == "orders"
        assert (act["calls"][0]["kind"], act["calls"][0]["name"]) == ("effect", "send")

    def test_calls_in_json_have_request_and_response(self, playhead):
        steps = playhead("show", "c-1042", "--json", "--calls").json["runs"][0]["steps"]
        call = next(call for step in steps for call in step["calls"])
        assert call["request"]["messages"][-1] == {"role": "user", "content": "Message: When are you open?"}
        assert call["response"]["message"]["role"] == "assistant"

    def test_state_shows_what_a_step_was_given_and_wrote(self, playhead):
        steps = playhead("show", "c-1042", "--json", "--state").json["runs"][1]["steps"]
        assert steps[-1]["input"]["heard"] == ["When are you open?", "I would like to order a cake"]
        assert steps[-1]["output"]["said"]["outcome"] == "booked"
        assert '"heard": ["When are you open?"' in playhead("show", "c-1042", "--state").out

    def test_the_prompt_is_shown_as_it_was_recorded(self, playhead, project):
        ended = playhead("show", "c-1042", "--prompt")
        assert (project / "prompts" / "read.md").read_text() in ended.out
        assert ended.out.count("read.md · content") == 1


def test_what_is_not_there_is_told_with_the_nearest(playhead, play, conversation):
    play(conversation("Thanks!", id="c-1042"))
    ended = playhead("show", "c-1943")
    assert ended.code == 3
    assert "Did you mean 'c-1042'?" in ended.err


def test_a_recording_that_is_not_there_is_not_made(playhead, tmp_path):
    ended = playhead("show", "c-1", "--store", tmp_path / "none.db")
    assert ended.code == 3
    assert not (tmp_path / "none.db").exists()


def test_a_customers_control_characters_are_shown_and_never_obeyed(playhead, play, conversation):
    play(conversation("Are you open? \x1b]0;owned\x07 \x1b[2J [bold]x[/bold] \u202eevil", id="c-1"))
    for arguments in (["show", "c-1"], ["show", "c-1", "--calls"], ["show", "c-1", "--state"], ["ls"]):
        out = playhead(*arguments).out
        assert "\x1b" not in out
        assert "\x07" not in out
        assert "\u202e" not in out
    assert "␛[2J [bold]x[/bold]" in playhead("show", "c-1").out
    assert playhead("show", "c-1", "--json").json["chat"][0]["text"].startswith("Are you open? \x1b]0;owned\x07")
    assert "\x1b" not in playhead("show", "c-1", "--json").out


def test_a_failed_run_says_why(playhead, play, conversation):
    play(conversation("explode"))
    ended = playhead("show", "c-1")
    assert "(failed: RuntimeError: the oven is on fire)" in ended.out


def test_a_run_that_waits_says_how_to_go_on(playhead, play, conversation):
    play(conversation("When are you open, please approve"))
    assert "playhead resume c-1 --answer" in playhead("show", "c-1").out


def test_a_timeline_never_reads_what_the_steps_were_given(playhead, play, conversation, monkeypatch):
    play(conversation("When are you open?", "Thanks!"))

    def refuse(self):
        raise AssertionError("a state was read")

    monkeypatch.setattr(Step, "input", property(refuse))
    monkeypatch.setattr(Call, "request", property(refuse))
    assert playhead("show", "c-1").code == 0
    assert playhead("ls").code == 0
