"""Which code made a run?

A run remembers the versions of the libraries, of the prompt set, and a digest of the project's own source: the
modules that are loaded from its folder. Later, equal digests prove that today's code is the recorded code.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Protocol

LIBRARIES: Final = ("playhead", "langgraph", "langchain-core", "langchain-openai")


class Hashed(Protocol):
    """A prompt set."""

    @property
    def hash(self) -> str:
        """Names the version of the set."""


def versions_of(root: Path, prompts: Hashed | None) -> dict[str, str]:
    """`{"python", "code", "prompts", and one entry per library}` as they are now."""
    found = {"python": ".".join(map(str, sys.version_info[:3])), "code": source_digest(root)}
    if prompts is not None:
        found["prompts"] = prompts.hash
    return found | {name: _library(name) for name in LIBRARIES}


def source_digest(root: Path) -> str:
    """A digest of every loaded module whose file lies in the project's folder, installed packages left out.

    So is Playhead itself where it lies there: it has its version, and which rooms are loaded depends on the verb.
    """
    digest = hashlib.blake2b(digest_size=16)
    for name, path in _own_modules(root, len(sys.modules)):
        try:
            seen = os.stat(path)  # noqa: PTH116 - of every module, for every run and replay
        except OSError:  # loaded, and gone since
            continue
        digest.update(name.encode() + b"\0" + _file_digest(path, seen.st_mtime_ns, seen.st_size))
    return digest.hexdigest()


@lru_cache(maxsize=16)
def _own_modules(root: Path, loaded: int) -> list[tuple[str, str]]:
    """The project's modules and their files, in order; looked for again when more modules are `loaded`."""
    found = [(name, getattr(module, "__file__", None)) for name, module in sorted(dict(sys.modules).items())]
    return [
        (name, path)
        for name, path in found
        if isinstance(path, str)
        and path.startswith(f"{root}{os.sep}")
        and "site-packages" not in path
        and name.partition(".")[0] != "playhead"
    ]


@lru_cache(maxsize=4096)
def _file_digest(path: str, changed: int, size: int) -> bytes:
    """The digest of a file as it was at that time: every run asks, and files seldom change."""
    return hashlib.blake2b(Path(path).read_bytes()).digest()


@lru_cache
def _library(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
