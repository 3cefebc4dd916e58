"""How fast may a model be asked?

One token bucket for its requests a minute, one for its tokens. What is asked takes its share at once and is told how
long to wait for it, so that nobody who waits holds anybody up. At most one second's worth is saved up: within any
minute hardly more than the limit is asked. Time is given from outside, in seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests and tokens (in and out together) a model takes in a minute; None is any number."""

    requests: float | None = None
    tokens: float | None = None


def limits_of(settings: Mapping[str, Mapping[str, float]]) -> dict[str, Limit]:
    """The limits that a project's settings say, by model."""
    return {name: Limit(**each) for name, each in settings.items()}


class Bucket:
    """Fills evenly to a second's worth of `per_minute`, and may be overdrawn by what is larger than that."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, self._rate)
        self._level, self._at = self._most, now

    def take(self, amount: float, now: float) -> float:
        """Take so much; gives the seconds to wait until it is there."""
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
        lacking = min(amount, self._most) - self._level
        self._level -= amount
        return max(0.0, lacking / self._rate)

    def give_back(self, amount: float) -> None:
        """So much was taken and not used; less than nothing where more was used."""
        self._level += amount


class Limits:
    """The limits of the models by name; a model without one is not held up. Safe to use from many threads."""

    def __init__(self, limits: Mapping[str, Limit], clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        now = clock()
        self._requests = {name: Bucket(limit.requests, now) for name, limit in limits.items() if limit.requests}
        self._tokens = {name: Bucket(limit.tokens, now) for name, limit in limits.items() if limit.tokens}

    def take(self, model: str, tokens: float) -> float:
        """Take one request of so many tokens; gives the seconds to wait before it is made."""
        with self._lock:
            now = self._clock()
            waits = [0.0]
            if model in self._requests:
                waits.append(self._requests[model].take(1, now))
            if model in self._tokens:
                waits.append(self._tokens[model].take(tokens, now))
        return max(waits)

    def settle(self, model: str, expected: float, used: float) -> None:
        """A request that took `expected` tokens used so many."""
        if model in self._tokens:
            with self._lock:
                self._tokens[model].give_back(expected - used)
