"""Each example is a program that runs, and prints what it says it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SHOWN = {
    "invoices.py": [
        "asked: Pay 2 invoices, 92.50 in all?",
        "payments in the ledger: 2",
        "'check@1[2]'",
        "done ['approve@2']",
        "played again: unchanged, 0 of 2 recorded effects executed",
        "with another invoice: [('pay', 'held back', ",
    ],
    "research.py": [
        "Go early on Saturday; ask for Maya.",
        "research@0/look_up@0[2] · Whom? → Maya.",
        "unchanged · 4 calls served",
    ],
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs_and_prints_what_it_says(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert all(line in done.stdout for line in SHOWN[name]), done.stdout
