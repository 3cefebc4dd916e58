"""A record carries what is known of a run; its values are read when asked for, and only then."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from playhead.records import ERASED, Call, ErrorRecord, PromptUse, Run, Step, said_facts

VALUES: dict[int, Any] = {
    1: {"text": "hello"},
    2: [["notes", ["a"]], ["branch:to:act", None], ["notes", ["b"]], ["topic", "x"], ["__interrupt__", ["?"]]],
    3: {"kind": "builtins.ValueError", "message": "no", "details": {"code": 5}},
    4: {"name": "reply", "content_hash": "c", "file_hash": "f", "files": {"reply.md": "Hello"}},
    0: ERASED,
}


class Reader:
    """Reads values, and remembers which."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []

    def __call__(self, ref: int | None) -> Any:
        self.asked.append(ref)
        return None if ref is None else VALUES[ref]


def call(read: Any, **refs: int | None) -> Call:
    """A call with these values."""
    given = {**dict.fromkeys(("request", "response", "prompt", "inputs", "error")), **refs}
    return Call(7, 1, "a@1", "model", "m", 0, 1, "done", 1.0, 0.5, 10, 5, given, read)


def step(read: Any, *calls: Call, place: str = "answer", **refs: int | None) -> Step:
    """A step with these values."""
    given = {**dict.fromkeys(("input", "output", "error")), **refs}
    return Step(1, f"{place}@1", place, 1, "done", 1.0, 0.5, calls, given, read)


def run(read: Any, *steps: Step, **refs: int | None) -> Run:
    """A run with these values."""
    given = {**dict.fromkeys(("versions", "metadata", "input", "context", "output", "error")), **refs}
    return Run("r-1", "c-1", "g", "e", "done", 1, "here:1", 1.0, 2.0, given, read, lambda _: steps)


def test_no_value_is_read_before_it_is_asked_for() -> None:
    read = Reader()
    made = run(read, step(read, call(read, request=1), input=1), input=1)
    assert (made.id, made.steps[0].address, made.calls[0].name) == ("r-1", "answer@1", "m")
    assert read.asked == []
    assert made.input == {"text": "hello"}
    assert read.asked == [1]


def test_what_a_task_of_the_functional_api_returned_is_its_output() -> None:
    writes = [["__end__", {"n": 2}], ["__previous__", {"n": 2}], ["__interrupt__", ["?"]]]
    assert step(lambda _: writes, output=2).output == {"__end__": {"n": 2}}
    assert step(lambda _: [["__return__", "a tree"]], output=2).output == {"__return__": "a tree"}


def test_records_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        run(Reader()).status = "failed"  # type: ignore[misc]


def test_a_steps_output_is_what_it_wrote_to_the_state_without_routing() -> None:
    made = step(Reader(), output=2)
    assert made.writes[1] == ("branch:to:act", None)
    assert made.output == {"notes": [["a"], ["b"]], "topic": "x"}


@pytest.mark.parametrize(("place", "node"), [("answer", "answer"), ("gather/draft[1]", "draft"), ("a[0]/b", "b")])
def test_a_steps_node_is_the_last_of_its_place(place: str, node: str) -> None:
    assert step(Reader(), place=place).node == node


def test_an_error_is_a_record_with_its_class_and_attributes() -> None:
    expected = ErrorRecord("builtins.ValueError", "no", {"code": 5})
    read = Reader()
    for made in (run(read, error=3), step(read, error=3), call(read, error=3)):
        assert made.error == expected


def test_a_call_tells_the_prompt_it_was_made_from_and_a_step_its_prompts() -> None:
    read = Reader()
    asked = call(read, prompt=4)
    assert asked.prompt == PromptUse("reply", "c", "f", {"reply.md": "Hello"})
    assert step(read, asked, call(read), asked).prompts == ("reply",)


def test_calls_of_a_run_come_in_order() -> None:
    read = Reader()
    one, two = call(read), dataclasses.replace(call(read), number=3)
    assert [made.number for made in run(read, step(read, one), step(read, two)).calls] == [3, 7]


def test_what_was_not_recorded_reads_as_nothing() -> None:
    read = Reader()
    assert (run(read).input, run(read).metadata, run(read).versions, run(read).error) == (None, {}, {}, None)
    assert (step(read).writes, step(read).output, step(read).error) == ([], {}, None)
    assert (call(read).request, call(read).prompt, call(read).error) == (None, None, None)


def test_what_was_erased_says_so_and_keeps_its_form() -> None:
    read = Reader()
    gone = run(read, input=0, metadata=0, versions=0, error=0)
    assert (gone.input, gone.metadata, gone.versions) == (ERASED, {}, {})
    assert gone.error == ErrorRecord(ERASED, ERASED, {})
    assert (step(read, output=0).writes, step(read, output=0).output) == ([], {})
    assert (call(read, request=0).request, call(read, prompt=0).prompt) == (ERASED, None)


def test_records_are_shown_without_their_values() -> None:
    assert "refs" not in repr(run(Reader(), input=1))
    assert "read" not in repr(call(Reader(), request=1))


def test_the_facts_that_people_are_shown_are_those_that_somebody_gave() -> None:
    found = {"customer": "Ann", "ls_integration": "langchain_create_agent", "replay_of": "r-1", "cause": "late"}
    assert said_facts(found) == {"customer": "Ann", "cause": "late"}
