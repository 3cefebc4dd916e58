"""`playhead replay`: exactly, or with changes; nothing recorded is ever changed, whatever is asked for."""

from __future__ import annotations

import re

import pytest

import playhead as face
from playhead.views import own_steps
from tests.flows.conftest import dump, runs_of


@pytest.fixture
def recorded(played, conversation):
    played(conversation("When are you open?", "I would like to order a cake", "Thanks!", id="c-1"))


@pytest.fixture
def drafts(project, tmp_path):
    """A folder with one changed prompt: every word of thanks is taken for an order."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    text = (project / "prompts" / "read.md").read_text()
    (folder / "read.md").write_text(text.replace("output: {topic: thanks}}", "output: {topic: orders}}"))
    return folder


@pytest.mark.usefixtures("recorded")
class TestExactly:
    def test_each_turn_is_told_with_what_was_compared(self, playhead, golden):
        ended = playhead("replay", "c-1")
        assert ended.code == 0
        golden("replay_exact.txt", ended.out)

    def test_one_run_by_its_shortened_id_and_its_whole_conversation(self, playhead):
        second = runs_of(playhead)[1]
        assert playhead("replay", second[:8], "--json").json["turns"] == [
            {
                "thread": "c-1",
                "turn": 2,
                "run": second,
                "verdict": "verified",
                "steps": 2,
                "reused": 2,
                "asked": 0,
                "divergences": [],
            }
        ]
        assert [turn["turn"] for turn in playhead("replay", second, "--thread", "--json").json["turns"]] == [1, 2, 3]

    def test_the_same_through_the_deck(self, playhead, project, tmp_path):
        found = playhead("replay", "c-1", "--json").json
        with face.open(tmp_path / "runs.db") as deck:
            again = [deck.replay(run, deck.config.graph("desk")) for run in deck.runs("c-1")]
        assert [turn["verdict"] == "verified" for turn in found["turns"]] == [each.unchanged for each in again]
        assert [turn["steps"] for turn in found["turns"]] == [len(own_steps(each.steps)) for each in again]

    def test_it_counts_the_steps_that_show_counts(self, playhead):
        (shown, *_) = re.findall(r"\d+ steps?", playhead("show", "c-1").out)
        ended = playhead("replay", "c-1")
        assert set(re.findall(r"\d+ steps?", ended.out)) == {shown}

    def test_other_code_is_told_step_field_and_both_values(self, playhead, desk_code, golden):
        desk_code("Your cake is ordered.", "We will bake your cake.")
        ended = playhead("replay", "c-1")
        assert ended.code == 1
        golden("replay_differs.txt", ended.out)

    def test_a_renamed_node(self, playhead, desk_code):
        desk_code('"act"', '"answer"')
        ended = playhead("replay", "c-1", "--json")
        assert ended.code == 1
        found = ended.json["turns"][0]["divergences"]
        assert found == [{"step": "read@1", "field": "next", "recorded": "act", "replayed": "answer"}]

    def test_a_tape_is_replayed_without_a_recording(self, playhead, tmp_path, monkeypatch):
        playhead("tape", "c-1", "-o", tmp_path / "x.json")
        monkeypatch.setenv("PLAYHEAD_STORE", str(tmp_path / "none.db"))
        ended = playhead("replay", tmp_path / "x.json")
        assert (ended.code, ended.out.splitlines()[0]) == (0, "c-1 · exact replay")
        assert not (tmp_path / "none.db").exists()

    def test_nothing_is_kept_unless_asked_for(self, playhead, tmp_path):
        before = dump(tmp_path)
        playhead("replay", "c-1")
        assert dump(tmp_path) == before
        ended = playhead("replay", runs_of(playhead)[0], "--keep", "--json")
        (kept,) = ended.json["kept"]
        assert playhead("replay", kept["thread"]).code == 0


@pytest.mark.usefixtures("recorded")
class TestWithChanges:
    def test_what_the_customer_would_have_been_told(self, playhead, drafts, golden):
        ended = playhead("replay", "c-1", "--prompts", drafts)
        assert ended.code == 6, ended.err
        golden("replay_changed.txt", ended.out)

    def test_calls_that_are_not_reused_say_why(self, playhead, drafts):
        last = runs_of(playhead)[2]
        ended = playhead("replay", last, "--prompts", drafts, "--json")
        assert ended.code == 6
        found = ended.json
        assert found["kind"] == "replay with changes" and found["fates"]["held back"] == 1
        assert (found["effects_recorded"], found["effects_executed"]) == (0, 0)
        calls = [call for turn in found["turns"] for step in turn["steps"] for call in step["calls"]]
        assert any("prompt read.md line" in (call.get("why") or "") for call in calls)
        assert "send" in found["stopped"][0]

    def test_it_is_kept_beside_the_conversation(self, playhead, drafts):
        ended = playhead("replay", "c-1", "--prompts", drafts, "--json")
        threads = {kept["thread"] for kept in ended.json["kept"]}
        (thread,) = threads
        assert thread.startswith("c-1~") and len(runs_of(playhead, thread)) == 3
        again = playhead("diff", thread, "--json").json
        assert again["fates"] == ended.json["fates"]
        assert [turn["said"] for turn in again["turns"]][:2] == [turn["said"] for turn in ended.json["turns"]][:2]
        assert playhead("db", "check").code == 0

    def test_dry_says_what_would_be_asked(self, playhead, drafts, tmp_path):
        before = dump(tmp_path)
        ended = playhead("replay", "c-1", "--prompts", drafts, "--dry")
        assert ended.code == 0 and ended.out.endswith("Nothing was asked.\n") and "certain to be asked" in ended.out
        assert dump(tmp_path) == before

    def test_strict_refuses_every_question(self, playhead, drafts, tmp_path):
        before = dump(tmp_path)
        ended = playhead("replay", "c-1", "--prompts", drafts, "--strict")
        assert ended.code == 4 and "has no recorded answer: prompt read.md line" in ended.err
        assert dump(tmp_path) == before

    def test_a_changed_state(self, playhead):
        first = runs_of(playhead)[0]
        ended = playhead("replay", first, "--state", "text=Thanks!", "--json", "--no-keep")
        said = ended.json["turns"][0]["said"]
        assert ended.json["kept"] == [] and said[-1]["right"] != said[-1]["left"]


@pytest.mark.usefixtures("recorded")
class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("options", "code", "said"),
        [
            (["r-nope"], 3, "There is no run or conversation 'r-nope'."),
            (["c-1", "--state", "topic"], 2, "--state: 'topic' is not KEY=VALUE."),
            (["c-1", "--state", "topik=hours"], 2, "the graph's state has no 'topik'. Did you mean 'topic'?"),
            (["c-1", "--model", "embedded"], 2, "--model: 'embedded' is not ALIAS=NAME."),
            (["c-1", "--model", "defalt=embedded"], 2, "a model of this name. Did you mean 'default'?"),
            (["c-1", "--model", "default=gpt"], 2, "There is no model 'gpt'."),
            (["c-1", "--prompts", "nowhere"], 2, "there is no such folder of prompts"),
            (["broken.json"], 2, "it is not a whole JSON file"),
        ],
    )
    def test_it_says_what_where_and_what_next(self, playhead, tmp_path, options, code, said):
        (tmp_path / "broken.json").write_text("{")
        before = dump(tmp_path)
        ended = playhead("replay", *[tmp_path / one if one.endswith(".json") else one for one in options])
        assert ended.code == code and said in ended.err and len(ended.err.strip().splitlines()) >= 2
        assert dump(tmp_path) == before

    def test_a_prompt_that_does_not_lint(self, playhead, tmp_path):
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "read.md").write_text("no header")
        ended = playhead("replay", "c-1", "--prompts", tmp_path / "bad")
        assert ended.code == 1 and "read.md:1: The file does not start with a header." in ended.err

    def test_a_graph_that_is_not_configured(self, playhead, tmp_path, monkeypatch):
        empty = tmp_path / "empty"
        empty.mkdir()
        (empty / "pyproject.toml").write_text("[tool.playhead]\n")
        monkeypatch.chdir(empty)
        ended = playhead("replay", runs_of(playhead)[0])
        assert ended.code == 3 and "'desk'" in ended.err
