"""Is this a graph that can be recorded and played?"""

from __future__ import annotations

from typing import Any

from langgraph.pregel import Pregel

from playhead.errors import GraphNotLoadable


def check_compiled(graph: Any) -> None:
    """Raise `GraphNotLoadable` for what is no compiled LangGraph graph, and say what it may be."""
    if isinstance(graph, Pregel):
        return
    kind = graph.__name__ if isinstance(graph, type) else type(graph).__name__
    if hasattr(graph, "compile"):
        raise GraphNotLoadable(kind, "it is not compiled", "Give what its compile() gives.")
    remedy = "Give a compiled StateGraph, what create_agent gives, or a function under @entrypoint."
    raise GraphNotLoadable(kind, "it is no compiled LangGraph graph", remedy)
