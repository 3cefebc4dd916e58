"""What is a compiled graph made of: which names are in its state, and what do the graphs within it need?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from langgraph.channels import LastValue
from langgraph.pregel import Pregel

AnyGraph: TypeAlias = "Pregel[Any, Any, Any, Any]"


def state_names(graph: Any, at: str | None) -> list[str]:
    """The names in the state of the graph, or of the one within it that a step's address leads to."""
    return [name for name in _graph_at(graph, at).channels if ":" not in name and not name.startswith("__")]


def single_valued(graph: Any, at: str | None) -> list[str]:
    """Those of them that hold what was written last; the others add to what they hold."""
    channels = _graph_at(graph, at).channels
    return [name for name in state_names(graph, at) if isinstance(channels[name], LastValue)]


def _graph_at(graph: Any, at: str | None) -> Any:
    names = [part.split("@")[0] for part in (at or "").split("/")[:-1] if not part.isdigit()]
    if not names:
        return graph
    return dict(graph.get_subgraphs(namespace="|".join(names), recurse=True)).get("|".join(names), graph)


def graphs_in(graph: AnyGraph) -> list[AnyGraph]:
    """The graph and those within it."""
    return [graph, *(inner for _, inner in graph.get_subgraphs(recurse=True) if isinstance(inner, Pregel))]


def needs_async(graphs: Iterable[AnyGraph]) -> bool:
    """Has one of them a node that can only be awaited?"""
    bound = [node.bound for one in graphs for node in one.nodes.values()]
    steps = [step for code in bound for step in getattr(code, "steps", [code])]
    return any(getattr(step, "afunc", None) is not None and getattr(step, "func", None) is None for step in steps)
