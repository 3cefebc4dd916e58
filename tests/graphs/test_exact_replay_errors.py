"""What failed when it was recorded fails again, as what it was; what was tried again is, without waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.errors import InvalidUpdateError
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy, Send

from playhead.deck import Deck
from playhead.errors import Diverged
from playhead.records import Replay
from tests.ending import auntil
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel, StreamingModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


class RateLimitError(Exception):
    """As providers have one: made of more than a text."""

    def __init__(self, message: str, *, retry_after: float, body: dict[str, Any]) -> None:
        super().__init__(message)
        self.retry_after, self.body = retry_after, body


LIMITED = RateLimitError("slow down", retry_after=2.5, body={"code": 429})


def unchanged(deck: Deck, graph: Any, model: ScriptedModel) -> Replay:
    """The replay of the last run: nothing is asked, every step and error is as it was."""
    run, asked = deck.runs("t-1")[-1], len(model.asked)
    replay = deck.replay(run, graph)
    assert replay.unchanged, replay.divergence
    assert {call.fate for call in replay.calls} <= {"reused"}
    assert sorted(call.recorded for call in replay.calls) == sorted(call.number for call in run.calls)
    assert len(model.asked) == asked
    assert replay.status == run.status
    return replay


def test_an_error_of_a_library_that_is_not_loaded_is_still_one_that_passes(deck: Deck) -> None:
    from playhead.graph.answers import pause_after
    from playhead.graph.raised import describe, exception_of
    from playhead.records import ErrorRecord
    from playhead.redact import Redactor

    provider = type("APIConnectionError", (Exception,), {"__module__": "a_provider"})
    own = type("OurConnectionError", (provider,), {"__module__": "a_client"})
    told = ErrorRecord(**describe(own("no route"), Redactor()))
    assert told.bases == ["a_provider.APIConnectionError"]
    made = exception_of(told)
    assert isinstance(made, Exception)
    assert (type(made).__name__, str(made)) == ("OurConnectionError", "no route")
    assert pause_after(made, 1) == 0.0


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_run_that_somebody_stopped_in_a_call_is_replayed_up_to_there(deck: Deck, error: type[BaseException]) -> None:
    model = ScriptedModel()

    def node(state: Any) -> Any:
        return {"notes": [model.invoke("ask").text]}

    graph = chain(("node", node))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(error):
        patch.setattr(ScriptedModel, "_answer", lambda *_: (_ for _ in ()).throw(error()))
        deck.record(graph).invoke(NOTHING, CONFIG)
    (run,) = deck.runs("t-1")
    assert deck.replay(run, graph).unchanged
    assert "the program was stopped in it" in str(deck.replay(run, graph, state={"notes": ["another"]}).stopped)


def test_a_recorded_error_is_raised_as_its_own_class_with_what_it_said(deck: Deck) -> None:
    model = ScriptedModel(script={"": LIMITED})
    caught: list[RateLimitError] = []

    def node(state: Any) -> Any:
        try:
            return {"notes": [model.invoke("ask").text]}
        except RateLimitError as error:
            caught.append(error)
            return {"notes": [f"{error}, again in {error.retry_after}"]}

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG)
    assert unchanged(deck, graph, model).output == {"notes": ["slow down, again in 2.5"]}
    assert len(caught) == 2
    assert type(caught[1]) is RateLimitError


def test_a_providers_own_error_is_caught_as_such(deck: Deck) -> None:
    openai = pytest.importorskip("openai")
    httpx = pytest.importorskip("httpx2" if openai.__version__ >= "3" else "httpx")
    response = httpx.Response(429, request=httpx.Request("POST", "https://api.openai.com/v1/chat/completions"))
    model = ScriptedModel(script={"": openai.RateLimitError("slow", response=response, body={"code": "limit"})})

    def node(state: Any) -> Any:
        try:
            return {"notes": [model.invoke("ask").text]}
        except openai.APIStatusError as error:
            return {"notes": [f"{type(error).__name__} {error.status_code} {error.message}"]}

    graph = chain(("node", node))
    assert deck.record(graph).invoke(NOTHING, CONFIG)["notes"] == ["RateLimitError 429 slow"]
    unchanged(deck, graph, model)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError("down"),
        OSError(104, "reset by peer"),
        TimeoutError(),
        KeyError("missing"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        ExceptionGroup("several", [ValueError("one")]),
        LIMITED,
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_run_that_failed_fails_again_with_the_same_error(deck: Deck, error: Exception) -> None:
    model = ScriptedModel(script={"second": error})
    graph = chain(
        ("first", lambda state: {"notes": [model.invoke("first").text]}),
        ("second", lambda state: {"notes": [model.invoke("second").text]}),
    )
    with pytest.raises(type(error)):
        deck.record(graph).invoke(NOTHING, CONFIG)
    replay = unchanged(deck, graph, model)
    assert (replay.status, replay.error and replay.error.kind) == ("failed", deck.runs("t-1")[0].error.kind)  # type: ignore[union-attr]


def test_a_run_that_the_code_itself_failed_fails_again(deck: Deck) -> None:
    model = ScriptedModel()

    def broken(state: Any) -> Any:
        model.invoke("ask")
        raise ZeroDivisionError("by zero")

    graph = chain(("broken", broken))
    with pytest.raises(ZeroDivisionError):
        deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def test_parallel_branches_of_which_one_failed(deck: Deck) -> None:
    model = ScriptedModel(script={"b": ValueError("b is bad")})
    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: None)
    graph.add_node("ask", lambda state: {"notes": [model.invoke(state["n"]).text]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("ask", {"n": n}) for n in "abc"], ["ask"])
    compiled = graph.compile()
    with pytest.raises(ValueError, match="b is bad"):
        deck.record(compiled).invoke(NOTHING, {**CONFIG, "max_concurrency": 1})
    replay = deck.replay(deck.runs("t-1")[-1], compiled)
    assert replay.unchanged, replay.divergence


@pytest.mark.parametrize("tries", [2, 4])
def test_a_node_that_was_tried_again_is_tried_again_without_waiting(deck: Deck, tries: int, monkeypatch: Any) -> None:
    model = ScriptedModel(script={"risky": [*[ConnectionError("down")] * (tries - 1), "up"]})
    policy = RetryPolicy(max_attempts=5, initial_interval=0.001, jitter=False)

    def work(state: Any) -> Any:
        return {"notes": [model.invoke("before").text, model.invoke("risky").text]}

    deck.record(chain(("work", work), retry_policy=policy)).invoke(NOTHING, CONFIG)
    slow = RetryPolicy(max_attempts=5, initial_interval=600.0, max_interval=900.0)
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    replay = unchanged(deck, chain(("work", work), retry_policy=slow), model)
    assert [step.status for step in replay.steps if step.node == "work"] == ["failed"] * (tries - 1) + ["done"]
    assert sum(waited) == 0


async def test_an_async_node_that_was_tried_again(deck: Deck) -> None:
    model = ScriptedModel(script={"risky": [ConnectionError("down"), "up"]})
    policy = RetryPolicy(max_attempts=3, initial_interval=0.001, jitter=False)

    async def work(state: Any) -> Any:
        return {"notes": [(await model.ainvoke("risky")).text]}

    graph = chain(("work", work), retry_policy=policy)
    await deck.record(graph).ainvoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def test_a_call_that_the_nodes_own_code_tried_again(deck: Deck) -> None:
    model = ScriptedModel(script={"risky": [ConnectionError("down"), TimeoutError("slow"), "up"]})

    def node(state: Any) -> Any:
        for _ in range(3):
            try:
                return {"notes": [model.invoke("risky").text]}
            except (ConnectionError, TimeoutError):
                continue
        return None

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def test_langchains_own_retries_and_fallbacks(deck: Deck) -> None:
    first = ScriptedModel(script={"risky": [ConnectionError("down"), "up"], "lost": ConnectionError("gone")})
    second = ScriptedModel(model_name="second")
    model = first.with_retry(stop_after_attempt=2, wait_exponential_jitter=False).with_fallbacks([second])

    def node(state: Any) -> Any:
        return {"notes": [model.invoke("risky").text, model.invoke("lost").text]}

    graph = chain(("node", node))
    assert deck.record(graph).invoke(NOTHING, CONFIG)["notes"] == ["up", "echo: lost"]
    unchanged(deck, graph, first)


def test_a_tool_that_failed_is_not_run(deck: Deck) -> None:
    ran = []

    @tool
    def charge(amount: int) -> str:
        """Charge a card."""
        ran.append(amount)
        raise ValueError("card declined")

    def pay(state: Any) -> Any:
        try:
            return {"notes": [charge.invoke({"amount": 5})]}
        except ValueError as error:
            return {"notes": [str(error)]}

    graph = chain(("pay", pay))
    deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, ScriptedModel())
    assert ran == [5]


def test_an_agents_tool_whose_error_the_agent_saw(deck: Deck) -> None:
    ran = []

    @tool
    def look(word: str) -> str:
        """Look a word up."""
        ran.append(word)
        raise LookupError(word)

    model = ScriptedModel(script={"please": calling(("look", {"word": "x"}))})

    def recover(state: Any) -> Any:
        return {"messages": [("user", "recovered")]}

    graph = create_agent(model, [look])
    with pytest.raises(LookupError):
        deck.record(graph).invoke({"messages": [("user", "please")]}, CONFIG)
    unchanged(deck, graph, model)
    assert ran == ["x"]


def test_a_stream_that_broke_breaks_again_at_the_same_word(deck: Deck) -> None:
    class Breaking(StreamingModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Any:
            yield next(super()._stream(*args, **kwargs))
            raise ConnectionError("cut")

    model, heard = Breaking(), []

    def node(state: Any) -> Any:
        try:
            for chunk in model.stream("say three words"):
                heard.append(chunk.text)
        except ConnectionError as error:
            return {"notes": [str(error)]}

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)
    assert heard == ["echo: ", "echo: "]


def test_a_run_that_was_gone_on_with_after_an_error(deck: Deck) -> None:
    model = ScriptedModel(script={"risky": [ValueError("bad"), "good"]})
    graph = chain(
        ("first", lambda state: {"notes": [model.invoke("first").text]}),
        ("second", lambda state: {"notes": [model.invoke("before").text, model.invoke("risky").text]}),
    )
    with pytest.raises(ValueError, match="bad"):
        deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("t-1", graph)
    (run,) = deck.runs("t-1")
    assert run.attempt == 2
    replay = deck.replay(run, graph)
    assert replay.unchanged, replay.divergence
    assert replay.output == run.output
    assert {call.fate for call in replay.calls} == {"reused"}


async def test_a_run_that_was_cancelled(deck: Deck) -> None:
    model, begun = ScriptedModel(), asyncio.Event()

    async def slow(state: Any) -> Any:
        begun.set()
        await asyncio.sleep(60)

    graph = chain(("first", lambda state: {"notes": [model.invoke("first").text]}), ("slow", slow))
    running = asyncio.create_task(deck.record(graph).ainvoke(NOTHING, CONFIG))
    await auntil(begun.is_set, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    replay = await asyncio.wait_for(asyncio.to_thread(deck.replay, deck.runs("t-1")[0], graph), 20)
    assert replay.unchanged, replay.divergence
    assert [call.fate for call in replay.calls] == ["reused"]


async def test_a_run_that_is_at_work_within_a_graph_or_was_killed_there(deck: Deck) -> None:
    model, begun = ScriptedModel(), asyncio.Event()

    async def slow(state: Any) -> Any:
        begun.set()
        await asyncio.sleep(60)

    inner = chain(("ask", lambda state: {"notes": [model.invoke("within").text]}), ("slow", slow))
    graph = chain(("first", lambda state: {"notes": [model.invoke("first").text]}), ("inner", inner))
    running = asyncio.create_task(deck.record(graph).ainvoke(NOTHING, CONFIG))
    await auntil(begun.is_set, running)
    (run,) = deck.runs("t-1")
    replay = await asyncio.wait_for(asyncio.to_thread(deck.replay, run, graph), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert run.status == "running"
    assert replay.unchanged, replay.divergence
    assert [call.fate for call in replay.calls] == ["reused", "reused"]


def test_a_run_whose_reader_left(deck: Deck) -> None:
    model = ScriptedModel()
    graph = chain(
        ("first", lambda state: {"notes": [model.invoke("first").text]}),
        ("second", lambda state: {"notes": [model.invoke("second").text]}),
    )
    stream = deck.record(graph).stream(NOTHING, CONFIG, stream_mode="updates")
    next(stream)
    stream.close()
    asked = len(model.asked)
    replay = deck.replay(deck.runs("t-1")[0], graph)
    assert replay.unchanged, replay.divergence
    assert len(model.asked) == asked


def test_a_run_that_failed_as_two_wrote_one_value_is_replayed_in_a_graph_that_stops_at_nodes(deck: Deck) -> None:
    class Kept(TypedDict, total=False):
        last: str

    graph: Any = StateGraph(Kept)
    graph.add_node("write", lambda state: {"last": "mine"})
    graph.add_node("then", lambda state: {})
    graph.add_conditional_edges(START, lambda state: [Send("write", {}), Send("write", {})], ["write"])
    graph.add_edge("write", "then")
    graph = graph.compile(interrupt_after=["then"])
    with pytest.raises(InvalidUpdateError):
        deck.record(graph).invoke({}, CONFIG)
    replay = deck.replay(deck.runs("t-1")[-1], graph)
    assert (replay.unchanged, replay.status) == (True, "failed")


class OwnWords(Exception):
    """Makes its text of what it does not show."""

    def __init__(self, number: object) -> None:
        self._number = number

    def __str__(self) -> str:
        return f"number {self._number}"


@pytest.mark.parametrize("error", [OwnWords(7), KeyError(("a", "b")), ExceptionGroup("two", [ValueError(), OSError()])])
def test_a_recorded_error_says_what_it_said(deck: Deck, error: Exception) -> None:
    model = ScriptedModel(script={"": error})

    def node(state: Any) -> Any:
        try:
            return {"notes": [model.invoke("ask").text]}
        except type(error) as caught:
            return {"notes": [str(caught)]}

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def retried(model: ScriptedModel, how: str) -> Any:
    """A graph whose only node is tried again, and has what fails in a graph within it."""
    policy = RetryPolicy(max_attempts=3, initial_interval=0.001, jitter=False)

    def ask(state: Any) -> Any:
        return {"notes": [model.invoke("before").text, model.invoke("risky").text]}

    innermost = chain(("ask", ask), ("after", lambda state: {"notes": [model.invoke("after").text]}))
    if how == "is one within another":
        innermost = chain(("middle", innermost))
    runs_it = {"runs it": lambda state: {"notes": innermost.invoke(NOTHING)["notes"]}}
    graph: Any = StateGraph(Notes)
    graph.add_node("outer", runs_it.get(how, innermost), retry_policy=policy)
    graph.add_edge(START, "outer")
    return graph.compile()


@pytest.mark.parametrize("how", ["is it", "runs it", "is one within another"])
@pytest.mark.parametrize("kind", [ScriptedModel, StreamingModel])
def test_a_graph_within_a_node_that_was_tried_again(deck: Deck, how: str, kind: type[ScriptedModel]) -> None:
    model = kind(script={"risky": [ConnectionError("down"), ConnectionError("still"), "up"]})
    graph = retried(model, how)
    assert "up" in deck.record(graph).invoke(NOTHING, CONFIG)["notes"]
    unchanged(deck, graph, model)


@pytest.mark.parametrize("how", ["is it", "runs it", "is one within another"])
@pytest.mark.parametrize("times", [3, 4, 5])
def test_a_graph_within_a_node_that_was_tried_in_vain_and_gone_on_with(deck: Deck, how: str, times: int) -> None:
    down = [ConnectionError(f"down {n}") for n in range(times)]
    model = ScriptedModel(script={"risky": [*down, "up"]})
    graph = retried(model, how)
    recorded = deck.record(graph)
    with pytest.raises(ConnectionError):
        recorded.invoke(NOTHING, CONFIG)
    assert "up" in recorded.invoke(None, CONFIG)["notes"]
    replay = deck.replay(deck.runs("t-1")[-1], graph)
    assert replay.unchanged, replay.divergence


def side_by_side(*nodes: Callable[[Any], Any]) -> Any:
    graph: Any = StateGraph(Notes)
    for number, node in enumerate(nodes):
        graph.add_node(f"n{number}", node)
        graph.add_edge(START, f"n{number}")
    return graph.compile()


def asks_a_model(state: Notes) -> Notes:
    return {"notes": [ScriptedModel().invoke("one").text]}


def failing(seconds: float) -> Callable[[Any], Any]:
    async def node(state: Notes) -> Notes:
        await asyncio.sleep(seconds)
        raise ValueError("broken")

    return node


async def waits(state: Notes) -> Notes:
    await asyncio.sleep(0.01)
    return {"notes": [(await ScriptedModel().ainvoke("one")).text]}


@pytest.mark.parametrize(("then", "now"), [(0, 0.1), (0.1, 0)])
async def test_what_stands_beside_a_step_that_fails_begins_or_does_not(deck: Deck, then: float, now: float) -> None:
    def graph(seconds: float) -> Any:
        return side_by_side(failing(seconds), waits, chain(("within", waits)), asks_a_model, failing(seconds))

    at_once: Any = {"max_concurrency": 1} if then == 0 else {}
    with pytest.raises(ValueError, match="broken"):
        await deck.record(graph(then)).ainvoke(NOTHING, {**CONFIG, **at_once})
    (run,) = deck.runs("t-1")
    assert ("n3@1" in [step.address for step in run.steps]) == (then > 0)
    replay = deck.replay(run, graph(now))
    assert (replay.unchanged, replay.status) == (True, "failed"), replay.divergence


async def test_a_step_that_no_longer_fails_beside_others_is_told(deck: Deck) -> None:
    with pytest.raises(ValueError, match="broken"):
        await deck.record(side_by_side(failing(0), waits)).ainvoke(NOTHING, {**CONFIG, "max_concurrency": 1})
    with pytest.raises(Diverged) as raised:
        deck.replay(deck.runs("t-1")[-1], side_by_side(asks_a_model, waits))
    found = raised.value.replay.divergence
    assert found is not None
    assert found.step == "n0@1"
