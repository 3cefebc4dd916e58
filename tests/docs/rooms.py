"""The README's map of rooms, made from the modules' first lines: `python tests/docs/rooms.py` writes it anew."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = [
    "cli",
    "testing",
    "deck",
    "upkeep",
    "labelling",
    "lookup",
    "standing",
    "resuming",
    "replays",
    "verifying",
    "doctor",
    "play",
    "imports",
    "bisecting",
    "backtest",
    "backtest/report",
    "backtest/scoring",
    "comparison",
    "foresight",
    "transcript",
    "selection",
    "views",
    "scaffold",
    "graph",
    "graph/recorded",
    "graph/answered",
    "graph/let_go",
    "graph/recorder",
    "graph/raised",
    "graph/intercept",
    "graph/asked",
    "graph/private",
    "graph/in_passing",
    "graph/player",
    "graph/recalling",
    "graph/replaying",
    "graph/reach",
    "graph/identity",
    "graph/deltas",
    "graph/guard",
    "graph/foreign",
    "graph/memories",
    "graph/readings",
    "graph/ending",
    "graph/waiting",
    "graph/faithful",
    "graph/keeping",
    "graph/saver",
    "graph/saves",
    "graph/skeleton",
    "graph/asking",
    "graph/effects",
    "graph/models",
    "graph/embedded",
    "tape",
    "tape/leaves",
    "tape/trees",
    "store",
    "store/references",
    "store/writer",
    "store/sqlite",
    "store/postgres",
    "store/leases",
    "store/line",
    "store/settling",
    "store/session",
    "store/values",
    "store/counts",
    "store/catalogue",
    "store/labels",
    "store/naming",
    "store/answers",
    "store/erasure",
    "prompts",
    "config",
    "versions",
    "codec",
    "trust",
    "diff",
    "reuse",
    "redact",
    "nearest",
    "statistics",
    "statistics/verdict",
    "statistics/planning",
    "statistics/paired",
    "statistics/sequential",
    "records",
    "receipt",
    "receipt/reckoning",
    "errors",
]


def first_line(path: Path) -> str:
    """The first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n", 1)[0]


def path_of(room: str) -> Path:
    """The file whose docstring speaks for a room."""
    base = ROOT / "src/playhead" / room
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def made_map() -> str:
    """The map as it should stand in the README."""
    lines = ["| room | the question it answers |", "|---|---|"]
    lines += [f"| `{room}` | {first_line(path_of(room))} |" for room in ROOMS]
    lines.append(f"| `agents/messaging` | {first_line(ROOT / 'agents/messaging/__init__.py')} |")
    return "\n".join(lines)


def between(text: str, mark: str) -> str:
    """What stands between a pair of marks."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", text, re.DOTALL)
    assert found, f"README.md has no <!-- {mark} -->"
    return found[1].strip("\n")


def put_between(text: str, mark: str, made: str) -> str:
    """The text with something else between a pair of marks."""
    return re.sub(
        rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: f"{m[1]}{made}\n{m[2]}", text, flags=re.DOTALL
    )


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(put_between(readme.read_text("utf-8"), "map", made_map()), "utf-8")
    sys.exit(0)
