"""How are savers and stores that are not ours caught, where a node uses them?

At their classes, those there are and those that come: a node may run a graph that has a saver of its own, read what a
store remembers, or hold either in a variable. In a recorded run what they give is noted; in a replay they are not come
to at all, and what stands in for them answers. Where nothing records, each call looks at two context variables.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver, get_checkpoint_id
from langgraph.store.base import BaseStore, Op, Result

from playhead.graph.guard import held_back
from playhead.graph.memories import Ask, ask_state, ask_store, noted, noting
from playhead.graph.recalling import Outcome
from playhead.graph.remembered import Memory, Put, RememberedConversation
from playhead.graph.saver import Saver
from playhead.graph.saves import stand_ins
from playhead.graph.shelf import Shelf

Original: TypeAlias = Callable[..., Any]
Answer: TypeAlias = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Outcome | None]
Asks: TypeAlias = Callable[[tuple[Any, ...], Mapping[str, Any]], list[Ask | None]]

OF_ONE: Final = ("get_tuple", "list", "put", "put_writes", "get_delta_channel_history", "delete_thread")
OF_MANY: Final = ("delete_for_runs", "copy_thread", "prune")
OF_A_STORE: Final = ("batch", "get", "search", "put", "delete", "list_namespaces")
WHY: Final = "a replay changes nothing in a saver"


def catch_foreign() -> None:
    """Catch them from now on. Once per process."""
    for base in (BaseCheckpointSaver, BaseStore):
        _catch_below(base)
        _catch_later(base)


def _catch_below(base: Any) -> None:
    for kind in base.__subclasses__():
        _catch(kind)
        _catch_below(kind)


def _catch_later(base: Any) -> None:
    """A class that is made later is caught when it is made."""

    def init_subclass(cls: Any, /, **kwargs: Any) -> None:
        super(base, cls).__init_subclass__(**kwargs)
        _catch(cls)

    base.__init_subclass__ = classmethod(init_subclass)


def _catch(kind: Any) -> None:
    if issubclass(kind, OURS) or "playhead_caught" in vars(kind):
        return
    kind.playhead_caught = True
    is_store = issubclass(kind, BaseStore)
    for name in OF_A_STORE if is_store else (*OF_ONE, *OF_MANY):
        for each in (name, f"a{name}"):
            if callable(original := vars(kind).get(each)):
                setattr(kind, each, (_store_method if is_store else _saver_method)(each, name, original))


def _method(original: Original, answer: Answer, asks: Asks | None, *, of_many: bool = False) -> Original:
    """The method, as it is called from now on. One `of_many` gives a list, of what each that is asked gave."""
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def amethod(self: Any, *args: Any, **kwargs: Any) -> Any:
            args = _at_hand(args, of_many=of_many)
            if (found := answer(self, args, kwargs)) is not None:
                return await found.value
            if asks is None or (step := noting()) is None:
                return await original(self, *args, **kwargs)
            with noted(step, asks(args, kwargs)) as given:
                made = await original(self, *args, **kwargs)
                given.extend(made if of_many else [made])
            return made

        return amethod

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        args = _at_hand(args, of_many=of_many)
        if (found := answer(self, args, kwargs)) is not None:
            return found.value
        if asks is None or (step := noting()) is None:
            return original(self, *args, **kwargs)
        with noted(step, asks(args, kwargs)) as given:
            made = original(self, *args, **kwargs)
            given.extend(made if of_many else [made])
        return made

    return method


def _at_hand(args: tuple[Any, ...], *, of_many: bool) -> tuple[Any, ...]:
    """What may be read but once is read twice."""
    return (list(args[0]), *args[1:]) if of_many and args else args


def _answered(instead: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outcome | None:
    """What the stand-in gives; None where there is none."""
    return None if instead is None else Outcome(getattr(instead, name)(*args, **kwargs))


# ── savers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _saver_method(own: str, name: str, original: Original) -> Original:
    def answer(saver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outcome | None:
        if (kept := stand_ins()) is None:
            return None
        if name in OF_MANY:
            raise held_back(name, WHY)
        named = args[0] if args else next(iter(kwargs.values()), None)
        thread = str(named["configurable"].get("thread_id", "") if isinstance(named, Mapping) else named)
        made = kept.instead(saver, thread, lambda: RememberedConversation(saver.serde, thread))
        return _answered(made, own, args, kwargs)

    return _method(original, answer, _asks_state if name == "get_tuple" else None)


def _asks_state(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
    config = args[0] if args else kwargs["config"]
    place = config["configurable"]
    return [ask_state(str(place.get("thread_id", "")), place.get("checkpoint_ns") or "", get_checkpoint_id(config))]


# ── stores ───────────────────────────────────────────────────────────────────────────────────────────────────


def _store_method(own: str, name: str, original: Original) -> Original:
    def answer(store: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outcome | None:
        kept = None if isinstance(store, Put) else stand_ins()
        return _answered(kept and kept.instead(store, "", Memory), own, args, kwargs)

    def asks(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
        return [ask_store(op) for op in Ops.of(name, args, kwargs)]

    return _method(original, answer, asks, of_many=name == "batch")


class Ops(BaseStore):
    """Writes down what a method of a store would have it do."""

    supports_ttl = True

    def __init__(self) -> None:
        self.ops: list[Op] = []

    @classmethod
    def of(cls, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Op]:
        """What this method is made of."""
        made = cls()
        getattr(made, name)(*args, **kwargs)
        return made.ops

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Nothing is done."""
        self.ops = list(ops)
        return [None for _ in self.ops]

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """As `batch`."""
        return self.batch(ops)


OURS: Final = (Saver, Shelf, Memory, Ops)
