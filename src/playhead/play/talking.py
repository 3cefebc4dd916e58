"""How does one talk to a graph: through its application, or as to any graph that keeps `messages`?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playhead.config import BUILT_IN, Config, load_object
from playhead.deck import Deck
from playhead.errors import BadInput, GraphFailed, GraphNotFound, PlayheadError, exit_code_of
from playhead.location import Location, file_of
from playhead.records import Application
from playhead.transcript import Outcome
from playhead.views import brief, plain


class MessagesApplication:
    """Any graph whose state has `messages`, as an application: no business, no world, the last message is the reply."""

    demo = Path()

    def __init__(self, graph: Any) -> None:
        self.graph = graph

    def businesses(self) -> list[str]:
        """None: such a graph knows of no businesses."""
        return []

    def resources(self, path: Path) -> dict[str, Any]:
        """None: such a graph has no world of its own."""
        return {}

    def incoming(self, text: str, **event: Any) -> dict[str, Any]:
        """The graph's input for one message."""
        return {"messages": [{"role": "user", "content": text, "id": event["message_id"]}]}

    def outcome(self, state: Any) -> dict[str, Any]:
        """The text of the last message, if the agent said it; of a graph without messages, all that it gave."""
        if not isinstance(state, Mapping) or "messages" not in state:
            return {"reply": brief(state, 400), "outcome": "answered", "reason": ""}
        messages = plain(state["messages"] or [])
        last = messages[-1] if messages and isinstance(messages[-1], dict) else {}
        reply = last.get("content") if last.get("role") == "assistant" else None
        if isinstance(reply, list):
            reply = "".join(part.get("text", "") for part in reply if isinstance(part, dict))
        if not reply:
            return {"reply": None, "outcome": "silent", "reason": "the graph added no message"}
        return {"reply": reply, "outcome": "answered", "reason": ""}


def application_named(config: Config, name: str) -> Application:
    """The project's application of this name, or its graph of this name if that keeps `messages`.

    Raises `GraphNotFound`, `GraphNotLoadable`, `BadInput` for a graph that one cannot talk to.
    """
    if name in config.applications:
        found: Application = config.application(name)
        return found
    if name not in config.graphs:
        raise GraphNotFound(name, {*config.applications, *config.graphs})
    graph = config.graph(name)
    if "messages" not in getattr(graph, "channels", {}):
        raise BadInput(
            name,
            "its state has no `messages`, so it is unknown how to talk to it.",
            "Name an application for it under [tool.playhead.applications] in pyproject.toml.",
        )
    return MessagesApplication(graph)


def demo_application(config: Config) -> tuple[str, Application]:
    """The first of the project's applications that brings a demo, with its name. Raises `BadInput` for none."""
    for name, target in config.applications.items():
        found = load_object(target, config.root)
        if getattr(found, "demo", None) is not None and found.demo.is_file():
            return name, found
    remedy = "`playhead init my-agent` makes a small project; then `cd my-agent` and `playhead chat agent`."
    if config.graphs:
        remedy = f"Talk to the agent that is here: `playhead chat {next(iter(config.graphs))}`."
    raise BadInput(str(config.root), "no application that brings demo conversations is configured here.", remedy)


def outcome_of(config: Config) -> Callable[[str], Outcome | None]:
    """Gives an application's own `outcome` by graph name; None where the project cannot load it."""
    known: dict[str, Outcome | None] = {}

    def find(name: str) -> Outcome | None:
        if name not in known:
            try:
                known[name] = config.application(name).outcome
            except Exception:  # noqa: BLE001  a project whose code is broken can still be looked at
                known[name] = None
        return known[name]

    return find


def resume_thread(deck: Deck, thread: str, answer: Any = None) -> dict[str, Any]:
    """Go on with a conversation: `{"reply", "outcome", "reason"}` of what came of it.

    Raises what `Deck.resume` raises, `GraphNotFound`, what a model's provider raises, and `GraphFailed` for any other.
    """
    name = deck.thread(thread)[-1].graph
    if name in deck.config.applications or name not in {*deck.config.graphs, *BUILT_IN}:
        application = application_named(deck.config, name)
        graph, outcome = application.graph, application.outcome
        resources = application.resources(world_path(deck.store.location, deck.config.root))
    else:
        graph, outcome, resources = deck.config.graph(name), MessagesApplication(None).outcome, {}
    try:
        state = deck.resume(thread, graph, answer=answer, resources=resources)
        return came_of(state, outcome)
    except Exception as error:
        if isinstance(error, PlayheadError) or exit_code_of(error) != GraphFailed.exit_code:
            raise
        raise GraphFailed(thread, error) from error
    finally:
        close_resources(resources)


def came_of(state: Any, outcome: Outcome) -> dict[str, Any]:
    """What came of a run: the application's own word, or "waiting" where it was interrupted."""
    if isinstance(state, Mapping) and state.get("__interrupt__"):
        asked = "; ".join(brief(getattr(each, "value", each), 400) for each in state["__interrupt__"])
        return {"reply": None, "outcome": "waiting", "reason": f"it asks {asked}"}
    return dict(outcome(state))


def world_path(store: Location, root: Path) -> Path:
    """Where the application keeps its own facts: `playhead.db` → `playhead.world.db`, beside it.

    For a recording on a server, in the project's folder `root`, named after the database.
    """
    return file_of(store, root).with_suffix(".world.db")


@contextmanager
def with_resources(deck: Deck, graph: str | None) -> Iterator[dict[str, Any]]:
    """The handles that the application of this name has to the world; none for a graph of another kind, or None."""
    opened: dict[str, Any] = {}
    if graph is not None and graph in deck.config.applications:
        opened = application_named(deck.config, graph).resources(world_path(deck.store.location, deck.config.root))
    try:
        yield opened
    finally:
        close_resources(opened)


def close_resources(resources: Mapping[str, Any]) -> None:
    """Close every handle that can be closed."""
    for handle in resources.values():
        if hasattr(handle, "close"):
            handle.close()


def forget_customer(deck: Deck, customer: str) -> tuple[int, list[str]]:
    """Erase a customer from the recording and from every application's own facts.

    Gives the number of conversations, and the files of facts that were gone through.
    """
    world = world_path(deck.store.location, deck.config.root)
    resources: dict[str, Any] = {}
    if world.is_file():
        for name in deck.config.applications:
            opened = application_named(deck.config, name).resources(world)
            resources |= {f"{name}.{key}": handle for key, handle in opened.items()}
    try:
        return deck.forget(customer, resources), [str(world)] if resources else []
    finally:
        close_resources(resources)
