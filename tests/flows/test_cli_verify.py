"""`playhead verify`: does today's code still do what was recorded? The gate of a CI."""

from __future__ import annotations

import pytest

import playhead as face
from tests.flows.conftest import dump, runs_of


@pytest.fixture
def recorded(played, conversation):
    played(
        conversation("When are you open?", "I would like to order a cake", id="c-1"),
        conversation("I would like to order a cake", id="c-2"),
        conversation("Thanks!", id="c-3"),
    )


@pytest.mark.usefixtures("recorded")
class TestVerify:
    def test_a_line_a_turn_and_nothing_is_asked(self, playhead, golden, tmp_path):
        before = dump(tmp_path)
        ended = playhead("verify")
        assert ended.code == 0 and dump(tmp_path) == before
        golden("verify.txt", ended.out)

    def test_what_differs_is_grouped_by_its_first_field(self, playhead, desk_code, golden):
        desk_code("Your cake is ordered.", "We will bake your cake.")
        ended = playhead("verify")
        assert ended.code == 1
        golden("verify_differs.txt", ended.out)
        found = playhead("verify", "--json").json
        assert (found["verified"], found["differ"], found["effects_executed"]) == (2, 2, 0)
        (group,) = found["groups"]
        assert group["runs"] == [runs_of(playhead)[1], *runs_of(playhead, "c-2")]

    def test_one_that_differs_is_counted_as_one(self, playhead, desk_code):
        desk_code("Your cake is ordered.", "We will bake your cake.")
        told = playhead("verify", "--limit", "2").out.splitlines()[-2]
        assert told == "2 turns: 1 verified, 1 differs."

    def test_some_of_them(self, playhead):
        playhead("label", "c-2", "outcome=lost")
        assert [turn["thread"] for turn in playhead("verify", "--where", "outcome=lost", "--json").json["turns"]] == [
            "c-2"
        ]
        assert len(playhead("verify", "--limit", "1", "--json").json["turns"]) == 1
        assert len(playhead("verify", "--since", "1h", "--json").json["turns"]) == 4

    def test_what_was_forked_is_not_verified_unless_asked_for(self, playhead):
        playhead("fork", "c-3", "--at", "act@2", "--set", "topic=hours")
        assert len(playhead("verify", "--json").json["turns"]) == 4
        found = playhead("verify", "--where", "origin_thread=c-3", "--json").json
        assert [turn["verdict"] for turn in found["turns"]] == ["verified"]

    def test_runs_of_another_graph_are_named(self, playhead, project):
        with face.open() as deck:
            deck.record(deck.config.graph("desk"), "old-desk").invoke(
                {"text": "Thanks!", "customer": "x", "before": []}, {"configurable": {"thread_id": "c-9"}}
            )
        ended = playhead("verify")
        assert ended.code == 3
        assert "c-9 · turn 1" in ended.out and "not verified: There is no graph 'old-desk'" in ended.out
        assert ended.out.splitlines()[-2] == "5 turns: 4 verified, 0 differ, 1 not verified."

    def test_nothing_is_selected(self, playhead):
        playhead("label", "c-2", "outcome=lost")
        ended = playhead("verify", "--where", "outcome=won")
        assert ended.code == 3 and "No recorded conversation matches outcome=won." in ended.err
        assert playhead("verify", "--where", "outcome").code == 2

    def test_the_same_through_the_deck(self, playhead, tmp_path):
        turns = playhead("verify", "--json").json["turns"]
        with face.open(tmp_path / "runs.db") as deck:
            found = list(deck.verify())
        assert [(one.run.id, one.turn, one.verdict) for one in found] == [
            (turn["run"], turn["turn"], turn["verdict"]) for turn in turns
        ]
