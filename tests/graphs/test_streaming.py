"""Streams look to their reader as they do unrecorded, and what came through is on the recording."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

import playhead
from playhead.deck import Deck
from tests.ending import LONG, auntil
from tests.graphs.shapes import HELLO, NOTHING, SHAPES, bare, chain
from tests.scripted import ScriptedModel, StreamingModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
MODES = ["values", "updates", "messages", "custom", "tasks", "debug", "checkpoints"]
WORDS = ["echo: ", "say ", "three ", "words"]


def shown(chunks: list[Any]) -> Any:
    """The chunks without ids, times and the settings of the saver."""
    drawn = (
        "id",
        "timestamp",
        "config",
        "parent_config",
        "metadata",
        "thread_id",
        "checkpoint_ns",
        "run_id",
        "interrupts",
    )

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: strip(element)
                for key, element in value.items()
                if key not in drawn and not key.startswith(("langgraph_", "checkpoint"))
            }
        return [strip(element) for element in value] if isinstance(value, list) else value

    return strip(bare(chunks))


@pytest.mark.parametrize("mode", [*MODES, ["updates", "messages"]], ids=str)
@pytest.mark.parametrize("name", ["conversation", "fan_out", "subgraph_as_node", "agent", "streaming_nodes"])
def test_every_stream_mode_gives_what_it_gives_unrecorded(deck: Deck, name: str, mode: Any) -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    shape = SHAPES[name]
    plain = shape.build(StreamingModel).copy(update={"checkpointer": InMemorySaver()})
    expected = list(plain.stream(shape.given, CONFIG, stream_mode=mode))
    given = list(deck.record(shape.build(StreamingModel)).stream(shape.given, CONFIG, stream_mode=mode))
    if name in ("fan_out", "agent"):  # parallel steps end in whatever order their threads do
        assert sorted(map(repr, shown(given))) == sorted(map(repr, shown(expected)))
    else:
        assert shown(given) == shown(expected)
    assert deck.runs("t-1")[0].status == "done"


@pytest.mark.parametrize("mode", ["values", "updates", "messages", "custom"])
@pytest.mark.parametrize("name", ["async_nodes", "async_streaming_nodes", "conversation"])
async def test_every_async_stream_mode_gives_what_it_gives_unrecorded(deck: Deck, name: str, mode: Any) -> None:
    shape = SHAPES[name]
    expected = [chunk async for chunk in shape.build(StreamingModel).astream(shape.given, stream_mode=mode)]
    recorded = deck.record(shape.build(StreamingModel))
    given = [chunk async for chunk in recorded.astream(shape.given, CONFIG, stream_mode=mode)]
    assert shown(given) == shown(expected)


def test_the_chunks_a_node_streams_are_recorded_with_the_whole_answer(deck: Deck) -> None:
    deck.record(SHAPES["streaming_nodes"].build(StreamingModel)).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert [chunk.text for chunk in call.response["chunks"] if chunk.text] == WORDS
    assert call.response["message"].text == "echo: say three words"
    assert call.output_tokens == 7


async def test_the_chunks_an_async_node_streams_are_recorded(deck: Deck) -> None:
    await deck.record(SHAPES["async_streaming_nodes"].build(StreamingModel)).ainvoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert [chunk.text for chunk in call.response["chunks"] if chunk.text] == WORDS


def test_the_chunks_of_a_call_streamed_to_the_reader_are_recorded(deck: Deck) -> None:
    graph = deck.record(SHAPES["conversation"].build(StreamingModel))
    seen = [chunk.text for chunk, _ in graph.stream(HELLO, CONFIG, stream_mode="messages") if chunk.text]
    (call,) = deck.runs("t-1")[0].calls
    assert [chunk.text for chunk in call.response["chunks"] if chunk.text] == seen == ["echo: ", "hello"]


async def test_the_chunks_of_an_async_call_streamed_to_the_reader_are_recorded(deck: Deck) -> None:
    graph = deck.record(SHAPES["async_nodes"].build(StreamingModel))
    stream = graph.astream(NOTHING, CONFIG, stream_mode="messages")
    seen = [chunk.text async for chunk, _ in stream if isinstance(chunk, AIMessageChunk) and chunk.text]
    recorded = [
        chunk.text for call in deck.runs("t-1")[0].calls for chunk in call.response.get("chunks", ()) if chunk.text
    ]
    assert recorded == seen


def test_a_model_that_cannot_stream_is_recorded_once_when_streamed(deck: Deck) -> None:
    deck.record(SHAPES["streaming_nodes"].build(ScriptedModel)).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert call.response["message"].text == "echo: say three words"


def deltas(events: list[Any]) -> list[str]:
    return [event["delta"]["text"] for event in events if event["event"] == "content-block-delta"]


def test_the_event_stream_of_a_model_is_one_call(deck: Deck) -> None:
    model = StreamingModel()

    def node(state: Any) -> Any:
        return {"notes": [model.stream_events("say three words", version="v3").output.text]}

    assert deck.record(chain(("node", node))).invoke(NOTHING, CONFIG) == {"notes": ["echo: say three words"]}
    (call,) = deck.runs("t-1")[0].calls
    assert call.response["message"].text == "echo: say three words"
    assert call.output_tokens == 7
    assert deltas(call.response["events"]) == WORDS


def test_an_event_stream_that_is_neither_read_to_its_end_nor_closed_is_recorded_with_its_step(deck: Deck) -> None:
    model = StreamingModel()
    kept = []

    def node(state: Any) -> Any:
        kept.append(model.stream_events("say three words", version="v3"))
        return {"notes": ["".join(kept[0].text)]}

    deck.record(chain(("node", node))).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert deltas(call.response["events"]) == WORDS


async def test_the_event_stream_of_a_graph_is_one_run_with_its_calls(deck: Deck) -> None:
    graph = deck.record(SHAPES["conversation"].build(StreamingModel))
    events = [event async for event in graph.astream_events(HELLO, CONFIG, version="v2")]
    assert [event["data"]["chunk"].text for event in events if event["event"] == "on_chat_model_stream"][:2] == [
        "echo: ",
        "hello",
    ]
    (run,) = deck.runs("t-1")
    assert [call.response["message"].text for call in run.calls] == ["echo: hello"]


def test_the_newer_event_stream_of_a_graph_is_one_run_with_its_calls(deck: Deck) -> None:
    graph = deck.record(SHAPES["conversation"].build(StreamingModel))
    stream = graph.stream_events(HELLO, CONFIG, version="v3")
    assert [message.text for message in stream.output["messages"]] == ["hello", "echo: hello"]
    (run,) = deck.runs("t-1")
    assert [call.response["message"].text for call in run.calls] == ["echo: hello"]
    assert run.status == "done"


def test_a_reader_who_leaves_early_ends_the_run_as_cancelled(deck: Deck) -> None:
    stream = deck.record(SHAPES["loop"].build(ScriptedModel)).stream(NOTHING, CONFIG, stream_mode="updates")
    assert next(stream) == {"turn": {"notes": ["echo: turn 0"]}}
    stream.close()
    (run,) = deck.runs("t-1")
    assert run.status == "cancelled"
    assert [step.address for step in run.steps if step.node != "__start__"] == ["turn@1"]


async def test_an_async_reader_who_leaves_early_ends_the_run_as_cancelled(deck: Deck) -> None:
    stream = deck.record(SHAPES["loop"].build(ScriptedModel)).astream(NOTHING, CONFIG, stream_mode="updates")
    await anext(stream)
    await stream.aclose()
    assert deck.runs("t-1")[0].status == "cancelled"


def test_an_async_reader_who_leaves_when_the_event_loop_ends_has_cancelled_the_run(deck: Deck) -> None:
    """The loop closes every generator that it knows of, all at once."""
    stream = deck.record(SHAPES["loop"].build(ScriptedModel)).astream(NOTHING, CONFIG, stream_mode="updates")
    told: list[Any] = []

    async def leave() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: told.append(what["message"]))
        await anext(stream)

    asyncio.run(leave())
    assert not told
    assert [run.status for run in deck.runs("t-1")] == ["cancelled"]


FOUND_AS_GARBAGE = """
import asyncio, gc, sys
import playhead
from tests.ending import until
from tests.graphs.shapes import NOTHING, SHAPES, chain
from tests.scripted import ScriptedModel, StreamingModel
gc.disable()
deck = playhead.open(sys.argv[1])
graph = deck.record(SHAPES["loop"].build(ScriptedModel))
LOCKS = {
    "saver": deck._saver._lock,
    "line": deck.store.line._lock,
    "queue": deck.store._writer._closing,
    "gaps": deck.store._counting,
}

def let_go_of(stream):
    circle = [stream]
    circle.append(circle)

def read(name, **options):
    stream = graph.stream(NOTHING, {"configurable": {"thread_id": name}}, **options)
    next(stream)
    let_go_of(stream)

def check(name):
    until(lambda: [run.status for run in deck.runs(name)] == ["cancelled"])
    print(name, flush=True)

async def aread():
    stream = graph.astream(NOTHING, {"configurable": {"thread_id": "loop"}})
    await anext(stream)
    let_go_of(stream)
    del stream
    deck.store.submit(lambda _: gc.collect()).result(20)
    await asyncio.to_thread(check, "loop")

for durability in ("async", "exit"):
    read(durability, durability=durability)
    deck.store.submit(lambda _: gc.collect()).result(20)
    check(durability)
for name, lock in LOCKS.items():
    read(name)
    with lock:
        gc.collect()
    check(name)
asyncio.run(aread())

def node(state):
    stream = StreamingModel().stream("say three words")
    next(stream)
    let_go_of(stream)
    del stream
    with LOCKS["queue"]:
        gc.collect()

deck.record(chain(("node", node))).invoke(NOTHING, {"configurable": {"thread_id": "node"}})
print(deck.runs("node")[0].calls[0].response["message"].text)
deck.close()
"""

LEFT_UNREAD = """
import asyncio, sys
import playhead
from tests.graphs.shapes import NOTHING, SHAPES
from tests.scripted import ScriptedModel
path, kind, durability = sys.argv[1:]
deck = playhead.open(path)
graph = deck.record(SHAPES["loop"].build(ScriptedModel))
read = graph.stream if kind == "sync" else graph.astream
stream = read(NOTHING, {"configurable": {"thread_id": "t-1"}}, durability=durability)
next(stream) if kind == "sync" else asyncio.new_event_loop().run_until_complete(anext(stream))
"""


def ended(script: str, *given: object) -> tuple[int, str, str]:
    """How a program ended, and what it said; one that has not after a minute is killed, and raises."""
    command = [sys.executable, "-c", script, *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_stream_that_is_found_as_garbage_is_closed_wherever_that_is(tmp_path: Path) -> None:
    """In the writer, for which closing waits, or where a lock is held that closing takes."""
    found = ["async", "exit", "saver", "line", "queue", "gaps", "loop", "echo: "]
    assert ended(FOUND_AS_GARBAGE, tmp_path / "runs.db") == (0, "".join(f"{name}\n" for name in found), "")


@pytest.mark.parametrize("durability", ["async", "exit"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_program_ends_that_read_one_piece_of_a_stream(tmp_path: Path, kind: str, durability: str) -> None:
    """What it holds is let go of when no thread runs any more that closing waits for."""
    assert ended(LEFT_UNREAD, tmp_path / "runs.db", kind, durability) == (0, "", "")
    with playhead.open(tmp_path / "runs.db") as deck:
        assert [run.status for run in deck.runs("t-1")] == ["cancelled"]
        with deck.store.reading() as session:
            assert session.rows("leases_of_thread", thread=1) == []


async def test_a_cancelled_task_ends_its_run_as_cancelled(deck: Deck) -> None:
    begun = asyncio.Event()

    async def node(state: Any) -> Any:
        begun.set()
        await asyncio.sleep(60)

    running = asyncio.create_task(deck.record(chain(("node", node))).ainvoke(NOTHING, CONFIG))
    await auntil(begun.is_set, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (run,) = deck.runs("t-1")
    assert (run.status, run.steps[-1].status) == ("cancelled", "cancelled")


def test_a_node_that_leaves_its_models_stream_early_keeps_what_came(deck: Deck) -> None:
    model = StreamingModel()

    def node(state: Any) -> Any:
        stream = model.stream("say three words")
        first = next(stream).text
        stream.close()
        return {"notes": [first]}

    deck.record(chain(("node", node))).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert (call.status, call.response["message"].text) == ("done", "echo: ")


def test_a_stream_that_breaks_keeps_what_came_and_the_error(deck: Deck) -> None:
    class Breaking(StreamingModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Any:
            yield next(super()._stream(*args, **kwargs))
            raise ConnectionError("cut")

    model = Breaking()

    def node(state: Any) -> Any:
        return {"notes": [chunk.text for chunk in model.stream("say three words")]}

    with pytest.raises(ConnectionError):
        deck.record(chain(("node", node))).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert (call.status, call.error and call.error.message) == ("failed", "cut")
    assert call.response["message"].text == "echo: "
