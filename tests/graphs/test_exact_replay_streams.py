"""Who listens to a replay hears it chunk by chunk, as it was recorded."""

from __future__ import annotations

from typing import Any

import pytest

from playhead.deck import Deck
from tests.graphs.shapes import HELLO, NOTHING, SHAPES, chain
from tests.scripted import ScriptedModel, StreamingModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


def heard(deck: Deck, graph: Any, **options: Any) -> list[Any]:
    chunks: list[Any] = []
    replay = deck.replay(deck.runs("t-1")[-1], graph, hear=chunks.append, **options)
    assert replay.unchanged, replay.divergence
    return chunks


@pytest.mark.parametrize("name", ["conversation", "subgraph_as_node", "streaming_nodes", "loop"])
def test_messages_are_heard_in_the_recorded_chunks(deck: Deck, name: str) -> None:
    shape = SHAPES[name]
    graph = shape.build(StreamingModel)
    said = list(deck.record(graph).stream(shape.given, CONFIG, stream_mode="messages"))
    again = heard(deck, graph)
    assert [chunk.text for chunk, _ in again] == [chunk.text for chunk, _ in said]
    assert [facts["langgraph_node"] for _, facts in again] == [facts["langgraph_node"] for _, facts in said]


async def test_messages_of_async_nodes_are_heard(deck: Deck) -> None:
    graph = SHAPES["async_nodes"].build(StreamingModel)
    said = [chunk.text async for chunk, _ in deck.record(graph).astream(NOTHING, CONFIG, stream_mode="messages")]
    assert [chunk.text for chunk, _ in heard(deck, graph)] == said


@pytest.mark.parametrize("mode", ["updates", "values", "custom"])
def test_other_modes_are_heard_as_they_were(deck: Deck, mode: str) -> None:
    shape = SHAPES["loop"]
    graph = shape.build(ScriptedModel)
    said = list(deck.record(graph).stream(shape.given, CONFIG, stream_mode=mode))
    assert heard(deck, graph, stream_mode=mode) == said


def test_the_event_stream_of_a_model_gives_the_recorded_events(deck: Deck) -> None:
    model, texts = StreamingModel(), []

    def node(state: Any) -> Any:
        stream = model.stream_events("say three words", version="v3")
        texts.append(list(stream.text))
        return {"notes": [stream.output.text]}

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG)
    asked = len(model.asked)
    assert deck.replay(deck.runs("t-1")[-1], graph).unchanged
    assert (texts[0], len(model.asked)) == (texts[1], asked)


def test_a_conversation_that_was_streamed_by_events_replays(deck: Deck) -> None:
    graph = SHAPES["conversation"].build(StreamingModel)
    assert deck.record(graph).stream_events(HELLO, CONFIG, version="v3").output
    assert [chunk.text for chunk, _ in heard(deck, graph) if chunk.text] == ["echo: hello"]


def test_a_streamed_run_that_its_reader_left_is_heard_as_far_as_it_came(deck: Deck) -> None:
    graph = SHAPES["loop"].build(StreamingModel)
    stream = deck.record(graph).stream(NOTHING, CONFIG, stream_mode="messages")
    first = next(stream)
    stream.close()
    again = heard(deck, graph)
    assert again[0][0].text == first[0].text
