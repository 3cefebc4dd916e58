"""How do conversations that others recorded come onto the recording?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options
from playhead.cli.codes import STOPPED

if TYPE_CHECKING:
    from playhead.imports import Imported, RecordedFile
    from playhead.location import Location


@dataclass
class Total:
    """What was imported, and which conversations were there before or had to take another name."""

    conversations: int = 0
    runs: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    already: int = 0
    renamed: list[str] = field(default_factory=list)

    def add(self, one: Imported) -> None:
        """Count one conversation."""
        self.conversations += not one.already
        self.already += one.already
        self.runs += one.runs
        self.model_calls += one.model_calls
        self.tool_calls += one.tool_calls
        if one.thread != one.name:
            self.renamed.append(one.thread)


def import_(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="chat-jsonl or tau.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One conversation a line, as JSON.")],
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead import tau tau_runs.jsonl --store runs.db

    Makes recordings of conversations that others recorded: each customer message is a run, each conversation a thread.
    They are played through a small agent loop that every project has, with the file's own answers, so that they can be
    shown, replayed and compared like any other. No model and no tool is called.

    What is there already is not imported again. A broken line ends the import; the lines before it stay.

    FORMAT is chat-jsonl, OpenAI's chat format ({"id", "messages": [...], "metadata": {...}} on each line), or tau, runs
    of tau-bench (messages, tool_calls and llm_calls on each line).
    """
    from dataclasses import replace

    from playhead.cli.printing import say
    from playhead.config import load_config
    from playhead.imports import Importer, RecordedFile, read_conversations

    source, total = RecordedFile.open(file), Total()
    conversations = read_conversations(format, source)
    with (
        options.open_to_record(replace(load_config(), prompts=None), store, None, None) as deck,
        _stopping() as stopped,
    ):
        importer = Importer(deck)
        try:
            for conversation in _progress(conversations, source):
                total.add(importer.play(conversation))
                if stopped:
                    say("Stopped. What was imported stays; the same command goes on from there.")
                    break
        except Exception:
            for line in _lines(total, deck.store.location):  # beside what went wrong
                say(line)
            raise
        _tell(total, deck.store.location, json=json)
    if stopped:
        raise typer.Exit(STOPPED)


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """While this lasts, Ctrl-C does not cut off a conversation: it is noted, to stop before the next."""
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _progress(conversations: Iterator[Any], source: RecordedFile) -> Iterator[Any]:
    """Pass the conversations on, and draw a bar on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from playhead.cli.printing import talk

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("conversations"), TimeElapsedColumn())
    first = list(islice(conversations, 1))  # a file that is wrong from the beginning is told without a bar
    with Progress(*columns, console=talk()) as progress:
        task = progress.add_task("", total=source.lines)
        for one in chain(first, conversations):
            yield one
            progress.advance(task)


def _tell(total: Total, store: Location, *, json: bool) -> None:
    from playhead.cli.printing import say, write, write_json
    from playhead.cli.words import count

    if json:
        write_json({"store": str(store), **asdict(total)})
    else:
        for line in _lines(total, store):
            write(line)
    if total.renamed:
        many = count(len(total.renamed), "conversation has", "conversations have")
        say(f"{many} the name of another and took a new one: {total.renamed[0]}, and so on.")


def _lines(total: Total, store: Location) -> Iterator[str]:
    from playhead.cli.words import count

    if not (total.conversations or total.already):
        return
    parts = [count(total.runs, "run"), count(total.model_calls, "model call"), count(total.tool_calls, "tool call")]
    yield f"Imported into {store}: {count(total.conversations, 'conversation')}, {', '.join(parts)}."
    if total.already:
        yield f"{count(total.already, 'conversation was', 'conversations were')} there already."
