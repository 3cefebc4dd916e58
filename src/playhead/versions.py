"""Which code made a run?

A run remembers the versions of the libraries, of the prompt set, and a digest of the project's own source: the
modules that are loaded from its folder. Later, equal digests prove that today's code is the recorded code.
"""

from __future__ import annotations

import hashlib
import os
import sys
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
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def source_digest(root: Path) -> str:
    """A digest of every loaded module whose file lies in the project's folder, installed packages left out.

    So is Playhead itself where it lies there: it has its version, and which of its rooms are loaded depends on the verb.
    """
    digest = hashlib.blake2b(digest_size=16)
    loaded = dict(sys.modules)  # another thread may be importing
    for name in sorted(loaded):
        if name.partition(".")[0] == "playhead":
            continue
        path = getattr(loaded[name], "__file__", None)
        if not isinstance(path, str) or not path.startswith(f"{root}{os.sep}") or "site-packages" in path:
            continue
        if not Path(path).is_file():
            continue
        digest.update(name.encode() + b"\0" + hashlib.blake2b(Path(path).read_bytes()).digest())
    return digest.hexdigest()
