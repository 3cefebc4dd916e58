"""Was a node renamed since a run was recorded? Then every address below it is another, and that is what to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langgraph.constants import START
from langgraph.pregel import Pregel

from playhead.records import Divergence, Run, Step


def renamed_hint(graph: Any, run: Run, first: Divergence) -> str:
    """What to say of a node of the run that the graph does not have; "" where it has them all."""
    known, visited = _nodes(graph), [_place(step.address) for step in run.steps]
    if (gone := gone_node(graph, run.steps)) is None:
        return ""
    path, node = gone
    new = [name for name in known[path] if (path, name) not in visited and name != START]
    likely = [name for name in new if name in first.replayed] if isinstance(first.replayed, str) else []
    within = f" within {path}" if path else ""
    hint = f"Node {node!r} is not in the graph{within} any more."
    for name in likely or (new if len(new) == 1 else []):
        return f"{hint} {name!r} is not on the recording: was {node!r} renamed?"
    return hint


def gone_node(graph: Any, steps: Iterable[Step]) -> tuple[str, str] | None:
    """The path to, and the name of, the first of these steps' nodes that the graph does not have."""
    known = _nodes(graph)
    visited = (_place(step.address) for step in steps)
    return next(((path, node) for path, node in visited if path in known and node not in known[path]), None)


def _nodes(graph: Any) -> dict[str, Iterable[str]]:
    """The names of the nodes of a graph, and of those within it, by the path to them."""
    within = {name.replace("|", "/"): inner for name, inner in graph.get_subgraphs(recurse=True)}
    return {"": graph.nodes, **{path: inner.nodes for path, inner in within.items() if isinstance(inner, Pregel)}}


def _place(address: str) -> tuple[str, str]:
    """The path to a node and its name, of a step's address."""
    *path, node = [part.split("@")[0] for part in address.split("/") if not part.isdigit()]
    return "/".join(path), node
