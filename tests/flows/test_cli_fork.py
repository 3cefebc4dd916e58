"""`playhead fork`: another way from a step, told as what differs; the original conversation is not touched."""

from __future__ import annotations

import pytest

import playhead as face
from tests.flows.conftest import dump, runs_of


@pytest.fixture
def recorded(played, conversation):
    played(conversation("When are you open?", "Please approve my discount", id="c-1"))


def rows_without_branches(tmp_path):
    """What the database holds, but for what a fork adds."""
    how_many = """INSERT INTO "counts" VALUES('recording'"""  # runs there are, those of the fork among them
    return {row for row in dump(tmp_path) if row.startswith("INSERT") and not row.startswith(how_many)}


@pytest.mark.usefixtures("recorded")
class TestFork:
    def test_a_changed_value_and_what_came_of_it(self, playhead, golden):
        ended = playhead("fork", runs_of(playhead)[0], "--at", "act@2", "--set", "topic=thanks")
        assert ended.code == 0
        golden("fork.txt", ended.out)
        assert "Kept as c-1~" in ended.err

    def test_the_original_is_not_touched(self, playhead, tmp_path):
        before = rows_without_branches(tmp_path)
        playhead("fork", runs_of(playhead)[0], "--at", "act@2", "--set", "topic=thanks")
        assert before <= rows_without_branches(tmp_path)

    def test_a_fork_is_a_conversation_like_any_other(self, playhead):
        ended = playhead("fork", runs_of(playhead)[0], "--at", "act@2", "--set", "topic=thanks", "--json")
        (kept,) = ended.json["kept"]
        assert playhead("replay", kept["thread"]).code == 0
        assert playhead("diff", kept["thread"], "--json").json["fates"] == ended.json["fates"]
        again = playhead("fork", kept["run"], "--at", "act@2", "--set", "topic=thanks", "--json").json
        assert again["unchanged"] and again["kept"][0]["thread"] != kept["thread"]

    def test_an_answer_to_a_run_that_waits(self, playhead):
        ended = playhead("fork", "c-1", "--answer", "yes", "--json")
        assert ended.code == 0
        said = [line for turn in ended.json["turns"] for line in turn["said"]]
        assert {"role": "business", "left": None, "right": "A person says yes."} in said
        assert playhead("show", "c-1", "--json").json["runs"][1]["status"] == "interrupted"
        assert playhead("resume", "c-1", "--answer", "no").out == "A person says no.\n"
        other = playhead("fork", "c-1", "--answer", "perhaps", "--json").json
        assert "A person says perhaps." in str(other["turns"])

    def test_the_same_through_the_deck(self, playhead, tmp_path):
        first = runs_of(playhead)[0]
        told = playhead("fork", first, "--at", "act@2", "--set", "topic=thanks", "--json").json
        with face.open(tmp_path / "runs.db") as deck:
            run = deck.run(first)
            fork = deck.fork(run, deck.config.graph("desk"), at="act@2", state={"topic": "thanks"})
            assert deck.diff(fork).fates == told["fates"]

    @pytest.mark.parametrize(
        ("options", "code", "said"),
        [
            (["--at", "akt@2"], 3, "There is no step 'akt@2'. Did you mean 'act@2'?"),
            (["--at", "read@12"], 3, "There is no step 'read@12'. Did you mean 'read@1'?"),
            (["--at", "act@2", "--set", "topic"], 2, "--set: 'topic' is not KEY=VALUE."),
            (["--at", "act@2", "--set", "topik=x"], 2, "the graph's state has no 'topik'. Did you mean 'topic'?"),
            (["--set", "topic=thanks"], 2, "at: a fork begins at a step."),
            (["--answer", "yes"], 2, "neither waits for an answer nor was given one."),
        ],
    )
    def test_what_is_wrong(self, playhead, tmp_path, options, code, said):
        before = dump(tmp_path)
        ended = playhead("fork", runs_of(playhead)[0], *options)
        assert ended.code == code and said in ended.err and len(ended.err.strip().splitlines()) >= 2
        assert dump(tmp_path) == before

    def test_a_step_that_todays_code_does_not_come_to(self, playhead, desk_code, tmp_path):
        first = runs_of(playhead)[0]
        desk_code('"act"', '"answer"')
        before = dump(tmp_path)
        ended = playhead("fork", first, "--at", "act@2", "--set", "topic=thanks")
        assert ended.code == 4 and "today's code does not come to step act@2" in ended.err
        assert dump(tmp_path) == before
