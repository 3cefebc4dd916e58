"""Which code made a run?

A run remembers the versions of the libraries, of the prompt set, and a digest of the project's own source: the
modules that are loaded from its folder. Later, equal digests prove that today's code is the recorded code.
"""

from __future__ import annotations

import hashlib
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
    """A digest of every loaded module whose file lies in the project's folder, installed packages left out."""
    digest = hashlib.blake2b(digest_size=16)
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if not path or not path.startswith(f"{root}/") or "site-packages" in path:
            continue
        digest.update(name.encode() + b"\0" + Path(path).read_bytes())
    return digest.hexdigest()
