"""Runs every benchmark and prints its figures: `make bench`, or `python -m benchmarks storage supersteps`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks import backtesting, recording, replaying, storage, supersteps
from benchmarks.figures import Figure

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "storage": storage.measure,
    "supersteps": supersteps.measure,
    "recording": recording.measure,
    "replaying": replaying.measure,
    "backtesting": backtesting.measure,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks (all of them where none is named); 1 where a bar is missed."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d} · Python {platform.python_version()} · {platform.machine()}")
    missed = 0
    for name in names or BENCHMARKS:
        print(f"\n{name}")
        for figure in BENCHMARKS[name]():
            print(f"  {figure}")
            missed += not figure.met
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
