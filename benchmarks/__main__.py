"""Runs every benchmark and prints its figures: `make bench`, or `python -m benchmarks storage library:500`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from benchmarks import alone, backtesting, library, recording, replaying, rows, storage, supersteps
from benchmarks.figures import Figure, Skipped

BENCHMARKS: dict[str, Callable[..., Sequence[Figure | Skipped]]] = {
    "storage": storage.measure,
    "supersteps": supersteps.measure,
    "alone": alone.measure,
    "recording": recording.measure,
    "rows": rows.measure,
    "library": library.measure,
    "replaying": replaying.measure,
    "backtesting": backtesting.measure,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks (all of them where none is named); 1 where a bar is missed."""
    sizes = {name: int(size) for name, _, size in (given.partition(":") for given in names) if size}
    names = [given.partition(":")[0] for given in names]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d} · Python {platform.python_version()} · {platform.machine()}")
    missed = 0
    for name in names or BENCHMARKS:
        print(f"\n{name}")
        measure = partial(BENCHMARKS[name], sizes[name]) if name in sizes else BENCHMARKS[name]
        for figure in measure():
            print(f"  {figure}")
            missed += not figure.met
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
