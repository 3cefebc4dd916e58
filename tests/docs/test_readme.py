"""The README says what is so."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rooms

PLAYHEAD = str(Path(sys.executable).with_name("playhead"))
README = (rooms.ROOT / "README.md").read_text("utf-8")


def test_the_map_is_made_of_the_rooms_first_lines() -> None:
    assert rooms.between(README, "map") == rooms.made_map(), "run: python tests/docs/rooms.py"


def test_the_example_runs_and_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    block, shown = re.search(r"```python\n(.*?)```\n<!-- /example -->\n\n```text\n(.*?)```", README, re.DOTALL).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, "README.md", "exec", dont_inherit=True), {"__name__": "readme"})
    assert printed.getvalue() == shown
    assert len(block.strip().splitlines()) <= 20


def test_the_demo_prints_what_is_shown(tmp_path: Path) -> None:
    shown, again = (
        rooms.between(README, part).removeprefix("```text\n").removesuffix("```") for part in ("demo", "again")
    )
    done = subprocess.run(
        [PLAYHEAD, "demo", "--store", str(tmp_path / "demo.db")],
        cwd=rooms.ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "80", "HOME": str(tmp_path)},
    )
    assert plain(shown) in plain(done.stdout)
    assert plain(again) in plain(done.stdout)
    assert "0 of 8 recorded effects executed." in done.stdout


def test_every_verb_it_names_exists() -> None:
    helped = subprocess.run([PLAYHEAD, "--help"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"`playhead ([a-z]+)", README))
    assert {verb for verb in verbs if not re.search(rf"^ +{verb}\b", helped, re.MULTILINE)} == set()


def plain(text: str) -> str:
    """The text without the white space that lays it out."""
    return " ".join(text.split())
