"""Two runs, or two conversations, are compared: what differs on its own account, and what follows from it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from playhead.comparison import Comparison, compare, compare_prompts, comparison_view, told
from playhead.comparison.prompts import version_named
from playhead.errors import BadInput, PromptVersionNotFound
from playhead.records import Call, PromptUse, ReplayedCall, Run, Step


@dataclass
class Tape:
    """Makes records whose values it holds."""

    values: list[Any] = field(default_factory=list)
    seen: list[int | None] = field(default_factory=list)

    def refs(self, **given: Any) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for name, value in given.items():
            self.values.append(value)
            found[name] = None if value is None else len(self.values)
        return found

    def read(self, ref: int | None) -> Any:
        self.seen.append(ref)
        return None if ref is None else self.values[ref - 1]

    def call(self, number: int, asked: dict[str, Any]) -> Call:
        given = {"status": "done", "prompt": None, "error": None, **asked}
        names = ("request", "response", "prompt", "inputs", "error")
        replayed = {name: given[name] for name in ("fate", "why", "recorded") if name in given}
        return (ReplayedCall if replayed else Call)(
            number=number,
            step=1,
            address="",
            kind=given["kind"],
            name=given["name"],
            ordinal=1,
            attempt=1,
            status=given["status"],
            started=0.0,
            seconds=0.1,
            input_tokens=None,
            output_tokens=None,
            refs=self.refs(**{name: given.get(name) for name in names}),
            read=self.read,
            **replayed,
        )

    def run(self, id: str, steps: Sequence[dict[str, Any]], **given: Any) -> Run:
        made = []
        for number, step in enumerate(steps, start=1):
            calls = [self.call(number * 10 + place, asked) for place, asked in enumerate(step.get("calls", []))]
            refs = self.refs(input=step.get("input"), output=[*step.get("output", {}).items()], error=None)
            address = step.get("address") or f"{step['node']}@{number}"
            made.append(Step(number, address, step["node"], 1, "done", 0.0, 0.1, tuple(calls), refs, self.read))
        values = {"input": {"text": "Hi"}, "output": {"reply": "Hello"}, "metadata": {}, "versions": {}, **given}
        refs = self.refs(context=None, error=None, **values)
        return Run(id, "c-1", "desk", "m-1", "done", 1, "h:1", 0.0, 1.0, refs, self.read, lambda _: tuple(made))


def model(question: str, answer: str, **more: Any) -> dict[str, Any]:
    request = {"messages": [{"role": "user", "content": question}], "model": more.pop("model", "gpt"), "params": {}}
    return {"kind": "model", "name": "gpt", "request": request, "response": {"message": answer, "chunks": []}, **more}


def tool(name: str, arguments: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"kind": "tool", "name": name, "request": arguments, "response": result}


def effect(name: str, key: str = "k", **arguments: Any) -> dict[str, Any]:
    return {"kind": "effect", "name": name, "request": {**arguments, "key": key}, "response": {"sent": True}}


def talk(answer: str = "gold", field_name: str = "membership", reply: str = "You are gold.") -> list[dict[str, Any]]:
    """A step that looks a customer up, one that says what it found, one that sends it."""
    result = json.dumps({"id": 7, field_name: answer})
    return [
        {
            "node": "look",
            "input": {"who": "Mia"},
            "output": {"found": result},
            "calls": [tool("get", {"id": 7}, result)],
        },
        {
            "node": "say",
            "input": {"who": "Mia", "found": result},
            "output": {"reply": reply},
            "calls": [model(f"Say {result}", reply)],
        },
        {"node": "send", "input": {"reply": reply}, "output": {}, "calls": [effect("send", text=reply)]},
    ]


def compared(left: Sequence[dict[str, Any]], right: Sequence[dict[str, Any]], **given: Any) -> Comparison:
    return compare(Tape().run("r-1", left), Tape().run("r-2", right, **given))


def whats(comparison: Comparison) -> list[str]:
    return [call.what for turn in comparison.turns for _, call in turn.calls]


def own_paths(comparison: Comparison) -> list[str]:
    return [each.path for _, _, call in comparison.divergences for each in call.differences]


class TestEqual:
    def test_a_run_is_unchanged_beside_a_copy(self):
        found = compared(talk(), talk())
        assert found.unchanged
        assert str(found).splitlines() == ["c-1 r-1 ↔ c-1 r-2", "the same: 1 turn, 3 steps", "Turn 1: the same"]

    def test_generated_ids_and_an_effects_key_are_no_difference(self):
        def steps() -> list[dict[str, Any]]:
            made = str(uuid.uuid4())
            calls = [tool("book", {"slot": 1}, {"booking": made}), effect("send", key=made, text=f"Booked: {made}")]
            return [{"node": "book", "output": {"booking": made}, "calls": calls}]

        assert compared(steps(), steps()).unchanged

    def test_values_of_one_recording_under_one_number_are_not_read(self):
        tape = Tape()
        run = tape.run("r-1", talk())
        assert compare(run, run).unchanged
        assert not {call.refs["request"] for call in run.calls} & {*tape.seen}


class TestDivergence:
    def test_a_tools_renamed_field_is_named_exactly_and_what_comes_after_follows(self):
        found = compared(talk(), talk(field_name="level"))
        assert whats(found) == ["answered otherwise", "follows", "same"]
        assert own_paths(found) == ["response.membership", "response.level"]
        (_, follows, _) = [call for _, call in found.turns[0].calls]
        assert (follows.follows, follows.differences) == ("look@1, tool get", ())

    def test_every_call_that_returns_the_field_is_named_in_every_turn(self):
        def turns(name: str) -> list[Run]:
            tape = Tape()
            return [tape.run(f"r-{turn}", [*talk(field_name=name), *talk(field_name=name)]) for turn in range(3)]

        found = compare(turns("membership"), turns("level"))
        assert [(turn.number, step.step.address) for turn, step, _ in found.divergences] == [
            (turn, address) for turn in (1, 2, 3) for address in ("look@1", "look@4")
        ]
        assert {call.follows for turn in found.turns for _, call in turn.calls if call.what == "follows"} == {
            "turn 1 · look@1, tool get"
        }

    def test_a_step_of_another_talk_is_not_compared(self):
        found = compared(talk(), talk(answer="silver", reply="You are silver."))
        look, say, send = found.turns[0].steps
        assert [look.what, say.what, send.what] == ["differs", "follows", "same"]
        assert (say.differences, send.calls[0].what) == ((), "follows")

    def test_in_a_replay_what_follows_is_compared(self):
        found = compared(talk(), talk(answer="silver", reply="You are silver."), metadata={"replay_of": "r-1"})
        assert [each.path for each in found.turns[0].steps[1].differences] == ["output.reply"]

    def test_a_changed_prompt_is_a_question_asked_otherwise(self):
        def steps(question: str, text: str) -> list[dict[str, Any]]:
            use = {"name": "say", "content_hash": text, "file_hash": text, "files": {}}
            return [{"node": "say", "input": {}, "output": {"reply": "x"}, "calls": [model(question, "x", prompt=use)]}]

        found = compared(steps("Be kind.", "a"), steps("Be brief.", "b"))
        assert whats(found) == ["asked otherwise"]
        assert own_paths(found) == ["request.messages[0].content"]

    def test_another_model_is_asked_otherwise_even_after_a_divergence(self):
        left, right = talk(), talk(answer="silver")
        right[1]["calls"][0]["request"]["model"] = "other"
        assert whats(compared(left, right)) == ["answered otherwise", "asked otherwise", "same"]

    def test_an_output_that_no_call_explains_is_the_steps_own(self):
        left, right = talk(), talk()
        right[1]["output"] = {"reply": "YOU ARE GOLD."}
        found = compared(left, right)
        assert [step.what for step in found.turns[0].steps] == ["same", "differs", "same"]
        assert not found.unchanged

    def test_an_edited_state_is_where_a_fork_parts(self):
        left, right = talk(), talk(reply="You are platinum.")
        right[1]["input"] = {"who": "Mia", "found": "platinum"}
        right[1]["calls"] = [model("Say platinum", "You are platinum.")]
        found = compared(left, right, metadata={"forked_from": "r-1"})
        assert [each.path for each in found.turns[0].steps[1].differences][:1] == ["input.found"]
        assert found.turns[0].steps[1].calls[0].follows == "say@2, what it was given"

    def test_another_input_and_another_ending_are_the_runs_own(self):
        found = compared(talk(), talk(), input={"text": "Hello"})
        assert [each.path for each in found.turns[0].differences] == ["input.text"]
        assert not found.unchanged


class TestPairing:
    def test_steps_pair_by_place_where_supersteps_moved(self):
        left, right = talk(), [{"node": "new", "output": {}}, *talk()]
        assert [step.what for step in compared(left, right).turns[0].steps] == ["new", "same", "same", "same"]

    def test_a_later_turn_is_counted_from_where_it_began(self):
        left, right = talk(), talk()
        for number, step in enumerate(right, start=41):
            step["address"] = f"{step['node']}@{number}"
        assert compared(left, right).unchanged

    def test_calls_of_one_name_pair_by_what_they_ask(self):
        def steps(*ids: int) -> list[dict[str, Any]]:
            return [{"node": "look", "output": {}, "calls": [tool("get", {"id": each}, each) for each in ids]}]

        assert whats(compared(steps(1, 2, 3), steps(2, 3))) == ["lost", "same", "same"]

    def test_turns_pair_by_what_they_were_given(self):
        def turns(*texts: str) -> list[Run]:
            return [Tape().run(f"r-{text}", talk(), input={"text": text}) for text in texts]

        found = compare(turns("a", "b", "c"), turns("a", "c"))
        assert [(bool(turn.left), bool(turn.right)) for turn in found.turns] == [
            (True, True),
            (True, False),
            (True, True),
        ]

    def test_a_replay_pairs_with_its_original(self):
        tape = Tape()
        left = [tape.run("r-1", talk()), tape.run("r-2", talk())]
        right = tape.run("r-9", talk(), metadata={"replay_of": "r-2"})
        assert [
            (turn.left and turn.left.id, turn.right and turn.right.id) for turn in compare(left, [right]).turns
        ] == [
            ("r-1", None),
            ("r-2", "r-9"),
        ]


class TestReplays:
    def replayed(self) -> Comparison:
        left = talk()
        right = talk(reply="You are golden!")
        left[1]["calls"][0]["prompt"] = {"name": "say", "content_hash": "a", "file_hash": "a", "files": {}}
        right[1]["calls"][0]["prompt"] = {"name": "say", "content_hash": "b", "file_hash": "b", "files": {}}
        right[1]["calls"][0]["request"]["messages"][0]["content"] = "Say warmly"
        right[0]["calls"][0] |= {"fate": "reused", "why": "", "recorded": 10}
        right[1]["calls"][0] |= {"fate": "re-asked", "why": "prompt say.md line 2", "recorded": 20}
        right[2]["calls"] = [
            effect("send", text="You are golden!") | {"fate": "held back", "why": "text", "recorded": 30}
        ]
        return compared(left, right)

    def test_what_became_of_each_call_is_counted_and_said(self):
        found = self.replayed()
        assert found.fates == {"reused": 1, "re-asked": 1, "new": 0, "held back": 1}
        text = str(compare(found.turns[0].left, found.turns[0].right))
        assert "1 reused · 1 re-asked · 1 held back" in text
        assert "model gpt · re-asked: prompt say.md line 2 · asked otherwise" in text

    def test_effects_come_first(self):
        assert told(self.replayed())[2].text == "effect otherwise, held back: send · turn 1 · send@3 ·"

    def test_a_call_may_be_served_from_another_step(self):
        left = [{"node": "a", "output": {}, "calls": [tool("get", {"id": 1}, 1)]}, {"node": "b", "output": {}}]
        right = [{"node": "a", "output": {}}, {"node": "b", "output": {}, "calls": [tool("get", {"id": 1}, 1)]}]
        right[1]["calls"][0] |= {"fate": "reused", "why": "the same request", "recorded": 10}
        assert whats(compared(left, right)) == ["same"]

    def test_new_and_lost_effects_are_told_before_others(self):
        left, right = talk(), talk(reply="Other words.")
        right[0]["calls"] = [*right[0]["calls"], effect("book", day="Monday")]
        found = compared(left, right)
        assert [(call.what, call.call.name) for _, _, call in found.effects] == [("new", "book"), ("follows", "send")]


class TestTelling:
    def test_the_view_is_json_and_leaves_out_what_is_not_there(self):
        view = json.loads(json.dumps(comparison_view(compared(talk(), talk(field_name="level")))))
        assert view["unchanged"] is False
        (divergence,) = view["divergences"]
        assert (divergence["turn"], divergence["step"], divergence["name"]) == (1, "look@1", "get")
        assert divergence["differences"] == [
            {"path": "response.membership", "left": "gold"},
            {"path": "response.level", "right": "gold"},
        ]

    def test_what_follows_is_told_once(self):
        lines = str(compared(talk(), talk(answer="silver", reply="You are silver."))).splitlines()
        assert "  say@2, send@3: follow from look@1, tool get; not compared" in lines

    def test_a_change_of_words_is_told_in_one_text(self):
        text = str(compared(talk(), talk(answer="silver")))
        assert "      response.membership: [-gold-]{+silver+}" in text.splitlines()

    def test_what_is_far_from_a_change_is_cut(self):
        left, right = talk(answer="x " * 500 + "old words"), talk(answer="x " * 500 + "new words")
        line = next(line for line in str(compared(left, right)).splitlines() if "membership" in line)
        assert "…" in line
        assert "[-old-]{+new+}" in line
        assert len(line) < 200


class TestPrompts:
    def use(self, content: str, file: str, **files: str) -> PromptUse:
        return PromptUse("reply", content * 64, file * 64, files or {"reply.md": content})

    def test_the_prompts_own_file_comes_first_and_a_new_partial_has_no_left_side(self):
        left, right = self.use("a", "1"), PromptUse("reply", "b", "2", {"_tone.md": "kind", "reply.md": "a"})
        found = compare_prompts(left, right)
        assert found.files == (("reply.md", "a", "a"), ("_tone.md", None, "kind"))
        assert not found.unchanged
        assert compare_prompts(left, left).unchanged

    def test_two_prompts_are_not_two_versions(self):
        with pytest.raises(BadInput, match="two prompts"):
            compare_prompts(self.use("a", "1"), PromptUse("draft", "a", "1", {}))

    def test_a_version_is_found_by_the_beginning_of_either_hash(self):
        known = [self.use("a", "1"), self.use("b", "2"), self.use("b", "3")]
        assert version_named("reply", "aaa", known) is known[0]
        assert version_named("reply", "222", known) is known[1]
        assert version_named("reply", "bbb", known) is known[2]  # the same is sent: the later text

    @pytest.mark.parametrize(("name", "version"), [("reply", "c"), ("reply", ""), ("draft", "a")])
    def test_what_is_unknown_or_stands_for_several_is_told_with_what_there_is(self, name, version):
        with pytest.raises(PromptVersionNotFound) as raised:
            version_named(name, version, [self.use("a", "1"), self.use("b", "2")])
        assert ("reply@aaaaaaaaaaaa, reply@bbbbbbbbbbbb" in str(raised.value)) == (name == "reply")
