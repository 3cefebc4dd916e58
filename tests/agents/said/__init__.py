"""What customers say: one message a line, or a message and what a talked-over model would reply to it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def sayings(name: str) -> list[str]:
    """The lines of `NAME.txt`."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def exchanges(name: str) -> list[tuple[str, str]]:
    """The lines of `NAME.txt` that read "message => reply"."""
    return [(said, reply) for said, _, reply in (line.partition(" => ") for line in sayings(name))]
