"""What touches the world happens once per cause: never twice, never lost, and both where both are meant."""

from __future__ import annotations

import asyncio
import contextlib
import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy, Send, interrupt

import playhead
from playhead import effect, new_id, now, resource
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput, EffectUnknown, NoResource, StoreUnusable
from playhead.graph.effects import EFFECTS

RETRY = RetryPolicy(max_attempts=3, initial_interval=0.001, jitter=False, retry_on=ConnectionError)


class World(list[tuple[str, str]]):
    """What was sent: (text, key)."""

    trouble: list[str]

    def send(self, text: str, key: str) -> str:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "before":
            raise ConnectionError("not sent")
        self.append((text, key))
        if trouble == "after":
            raise ConnectionError("sent, and the answer lost")
        return text

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self]


def find(key: str) -> str | None:
    return next((text for text, sent in resource("world") if sent == key), None)


@effect(verify=find)
def send(text: str, *, key: str) -> str:
    """Send, so that it can be looked up."""
    return resource("world").send(text, key)


@effect()
def send_blind(text: str, *, key: str) -> str:
    """Send into the dark."""
    return resource("world").send(text, key)


@effect(idempotent=True)
def send_again(text: str, *, key: str) -> str:
    """Send, where twice does no harm."""
    return resource("world").send(text, key)


@effect(verify=find)
async def send_async(text: str, *, key: str) -> str:
    """Send, async."""
    await asyncio.sleep(0)
    return resource("world").send(text, key)


@effect(read_only=True)
def look(what: str) -> dict[str, str]:
    """Read from the world."""
    return {"found": what, "sent": " ".join(resource("world").texts)}


class Sent(TypedDict):
    """What the graph believes it sent."""

    sent: Annotated[list[str], operator.add]


@pytest.fixture
def world() -> World:
    made = World()
    made.trouble = []
    return made


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def of_nodes(*nodes: Any, **options: Any) -> Any:
    graph = StateGraph(Sent)
    names = [START, *(node.__name__ for node in nodes)]
    for before, node in zip(names, nodes, strict=False):
        graph.add_node(node.__name__, node, **options)
        graph.add_edge(before, node.__name__)
    return graph.compile()


def play(deck: Deck, world: World, graph: Any, event: str = "m-1", given: Any = None, thread: str = "c-1") -> Any:
    agent = deck.record(graph, resources={"world": world})
    config: Any = {"configurable": {"thread_id": thread, "event": event}}
    return agent.invoke({"sent": []} if given is None else given, config)


def test_an_effect_gets_its_key_and_is_recorded_with_arguments_and_result(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    assert play(deck, world, of_nodes(node)) == {"sent": ["hi"]}
    (call,) = deck.runs("c-1")[0].calls
    assert world == [("hi", "c-1/m-1/node/send/0")]
    assert (call.kind, call.name, call.status, call.response) == ("effect", "send", "done", "hi")
    assert call.request == {"text": "hi", "key": "c-1/m-1/node/send/0"}


def test_two_equal_sends_in_one_node_send_twice(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi"), send("hi")]}

    play(deck, world, of_nodes(node))
    assert world.texts == ["hi", "hi"]
    assert [call.ordinal for call in deck.runs("c-1")[0].calls] == [0, 1]


def test_a_node_that_comes_round_again_sends_again(deck: Deck, world: World) -> None:
    graph = StateGraph(Sent)
    graph.add_node("node", lambda state: {"sent": [send("hi")]})
    graph.add_edge(START, "node")
    graph.add_conditional_edges("node", lambda state: "node" if len(state["sent"]) < 3 else "__end__")
    play(deck, world, graph.compile())
    assert world.texts == ["hi"] * 3
    assert len({key for _, key in world}) == 3


def test_parallel_sends_of_one_node_each_send(deck: Deck, world: World) -> None:
    graph = StateGraph(Sent)
    graph.add_node("plan", lambda state: None)
    graph.add_node("node", lambda state: {"sent": [send("same")]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("node", {"n": n}) for n in range(4)], ["node"])
    play(deck, world, graph.compile())
    assert world.texts == ["same"] * 4
    assert len({key for _, key in world}) == 4


def test_a_subgraph_run_twice_in_a_node_sends_twice(deck: Deck, world: World) -> None:
    def within(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    graph = of_nodes(within)

    def node(state: Sent) -> Sent:
        graph.invoke({"sent": []})
        return graph.invoke({"sent": []})  # type: ignore[no-any-return]

    play(deck, world, of_nodes(node))
    assert world.texts == ["hi", "hi"]


def fails_after(*effects: Any) -> Any:
    """A node that sends and then fails the first time."""
    failures = [ConnectionError("after the send")]

    def node(state: Sent) -> Sent:
        sent = [each("hi") for each in effects]
        if failures:
            raise failures.pop()
        return {"sent": sent}

    return node


def test_a_retried_node_does_not_send_twice(deck: Deck, world: World) -> None:
    assert play(deck, world, of_nodes(fails_after(send, send_blind), retry_policy=RETRY)) == {"sent": ["hi", "hi"]}
    assert world.texts == ["hi", "hi"]


def test_a_retried_node_does_not_send_twice_out_of_a_subgraph(deck: Deck, world: World) -> None:
    graph = of_nodes(fails_after(lambda text: within.invoke({"sent": []})["sent"][0]), retry_policy=RETRY)
    within = of_nodes(lambda_node := named("within", lambda state: {"sent": [send("hi")]}))
    assert lambda_node.__name__ == "within"
    play(deck, world, graph)
    assert world.texts == ["hi"]


def named(name: str, function: Any) -> Any:
    function.__name__ = name
    return function


def test_a_retried_flow_does_not_send_twice_out_of_its_tasks(deck: Deck, world: World) -> None:
    failures = [ConnectionError("after the sends")]

    @task
    def tell(text: str) -> str:
        return send(text)  # type: ignore[no-any-return]

    @entrypoint(retry_policy=RETRY)
    def flow(given: Any) -> list[str]:
        sent = [future.result() for future in [tell("a"), tell("b")]]
        if failures:
            raise failures.pop()
        return sent

    assert play(deck, world, flow, given="x") == ["a", "b"]
    assert sorted(world.texts) == ["a", "b"]


def test_a_reworded_retry_does_not_send_twice(deck: Deck, world: World) -> None:
    wordings = ["first words", "other words"]
    failures = [ConnectionError()]

    def node(state: Sent) -> Sent:
        sent = send(wordings.pop(0))
        if failures:
            raise failures.pop()
        return {"sent": [sent]}

    assert play(deck, world, of_nodes(node, retry_policy=RETRY)) == {"sent": ["first words"]}
    assert world.texts == ["first words"]


def test_an_answer_to_an_interrupt_does_not_send_again_what_went_before_it(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("before"), interrupt("?"), send("after")]}

    graph = of_nodes(node)
    play(deck, world, graph)
    deck.resume("c-1", graph, answer="yes", resources={"world": world})
    assert world.texts == ["before", "after"]


def test_the_same_event_delivered_again_does_not_send_again(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    for _ in range(3):
        play(deck, world, of_nodes(node), event="m-1")
    play(deck, world, of_nodes(node), event="m-2")
    assert world.texts == ["hi", "hi"]


def test_an_event_delivered_again_then_interrupted_sends_nothing_again(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi"), interrupt("?"), send("bye")]}

    graph = of_nodes(node)
    play(deck, world, graph)
    play(deck, world, graph)
    deck.resume("c-1", graph, answer="yes", resources={"world": world})
    assert world.texts == ["hi", "bye"]


def test_without_an_event_every_run_is_its_own_cause(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    agent = deck.record(of_nodes(node), resources={"world": world})
    for _ in range(2):
        agent.invoke({"sent": []}, {"configurable": {"thread_id": "c-1"}})
    assert world.texts == ["hi", "hi"]


def test_the_same_event_id_in_two_conversations_is_two_causes(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    for thread in ("c-1", "c-2"):
        play(deck, world, of_nodes(node), thread=thread)
    assert world.texts == ["hi", "hi"]


@pytest.mark.parametrize("trouble", ["before", "after"])
def test_a_send_that_raised_is_looked_up_before_it_is_tried_again(deck: Deck, world: World, trouble: str) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    world.trouble = [trouble]
    assert play(deck, world, of_nodes(node, retry_policy=RETRY)) == {"sent": ["hi"]}
    assert world.texts == ["hi"]


@pytest.mark.parametrize("trouble", ["before", "after"])
def test_a_node_that_tries_again_itself_does_not_send_twice(deck: Deck, world: World, trouble: str) -> None:
    def node(state: Sent) -> Sent:
        with contextlib.suppress(ConnectionError):
            send("hi")
        return {"sent": [send("hi")]}

    world.trouble = [trouble]
    play(deck, world, of_nodes(node))
    assert world.texts == ["hi"]


def test_another_send_after_one_that_raised_is_its_own(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        with contextlib.suppress(ConnectionError):
            send_blind("to A")
        return {"sent": [send_blind("to B")]}

    world.trouble = ["before"]
    assert play(deck, world, of_nodes(node)) == {"sent": ["to B"]}


def test_a_blind_send_that_raised_is_unknown_when_tried_again(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send_blind("hi")]}

    world.trouble = ["after"]
    with pytest.raises(EffectUnknown, match="send_blind"):
        play(deck, world, of_nodes(node, retry_policy=RETRY))
    assert world.texts == ["hi"]
    assert [call.status for call in deck.runs("c-1")[0].calls] == ["failed", "unknown"]


def test_an_idempotent_send_that_raised_is_tried_again_under_its_key(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send_again("hi")]}

    world.trouble = ["after"]
    play(deck, world, of_nodes(node, retry_policy=RETRY))
    assert world[0] == world[1]


def test_reading_is_recorded_and_not_journalled(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [look("x")["sent"], send("hi"), look("x")["sent"]]}

    assert play(deck, world, of_nodes(node)) == {"sent": ["", "hi", "hi"]}
    assert [(call.kind, call.name) for call in deck.runs("c-1")[0].calls] == [
        ("effect", "look"),
        ("effect", "send"),
        ("effect", "look"),
    ]


async def test_async_effects_side_by_side_have_keys_in_the_order_they_were_called(deck: Deck, world: World) -> None:
    async def node(state: Sent) -> Sent:
        return {"sent": list(await asyncio.gather(*(send_async(text) for text in "abcdefgh")))}

    agent = deck.record(of_nodes(node), resources={"world": world})
    for _ in range(2):
        await agent.ainvoke({"sent": []}, {"configurable": {"thread_id": "c-1", "event": "m-1"}})
    assert sorted(world) == [(text, f"c-1/m-1/node/send_async/{place}") for place, text in enumerate("abcdefgh")]


def test_an_effect_in_a_tool_belongs_to_the_tools_step(deck: Deck, world: World) -> None:
    from langchain.agents import create_agent
    from langchain_core.tools import tool

    from tests.scripted import ScriptedModel, calling

    @tool
    def tell(text: str) -> str:
        """Tell the customer."""
        return send(text)  # type: ignore[no-any-return]

    model = ScriptedModel(script={"go": calling(("tell", {"text": "a"}), ("tell", {"text": "b"}))})
    play(deck, world, create_agent(model, [tell]), given={"messages": [("user", "go")]})
    assert sorted(world.texts) == ["a", "b"]
    assert {key for _, key in world} == {f"c-1/m-1/tools[{n}]/send/0" for n in (0, 1)}


def test_arguments_that_are_not_json_are_refused_before_anything_happens(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [send(world.send)]}

    with pytest.raises(BadInput, match="arguments of effect send"):
        play(deck, world, of_nodes(node))
    assert not world


def test_unrecorded_an_effect_just_happens() -> None:
    done = []

    @effect()
    def act(text: str, *, key: str) -> str:
        done.append(key)
        return text

    assert [act("a"), act("a")] == ["a", "a"]
    assert len(set(done)) == 2


async def test_unrecorded_an_async_effect_just_happens() -> None:
    @effect()
    async def act(text: str) -> str:
        return text

    assert await act("a") == "a"


def test_an_effect_is_known_by_its_name_with_its_simulation() -> None:
    @effect(simulate=lambda text: {"would": text})
    def act_simulated(text: str) -> dict[str, str]:
        return {"did": text}

    assert EFFECTS["act_simulated"].simulate is not None
    assert act_simulated("x") == {"did": "x"}


def test_a_resource_that_was_not_given_is_named_with_those_that_were(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [resource("wrold")]}

    with pytest.raises(NoResource, match=r"'wrold'; given: world\. Did you mean 'world'"):
        play(deck, world, of_nodes(node))
    with pytest.raises(NoResource):
        resource("world")


def test_the_clock_and_ids_are_read_and_recorded(deck: Deck, world: World) -> None:
    def node(state: Sent) -> Sent:
        return {"sent": [now().isoformat(), new_id(), new_id()]}

    sent = play(deck, world, of_nodes(node))["sent"]
    calls = deck.runs("c-1")[0].calls
    assert [(call.kind, call.ordinal) for call in calls] == [("clock", 0), ("id", 0), ("id", 1)]
    assert [call.response for call in calls] == sent
    assert sent[1] != sent[2]
    assert now().utcoffset() is not None
    assert len(new_id()) == 32


def test_an_effect_that_cannot_be_journalled_does_not_happen(deck: Deck, world: World) -> None:
    refuse = "CREATE TRIGGER t BEFORE INSERT ON effects BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    deck.store.write(lambda session: session.connection.execute(refuse))

    def node(state: Sent) -> Sent:
        return {"sent": [send("hi")]}

    with pytest.raises(StoreUnusable, match="disk full"):
        play(deck, world, of_nodes(node))
    assert not world
