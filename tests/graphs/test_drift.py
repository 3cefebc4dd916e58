"""Where today's code is not the recorded code, an exact replay names the first step, the field and both values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypedDict
from uuid import uuid4

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from playhead.deck import Deck
from playhead.errors import Diverged
from playhead.records import Divergence
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
Node = Callable[[Any], Any]


def ask(question: str, model: ScriptedModel | None = None) -> Node:
    asked = model or ScriptedModel()
    return lambda state: {"notes": [asked.invoke(question).text]}


def diverged(deck: Deck, recorded: Any, today: Any) -> tuple[Divergence, str]:
    """Where the graph of today parts from the recorded one, and what is said of that."""
    deck.record(recorded).invoke(NOTHING, CONFIG)
    with pytest.raises(Diverged) as raised:
        deck.replay(deck.runs("t-1")[-1], today)
    found = raised.value.replay.divergence
    assert found is not None
    return found, str(raised.value)


def test_a_changed_output(deck: Deck) -> None:
    found, text = diverged(
        deck,
        chain(("a", ask("a")), ("b", lambda state: {"notes": ["nine"]}), ("c", ask("c"))),
        chain(("a", ask("a")), ("b", lambda state: {"notes": ["ten"]}), ("c", ask("c"))),
    )
    assert found == Divergence("b@2", "output.notes[0]", "nine", "ten")
    assert "at b@2, output.notes[0] was 'nine' on the recording and is 'ten' now" in text


def test_a_changed_request(deck: Deck) -> None:
    found, text = diverged(
        deck, chain(("a", ask("Be kind.")), ("b", ask("b"))), chain(("a", ask("Be brief.")), ("b", ask("b")))
    )
    assert found == Divergence("a@1", "model call 0 messages[0].content", "Be kind.", "Be brief.")
    assert "at a@1, model call 0 messages[0].content was 'Be kind.' on the recording and is 'Be brief.' now" in text


def test_a_request_with_another_parameter(deck: Deck) -> None:
    model: Any = ScriptedModel()
    found, _ = diverged(
        deck, chain(("a", ask("a", model.bind(temperature=0)))), chain(("a", ask("a", model.bind(temperature=1))))
    )
    assert found == Divergence("a@1", "model call 0 params.temperature", 0, 1)


def test_a_call_that_was_not_made(deck: Deck) -> None:
    def twice(state: Any) -> Any:
        return {"notes": [ask("a")(state)["notes"][0], ask("more")(state)["notes"][0]]}

    found, text = diverged(deck, chain(("a", ask("a"))), chain(("a", twice)))
    assert (found.step, found.field) == ("a@1", "model call 1")
    assert "at a@1, model call 1 is made now; it is not on the recording" in text


def test_a_call_that_is_no_longer_made(deck: Deck) -> None:
    def twice(state: Any) -> Any:
        ask("more")(state)
        return ask("a")(state)

    found, text = diverged(deck, chain(("a", twice)), chain(("a", ask("a"))))
    assert (found.step, found.field) == ("a@1", "model call 0")
    assert "at a@1, model call 0 was made on the recording and is not made now" in text


def test_an_added_step(deck: Deck) -> None:
    found, text = diverged(
        deck, chain(("a", ask("a")), ("b", ask("b"))), chain(("a", ask("a")), ("new", ask("new")), ("b", ask("b")))
    )
    assert found == Divergence("a@1", "next", "b", "new")
    assert "at a@1, next was 'b' on the recording and is 'new' now" in text


class Led(Notes, total=False):
    """Beside the notes, who is next, as supervisors keep it."""

    next: str
    next_day: str


@pytest.mark.parametrize("name", ["next", "next_day"])
def test_a_channel_that_is_called_as_where_a_step_leads_to(deck: Deck, name: str) -> None:
    def graph(word: str) -> Any:
        return chain(
            ("a", lambda state: {"notes": [ask("a")(state)["notes"][0]], name: word}), ("b", ask("b")), state=Led
        )

    found, _ = diverged(deck, graph("one"), graph("two"))
    assert found == Divergence("a@1", f"output.{name}", "one", "two")


def test_a_removed_step(deck: Deck) -> None:
    found, text = diverged(
        deck,
        chain(("a", ask("a")), ("gone", lambda state: None), ("b", ask("b"))),
        chain(("a", ask("a")), ("b", ask("b"))),
    )
    assert (found.step, found.field, found.recorded, found.replayed) == ("a@1", "next", "gone", "b")
    assert "Node 'gone' is not in the graph any more." in text


def test_a_step_that_is_no_longer_reached(deck: Deck) -> None:
    found, text = diverged(deck, chain(("a", ask("a")), ("b", ask("b"))), chain(("a", ask("a"))))
    assert (found.step, found.field, found.recorded, found.replayed) == ("a@1", "next", "b", "nothing")
    assert "Node 'b' is not in the graph any more." in text


def test_a_renamed_node(deck: Deck) -> None:
    _, text = diverged(deck, chain(("a", ask("a")), ("draft", ask("b"))), chain(("a", ask("a")), ("write", ask("b"))))
    assert "Node 'draft' is not in the graph any more." in text
    assert "'write' is not on the recording: was 'draft' renamed?" in text


def test_a_renamed_first_node(deck: Deck) -> None:
    _, text = diverged(deck, chain(("draft", ask("b")), ("z", ask("z"))), chain(("write", ask("b")), ("z", ask("z"))))
    assert "'write' is not on the recording: was 'draft' renamed?" in text


def test_a_renamed_node_in_a_subgraph(deck: Deck) -> None:
    def graph(name: str) -> Any:
        return chain(("outer", chain(("first", ask("a")), (name, ask("b")))))

    _, text = diverged(deck, graph("draft"), graph("write"))
    assert "Node 'draft' is not in the graph within outer any more." in text
    assert "was 'draft' renamed?" in text


def test_a_step_of_a_parallel_branch_that_is_not_reached(deck: Deck) -> None:
    def graph(count: int) -> Any:
        made = StateGraph(Notes)
        made.add_node("draft", ask("same"))
        made.add_conditional_edges(START, lambda state: [Send("draft", n) for n in range(count)], ["draft"])
        return made.compile()

    found, _ = diverged(deck, graph(3), graph(2))
    assert found.step in ("__start__@0", "draft@1[2]")


def test_a_changed_error(deck: Deck) -> None:
    def fails(error: Exception) -> Node:
        def node(state: Any) -> Any:
            raise error

        return node

    recorded, today = chain(("a", fails(KeyError("x")))), chain(("a", fails(ValueError("y"))))
    with pytest.raises(KeyError):
        deck.record(recorded).invoke(NOTHING, CONFIG)
    with pytest.raises(Diverged) as raised:
        deck.replay(deck.runs("t-1")[-1], today)
    assert raised.value.replay.divergence == Divergence("a@1", "error", "KeyError: 'x'", "ValueError: y")


def test_an_error_where_there_was_none(deck: Deck) -> None:
    def node(state: Any) -> Any:
        raise ValueError("new mistake")

    found, text = diverged(deck, chain(("a", ask("a")), ("b", ask("b"))), chain(("a", ask("a")), ("b", node)))
    assert found == Divergence("b@2", "status", "done", "failed: new mistake")
    assert "status was 'done' on the recording and is 'failed: new mistake' now" in text


def test_no_error_where_there_was_one(deck: Deck) -> None:
    def node(state: Any) -> Any:
        raise ValueError("old mistake")

    with pytest.raises(ValueError, match="old"):
        deck.record(chain(("a", node))).invoke(NOTHING, CONFIG)
    with pytest.raises(Diverged) as raised:
        deck.replay(deck.runs("t-1")[-1], chain(("a", ask("a"))))
    found = raised.value.replay.divergence
    assert found is not None
    assert found == Divergence("a@1", "model call 0", "not on the recording", "made")


def test_the_first_of_several_is_named(deck: Deck) -> None:
    def graph(topics: str) -> Any:
        made = StateGraph(Notes)
        made.add_node("plan", lambda state: None)
        made.add_node("draft", lambda state: ask(f"{state['n']} {topics}")(state))
        made.add_edge(START, "plan")
        made.add_conditional_edges("plan", lambda state: [Send("draft", {"n": n}) for n in range(5)], ["draft"])
        return made.compile()

    found, _ = diverged(deck, graph("x"), graph("y"))
    assert found == Divergence("draft@2[0]", "model call 0 messages[0].content", "0 x", "0 y")


def test_a_changed_tool_call(deck: Deck) -> None:
    @tool
    def book(day: str) -> str:
        """Book a day."""
        return day

    def graph(day: str) -> Any:
        return chain(("a", lambda state: {"notes": [book.invoke({"day": day})]}))

    found, _ = diverged(deck, graph("Monday"), graph("Tuesday"))
    assert found == Divergence("a@1", "tool call 0 args.day", "Monday", "Tuesday")


def test_a_changed_system_prompt_of_an_agent(deck: Deck) -> None:
    def graph(system: str) -> Any:
        return create_agent(ScriptedModel(script={"x": calling()}), [], system_prompt=system)

    deck.record(graph("You are kind.")).invoke({"messages": [("user", "hello")]}, CONFIG)
    with pytest.raises(Diverged, match="You are kind") as raised:
        deck.replay(deck.runs("t-1")[-1], graph("You are brief."))
    found = raised.value.replay.divergence
    assert found is not None
    assert found.field == "model call 0 messages[0].content"


def test_long_texts_are_shown_where_they_part(deck: Deck) -> None:
    same = "All work and no play makes Jack a dull boy. " * 40
    _, text = diverged(deck, chain(("a", ask(f"{same}Be kind."))), chain(("a", ask(f"{same}Be brief."))))
    assert "kind" in text
    assert "brief" in text
    assert len(text) < 600


def adding(reducer: Any) -> Any:
    return chain(
        ("a", lambda state: {"notes": ["new"]}), state=TypedDict("State", {"notes": Annotated[list[str], reducer]})
    )


def test_another_reducer(deck: Deck) -> None:
    deck.record(adding(operator.add)).invoke({"notes": ["old"]}, CONFIG)
    with pytest.raises(Diverged, match=r"at a@1, run output notes\[0\] was 'old' on the recording and is nothing now"):
        deck.replay(deck.runs("t-1")[-1], adding(lambda before, new: new))


def test_a_value_that_is_no_longer_given(deck: Deck) -> None:
    class Both(Notes):
        more: str

    def graph(output: Any) -> Any:
        made = StateGraph(Both, output_schema=output)
        made.add_node("a", lambda state: {"notes": ["x"], "more": "y"})
        made.add_edge(START, "a")
        return made.compile()

    found, _ = diverged(deck, graph(Both), graph(Notes))
    assert (found.step, found.field, found.recorded) == ("a@1", "run output more", "y")


def asking(question: Any, where: str) -> Any:
    """A graph that asks a person, in a node, a graph within it, or several branches at once."""

    def person(state: Any) -> Any:
        return {"notes": [interrupt(question)]}

    if where == "a subgraph":
        return chain(("ask", chain(("inner", person))))
    if where == "the functional API":

        @entrypoint()
        def flow(given: Any) -> Any:
            return interrupt(question)

        return flow
    if where == "branches":
        graph = StateGraph(Notes)
        graph.add_node("ask", lambda number: {"notes": [interrupt([number, question])]})
        graph.add_conditional_edges(START, lambda state: [Send("ask", number) for number in range(3)], ["ask"])
        return graph.compile()
    return chain(("ask", person))


ASKED = {"a node": "ask@1", "a subgraph": "ask@1/inner@1", "branches": "ask@1[0]", "the functional API": "flow@0"}


@pytest.mark.parametrize("where", ASKED)
def test_another_question_to_a_person(deck: Deck, where: str) -> None:
    found, text = diverged(deck, asking("May I charge 10?", where), asking("May I charge 9999?", where))
    assert (found.step, found.field.split(" ")[0]) == (ASKED[where], "question")
    assert (found.recorded, found.replayed) == ("May I charge 10?", "May I charge 9999?")
    assert "was 'May I charge 10?' on the recording and is 'May I charge 9999?' now" in text


@pytest.mark.parametrize("where", ASKED)
def test_the_same_question_with_an_id_that_was_drawn(deck: Deck, where: str) -> None:
    def graph() -> Any:
        return asking({"case": str(uuid4()), "text": "May I?"}, where)

    deck.record(graph()).invoke(NOTHING, CONFIG)
    assert deck.replay(deck.runs("t-1")[-1], graph()).unchanged


def test_another_question_that_was_answered(deck: Deck) -> None:
    recorded = deck.record(asking("10?", "a node"))
    recorded.invoke(NOTHING, CONFIG)
    recorded.invoke(Command(resume="yes"), CONFIG)
    with pytest.raises(Diverged, match="at ask@1, question was '10\\?' on the recording and is '9999\\?' now"):
        deck.replay(deck.runs("t-1")[-1], asking("9999?", "a node"))


def failing(error: Callable[[], Exception]) -> Any:
    def fail(state: Any) -> Any:
        raise error()

    return chain(("a", fail))


def failed(deck: Deck, recorded: Any) -> Any:
    with pytest.raises(Exception):  # noqa: B017 - whatever it is
        deck.record(recorded).invoke(NOTHING, CONFIG)
    return deck.runs("t-1")[-1]


@pytest.mark.parametrize("error", [ValueError("no such day"), TypeError("no such room")])
def test_an_error_that_says_something_else(deck: Deck, error: Exception) -> None:
    run = failed(deck, failing(lambda: ValueError("no such room")))
    with pytest.raises(Diverged, match="at a@1, error was 'ValueError: no such room'") as raised:
        deck.replay(run, failing(lambda: error))
    assert f"{type(error).__name__}: {error}" in str(raised.value)


def test_an_error_within_that_was_caught_and_says_something_else(deck: Deck) -> None:
    def graph(text: str) -> Any:
        inner = failing(lambda: ValueError(text))

        def outer(state: Any) -> Any:
            with suppress(ValueError):
                inner.invoke(state)

        return chain(("outer", outer))

    found, _ = diverged(deck, graph("red"), graph("green"))
    assert found == Divergence("outer@1/a@1", "error", "ValueError: red", "ValueError: green")


SAID_OTHERWISE: dict[str, tuple[str, str]] = {
    "where an object lies": ("<Bike object at 0x7f12ab34cd56>", "<Bike object at 0x7f0011223344>"),
    "an id": (f"no {uuid4()}", f"no {uuid4()}"),
    "a folder": ("no '/home/ada/bikes/a.txt'", "no '/srv/a.txt'"),
    "a folder of Windows": (r"no C:\\ada\\a.txt", r"no D:\\a.txt"),
    "a temporary file": ("no /tmp/tmp1b2c3d4e", "no /tmp/tmpabcd_fgh"),
    "a line": ('File "a.py", line 12, in a.py:12', 'File "a.py", line 9, in a.py:9'),
    "a set": ("one of {'a', 'b', 'c'}", "one of {'c', 'a', 'b'}"),
    "a task": ("<Task pending name='Task-12'>", "<Task pending name='Task-7'>"),
}


@pytest.mark.parametrize("case", SAID_OTHERWISE)
def test_what_no_two_runs_say_alike_of_an_error_is_the_same(deck: Deck, case: str) -> None:
    first, second = SAID_OTHERWISE[case]
    run = failed(deck, failing(lambda: ValueError(first)))
    assert deck.replay(run, failing(lambda: ValueError(second))).unchanged


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("no '/home/ada/a.txt'", "no '/home/ada/b.txt'"),
        ("GET https://shop.example/bikes/7 failed", "GET https://shop.example/cars/7 failed"),
        ("2/3 of 10", "1/3 of 10"),
        ("one of {'a', 'b'}", "one of {'a', 'c'}"),
        ("{'a': 1}", "{'a': 2}"),
        ("waited 10 s", "waited 20 s"),
    ],
)
def test_what_an_error_is_about_is_compared(deck: Deck, first: str, second: str) -> None:
    run = failed(deck, failing(lambda: ValueError(first)))
    with pytest.raises(Diverged):
        deck.replay(run, failing(lambda: ValueError(second)))
