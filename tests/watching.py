"""What does the interpreter itself say was done? Its audit events of imports, code, processes, files and sockets."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STARTS = (
    "exec",
    "compile",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "pickle.find_class",
)
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.rmtree", "socket.connect", "ctypes.dlopen")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ANNOTATIONS = ("typing.py", "typing_extensions.py", "inspect.py", "ast.py")
"""Modules that compile annotations and signatures, to read them."""

_watching: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, mode, flags = arguments
        if (isinstance(flags, int) and flags & WRITING) or set(mode or "") & set("wax+"):
            _watching[-1].append(f"open {path!r} to write")
    elif event in (*STARTS, *CHANGES, "import") and not (event in ("exec", "compile") and _reads_annotations()):
        _watching[-1].append(f"{event} {arguments[0]!r}" if arguments else event)


def _reads_annotations() -> bool:
    return Path(sys._getframe(2).f_code.co_filename).name in ANNOTATIONS


sys.addaudithook(_hear)  # for good: an audit hook cannot be taken away


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is done meanwhile, in this whole process."""
    found: list[str] = []
    _watching.append(found)
    try:
        yield found
    finally:
        _watching.remove(found)
