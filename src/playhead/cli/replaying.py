"""What would a recorded conversation be today, or with other prompts, and does it still come out the same?"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playhead.deck import Deck
    from playhead.records import Replay, Run

Keep = Annotated[
    bool | None,
    typer.Option("--keep/--no-keep", help="Write it to the recording, on a thread of its own. Default: with changes."),
]


def replay(
    name: Annotated[
        str, typer.Argument(metavar="RUN", help="A run, a conversation, or the file of a tape; may be shortened.")
    ],
    thread: Annotated[bool, typer.Option("--thread", help="The run's whole conversation, turn by turn.")] = False,
    prompts: options.ChangedPrompts = None,
    model: options.ChangedModels = None,
    state: options.ChangedState = None,
    code: Annotated[bool, typer.Option("--code", help="Let today's code ask what it did not ask then.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Ask no model: what is not recorded is an error.")] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would be asked, and its price.")] = False,
    live_reads: options.LiveReads = False,
    keep: Keep = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead replay r-9f2c --prompts drafts/warmer

    Plays a recorded turn again, from the state it began from. With nothing changed it is an exact replay: no model is
    called, and every step is compared with today's code's. With changes, only calls whose request is another are asked,
    and it says what the customer would have been told. Nothing is ever sent.

    Exit code 1 if an exact replay differs, 4 if an answer is needed that is not recorded, 5 if a model failed, 6 if an
    effect was held back that nothing could stand for.
    """
    from playhead.cli.replayed import show_changed, show_receipts
    from playhead.cli.typed import named_models, state_values
    from playhead.cli.verified import show_exact

    changes: dict[str, Any] = {
        "prompts": prompts,
        "models": named_models(model or ()),
        "state": state_values("--state", state or ()),
        "code": code,
    }
    with _opened(name, store) as (deck, runs):
        turns = _turns(deck, runs, name, whole=thread)
        if not any(changes.values()):
            found = list(deck.verify(turns))
            kept = [deck.keep(one.replay) for one in found if keep and one.replay is not None]
            show_exact(found, kept, json=json)
        elif dry:
            show_receipts(
                [(run, deck.receipt(run, deck.config.graph(run.graph), **changes)) for run in turns], json=json
            )
        else:
            made = _changed(deck, turns, changes, strict=strict, live_reads=live_reads)
            tape_given = _is_file(name)
            show_changed(deck, made, _kept(deck, made) if keep is not False and not tape_given else None, json=json)


@contextmanager
def _opened(name: str, store: str | None) -> Iterator[tuple[Deck, list[Run]]]:
    """The recording, or one made of a tape for as long as this takes; and the runs of the conversation, or the tape."""
    from tempfile import TemporaryDirectory

    from playhead.config import load_config
    from playhead.deck import Deck

    if not _is_file(name):
        with options.open_to_replay(store) as deck:
            yield deck, deck.thread(name)
        return
    options.quiet_log()
    with TemporaryDirectory(prefix="playhead-") as folder, Deck(Path(folder) / "tape.db", config=load_config()) as deck:
        yield deck, deck.load(name)


def _is_file(name: str) -> bool:
    return os.path.isfile(name)  # noqa: PTH113 - it may be too long for a path, or lie where nobody may look


def _turns(deck: Deck, runs: Sequence[Run], name: str, *, whole: bool) -> list[Run]:
    """The last run of each turn that is meant: of the one run named, else of all."""
    from playhead.replays import turns_of

    meant = [] if whole else [run for run in runs if run.id.startswith(name)]
    if meant:
        return meant
    threads = dict.fromkeys(run.thread for run in runs)
    return [turn[-1] for thread in threads for turn in turns_of([run for run in runs if run.thread == thread])]


def _changed(
    deck: Deck, turns: Sequence[Run], changes: dict[str, Any], *, strict: bool, live_reads: bool
) -> list[Replay]:
    """Each turn, from the state it was recorded with; said of each once it was played."""
    from playhead.cli.printing import say
    from playhead.play.talking import with_resources

    made = []
    for number, run in enumerate(turns, start=1):
        with with_resources(deck, run.graph if live_reads else None) as resources:
            graph = deck.config.graph(run.graph)
            made.append(deck.replay(run, graph, **changes, strict=strict, live_reads=live_reads, resources=resources))
        if len(turns) > 1:
            say(f"turn {number} of {len(turns)} · {run.id}")
    return made


def _kept(deck: Deck, made: Sequence[Replay]) -> list[Run]:
    """The replays on the recording; turns of one conversation beside each other."""
    kept: dict[str, Run] = {}
    runs = []
    for one in made:
        beside = kept.get(one.thread)
        kept[one.thread] = deck.keep(one, beside.thread if beside else None)
        runs.append(kept[one.thread])
    return runs


def verify(
    where: options.Where = None,
    since: options.Since = None,
    until: options.Until = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, max=options.MOST, help="Only the newest so many conversations."),
    ] = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead verify --since 30d

    Replays recorded conversations exactly on today's code, a line each, and tells at the end which steps came out
    otherwise, by the first field that differs. No model is called, nothing is sent: put it into your CI.

    Exit code 1 if anything differs; 3 or 4 if a turn could not be verified (its graph is not configured, or its
    recording lacks something).
    """
    from playhead.cli.printing import say
    from playhead.cli.verified import Verification, end_verified, verified_line

    with options.open_to_replay(store) as deck:
        found = Verification()
        for one in deck.verify(where=where or (), since=since, until=until, limit=limit):
            found.add(one)
            if not json:
                verified_line(one)
            if not len(found.turns) % 100:
                say(f"{len(found.turns):,} turns")
        end_verified(found, json=json)
