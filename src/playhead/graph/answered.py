"""What is a message given that is brought again when it was answered already?

Whoever brings messages (a provider's webhook, a queue) brings one again whose answer got lost on the way. Under the
same event, with the same input, it is the same message: it is given what its run gave, as it is recorded, and nothing
runs. An event that comes with another input is run: nothing is known to have been answered of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any, TypeAlias

from playhead.codec import Part
from playhead.graph.continuing import is_command
from playhead.graph.encoding import is_by_text
from playhead.graph.identity import as_data
from playhead.graph.interrupts import QUESTIONS
from playhead.graph.private import map_output_updates, stream_output
from playhead.graph.recording import Recording
from playhead.records import Run
from playhead.store.backend import Row

Piece: TypeAlias = tuple[tuple[str, ...], str, Any]


def same_message(recording: Recording, rows: Sequence[Row], given: Part | None) -> Row | None:
    """The last run of the message that was brought before with this input, out of those of the same event, if any.

    Runs that answered its questions are its own, too.
    """
    found, is_same = None, False
    for row in rows:
        value = recording.store.read(row["input"])
        if not (value is None or (is_command(value) and "resume" in value)):
            is_same = given is not None and not is_by_text(value) and _are_same(recording, value, given)
        if is_same:
            found = row
    return found


def _are_same(recording: Recording, before: Any, given: Part) -> bool:
    return bool(as_data(before) == as_data(recording.encoder.value(given)))


@dataclass(frozen=True)
class Answered:
    """A run that is over, as a stream for who brings its message again. `wishes` are those of that stream's caller."""

    graph: Any
    run: Run
    wishes: Mapping[str, Any]

    def pieces(self) -> list[Any]:
        """What each of its nodes gave, where `updates` are asked for, and how it ended, where `values` are.

        What else is told of a run while it goes on (tokens, tasks, a graph's own words) is not told again, and
        callbacks, from which LangChain makes its `astream_events`, hear nothing: nothing runs.
        """
        told: SimpleQueue[Piece] = SimpleQueue()
        for mode, payload in (*self._updates(), *self._end()):
            told.put(((), mode, payload))
        wishes = self.wishes
        typed = wishes.get("version") == "v2"
        made = stream_output(
            wishes.get("stream_mode") or self.graph.stream_mode,
            wishes.get("print_mode") or (),
            bool(wishes.get("subgraphs")),
            told.get_nowait,
            Empty,
            "v2" if typed else "v1",
            self.graph._output_mapper if typed else None,
        )
        return list(made)

    @property
    def _keys(self) -> str | Sequence[str]:
        asked: str | Sequence[str] | None = self.wishes.get("output_keys")
        return self.graph.stream_channels_asis if asked is None else asked

    def _updates(self) -> Iterator[tuple[str, Any]]:
        nodes = self.graph.nodes
        for step in self.run.steps:
            if "/" not in step.place and step.node in nodes and step.status == "done" and (writes := step.writes):
                task: Any = SimpleNamespace(name=step.node, config={"tags": nodes[step.node].tags or ()})
                for update in map_output_updates(self._keys, [(task, writes)]):
                    yield "updates", update

    def _end(self) -> Iterator[tuple[str, Any]]:
        output, channels, keys = self.run.output, self.graph.output_channels, self._keys
        asks = tuple(output[QUESTIONS]) if waits(self.run.status, output) else ()
        held = output if not isinstance(channels, str) else {} if asks else {channels: output}
        values = held.get(keys) if isinstance(keys, str) else {name: held[name] for name in keys if name in held}
        if asks:
            yield "updates", {QUESTIONS: asks}
            values = {**(values if isinstance(values, dict) else {}), QUESTIONS: asks}
        yield "values", values


def waits(status: str, output: Any) -> bool:
    """Did a run that ended so, with this output, stop to ask?"""
    return status == "interrupted" and isinstance(output, dict) and QUESTIONS in output
