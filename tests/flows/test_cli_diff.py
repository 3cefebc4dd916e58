from __future__ import annotations

import os
from typing import TypedDict

import pytest
from langgraph.graph import StateGraph
from langgraph.types import interrupt

from playhead import open as open_deck
from playhead.errors import BadInput


@pytest.fixture
def recorded(played, conversation):
    played(
        conversation("When are you open?", "Thanks!", id="c-1"),
        conversation("When are you open?", "Thanks!", id="c-2"),
        conversation("When are you open?", "I would like to order a cake", id="c-3"),
    )


@pytest.fixture
def edited(project):
    """Edits the prompt file `read.md` for the length of a test: `edited("old words", "new words")`."""
    file = project / "prompts" / "read.md"
    before = file.read_text()

    def edit(old, new):
        assert old in before
        file.write_text(before.replace(old, new))

    yield edit
    file.write_text(before)


@pytest.mark.usefixtures("recorded")
class TestRuns:
    def test_conversations_that_say_the_same_are_equal(self, playhead):
        ended = playhead("diff", "c-1", "c-2")
        assert ended.code == 0
        assert ended.out.splitlines()[1:] == ["the same: 2 turns, 4 steps", "Turns 1 to 2: the same"]

    def test_what_differs_is_told_turn_by_turn_effects_first(self, playhead, golden):
        ended = playhead("diff", "c-1", "c-3")
        assert ended.code == 1
        golden("diff.txt", ended.out)

    def test_both_texts_can_stand_beside_each_other(self, playhead, golden):
        golden("diff_side_by_side.txt", playhead("diff", "c-1", "c-3", "--side-by-side").out)

    def test_two_runs_are_compared_by_their_shortened_ids(self, playhead):
        first, second = [run["id"] for run in playhead("show", "c-3", "--json").json["runs"]]
        found = playhead("diff", first[:9], second, "--json")
        assert found.code == 1
        (turn,) = found.json["turns"]
        assert (turn["left"]["run"], turn["right"]["run"]) == (first, second)
        assert turn["differences"][0]["path"] == "input.text"

    def test_json_says_what_differs_on_its_own_account(self, playhead):
        found = playhead("diff", "c-1", "c-3", "--json").json
        assert (found["unchanged"], found["fates"]) == (False, {})
        assert [(one["what"], one["name"], one["turn"]) for one in found["effects"]] == [("new", "send", 2)]
        assert [turn["unchanged"] for turn in found["turns"]] == [True, False]

    def test_a_recording_alone_has_nothing_to_be_compared_with(self, playhead):
        ended = playhead("diff", "c-1")
        assert ended.code == 2
        assert "neither a replay nor a fork" in ended.err

    def test_what_is_not_there_is_told_with_the_nearest(self, playhead):
        ended = playhead("diff", "c-1", "c-33")
        assert ended.code == 3
        assert "Did you mean 'c-3'?" in ended.err


class State(TypedDict, total=False):
    """What the graph knows."""

    text: str
    reply: str


def shout(state: State) -> State:
    """Answers; asks a person where a question is asked."""
    return {"reply": interrupt("May I?") if "?" in state["text"] else state["text"].upper()}


GRAPH = StateGraph(State).add_node("shout", shout).set_entry_point("shout").compile()


@pytest.fixture
def deck(project):
    with open_deck(os.environ["PLAYHEAD_STORE"]) as made:
        yield made


@pytest.fixture
def said(deck):
    """Records one event with a graph of its own: `said("c-1", "Hi", forked_from="r-1")`; gives the run."""

    def say(thread, text, **metadata):
        config = {"configurable": {"thread_id": thread}, "metadata": metadata}
        deck.record(GRAPH, "shouting").invoke({"text": text}, config)
        return deck.runs(thread)[-1]

    return say


@pytest.mark.parametrize(("origin", "word"), [("forked_from", "fork"), ("replay_of", "exact replay")])
def test_a_replay_or_a_fork_alone_is_compared_with_its_original(playhead, said, origin, word):
    original = said("c-1", "Hi")
    said("c-2", "Hi", **{origin: original.id})
    ended = playhead("diff", "c-2")
    assert ended.code == 0
    assert ended.out.splitlines()[0].endswith(f" · {word} of c-1 {original.id}")


def test_the_deck_compares_two_runs_and_says_so_in_words(deck, said):
    left, right = said("c-1", "Hi"), said("c-2", "Hello")
    found = deck.diff(left, right)
    assert not found.unchanged
    assert "  input.text: [-Hi-]{+Hello+}" in str(found).splitlines()
    assert deck.diff(left, said("c-3", "Hi")).unchanged
    with pytest.raises(BadInput, match="neither a replay nor a fork"):
        deck.diff(left)


def test_a_replay_is_compared_with_all_of_its_turn(deck, said):
    said("c-1", "May I?")
    deck.resume("c-1", GRAPH, answer="Yes.")
    replay = deck.replay(deck.runs("c-1")[-1], GRAPH)
    found = deck.diff(replay)
    assert found.unchanged, str(found)
    assert [step.left.status for step in found.turns[0].steps] == ["interrupted", "done"]
    changed = deck.diff(deck.replay(said("c-2", "Hi"), GRAPH, state={"text": "Hello"}))
    assert "replay with changes" in str(changed)
    assert "HELLO" in str(changed)


def test_a_customers_control_characters_are_shown_and_never_obeyed(playhead, play, conversation):
    play(conversation("Hi \x1b[2J [bold]", id="c-1"), conversation("Hi \x1b]0;owned\x07 \u202eevil", id="c-2"))
    for arguments in ([], ["--side-by-side"], ["--json"]):
        out = playhead("diff", "c-1", "c-2", *arguments).out
        assert not {"\x1b", "\x07", "\u202e"} & {*out}
    assert "␛[2J [bold]" in playhead("diff", "c-1", "c-2").out


class TestPrompts:
    def versions(self, playhead, thread):
        return playhead("show", thread, "--prompt", "--json").json["prompts"]

    def test_two_recorded_versions_are_compared_word_by_word(self, playhead, play, conversation, edited):
        play(conversation("Thanks!", id="c-1"))
        edited("is about", "is really about")
        play(conversation("Thanks!", id="c-2"))
        (old,), (new,) = [self.versions(playhead, thread) for thread in ("c-1", "c-2")]
        sides = [f"read@{old['content_hash'][:8]}", f"read@{new['content_hash'][:8]}"]
        ended = playhead("diff", *sides)
        assert ended.code == 1
        assert "customer's message to a bakery is {+really +}about" in ended.out
        changed = [
            each for each in playhead("diff", *sides, "--json").json["files"][0]["words"] if each["op"] != "same"
        ]
        assert [(each["op"], each["text"].strip()) for each in changed] == [("added", "really")] * 2
        assert "{+really +}" in playhead("diff", *sides, "--side-by-side").out

    def test_an_unchanged_version_is_equal_to_itself(self, playhead, play, conversation):
        play(conversation("Thanks!"))
        (known,) = self.versions(playhead, "c-1")
        name = f"read@{known['content_hash'][:8]}"
        assert playhead("diff", name, name).out.endswith(" · the same\n")

    def test_a_version_is_compared_with_the_file_as_it_stands(self, playhead, play, conversation, edited):
        play(conversation("Thanks!"))
        (old,) = self.versions(playhead, "c-1")
        name = f"read@{old['content_hash'][:8]}"
        assert playhead("diff", name, "read@now").code == 0
        edited("is about", "asks about")
        assert "[-is-]{+asks+} about" in playhead("diff", name).out

    def test_what_is_no_hash_is_no_version_either(self, playhead, play, conversation):
        play(conversation("Thanks!"))
        ended = playhead("diff", "read@zz", "read@now")
        assert ended.code == 3
        assert "read@zz is no recorded version; there are: read@" in ended.err

    def test_an_unknown_version_is_told_with_those_there_are(self, playhead, play, conversation):
        play(conversation("Thanks!"))
        (known,) = self.versions(playhead, "c-1")
        ended = playhead("diff", "read@0000000", "read@now")
        assert ended.code == 3
        assert f"read@{known['content_hash'][:12]}" in ended.err

    def test_two_prompts_are_refused(self, playhead, play, conversation):
        play(conversation("Thanks!"))
        assert playhead("diff", "read@now", "write@now").code in (2, 3)
