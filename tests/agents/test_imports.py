"""A node that read a clock or opened a socket would make a recording a lie: their imports are walked."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[2] / "agents" / "messaging"
NODES = sorted((AGENT / "nodes").glob("*.py"))
ALLOWED = {
    "__future__", "agents", "collections", "dataclasses", "datetime", "langgraph", "playhead", "pydantic", "re",
    "typing", "zoneinfo",
}  # fmt: skip
WORLD = {
    "agents.messaging.database",
    "agents.messaging.calendar",
    "agents.messaging.outbox",
    "agents.messaging.optouts",
}
CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{each.name}" for each in node.names)}
    return found


@pytest.mark.parametrize("path", [*NODES, AGENT / "state.py", AGENT / "graph.py"], ids=lambda path: path.name)
def test_a_node_imports_no_client_socket_clock_or_chance(path: Path) -> None:
    assert {name.split(".")[0] for name in imported(path)} <= ALLOWED


@pytest.mark.parametrize("path", NODES, ids=lambda path: path.name)
def test_a_node_reaches_the_world_through_effects_only(path: Path) -> None:
    assert not imported(path) & WORLD


@pytest.mark.parametrize("path", NODES, ids=lambda path: path.name)
def test_a_node_reads_no_clock(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS


@pytest.mark.parametrize("path", sorted(AGENT.rglob("*.py")), ids=lambda path: str(path.relative_to(AGENT)))
def test_the_application_uses_the_face_and_nothing_else_of_the_framework(path: Path) -> None:
    ours = {name for name in imported(path) if name.startswith("playhead.")}
    assert all(name.count(".") == 1 and name.split(".")[1] in FACE for name in ours)


FACE = {"PlayheadError", "BadInput", "ask", "aask", "effect", "resource", "now", "new_id", "prompt"}
