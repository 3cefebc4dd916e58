"""Which options do several verbs share, and how do they open the recording?"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from playhead.cli.words import visible

if TYPE_CHECKING:
    from playhead.config import Config
    from playhead.deck import Deck

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PLACE", help="The recording, a file or postgresql://…; default: [tool.playhead] store."
    ),
]
Prompts = Annotated[
    Path | None, typer.Option("--prompts", metavar="FOLDER", help="The prompt files; default: [tool.playhead] prompts.")
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="What `default` stands for: `embedded`, `openai:gpt-5-mini`, …"),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of text.")]
Business = Annotated[
    str | None, typer.Option("--business", metavar="NAME", help="Which business the agent answers for.")
]


ChangedPrompts = Annotated[
    Path | None, typer.Option("--prompts", metavar="FOLDER", help="The changed prompt files; the rest stays.")
]
ChangedModels = Annotated[
    list[str] | None, typer.Option("--model", metavar="ALIAS=NAME", help="Another model, such as default=embedded.")
]
ChangedState = Annotated[
    list[str] | None, typer.Option("--state", metavar="KEY=VALUE", help="A value of the state; JSON is read as JSON.")
]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Only these: outcome=lost, reason~price.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="30d, 12h, or a date.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same; a date is included.")]
Sample = Annotated[int | None, typer.Option("--sample", metavar="N", min=1, help="So many of them, spread over time.")]
MOST: Final = 10**9  # conversations that --limit may ask for: more than there are, and every database counts so far
Concurrency = Annotated[int, typer.Option("--concurrency", metavar="N", min=1, help="So many turns at once.")]
LiveReads = Annotated[bool, typer.Option("--live-reads", help="Let effects that only read really read.")]


def open_to_read(store: str | None) -> Deck:
    """The recording, which must exist. Raises `RecordingNotFound`."""
    return _open_existing(store, with_prompts=False)


def open_to_replay(store: str | None) -> Deck:
    """The recording, which must exist, with the project's prompts as they are today. Raises `RecordingNotFound`."""
    return _open_existing(store, with_prompts=True)


def _open_existing(store: str | None, *, with_prompts: bool) -> Deck:
    from playhead.config import load_config
    from playhead.deck import Deck

    quiet_log()
    config = load_config()
    config = config if with_prompts else replace(config, prompts=None)
    return Deck(store, create=False, config=config, look_only=not with_prompts)


def open_to_record(
    config: Config, store: str | None, prompts: Path | None, model: str | None, *, create: bool = True
) -> Deck:
    """The recording, made if it does not exist; without `create`, that raises `RecordingNotFound`."""
    from playhead.deck import Deck
    from playhead.prompts.source import some_prompt_files

    quiet_log()
    if prompts is not None:
        some_prompt_files(prompts)
    models: dict[str, Any] = {"default": model} if model else {}
    return Deck(store, prompts=prompts, models=models, create=create, config=config)


def quiet_log() -> None:
    """Send the log's warnings to stderr, where what strangers wrote can do nothing: stdout is for data."""
    import logging
    import sys

    import structlog

    *others, rendering = structlog.get_config()["processors"]
    structlog.configure(
        processors=[*(each for each in others if each is not shown_safely), shown_safely, rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is then: tests replace it
        cache_logger_on_first_use=False,
    )


def shown_safely(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What is logged, with every control character of its texts made visible."""
    for name, value in event.items():
        event[name] = visible(value) if isinstance(value, str) else value
    return event
