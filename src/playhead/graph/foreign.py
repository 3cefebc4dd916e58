"""How are savers and stores that are not ours caught, where a node uses them?

At their classes, those there are and those that come: a node may run a graph that has a saver of its own, read what a
store remembers, or hold either in a variable. In a recorded run what they give is noted; in a replay they are not come
to at all, and what stands in for them answers. Where nothing records, each call looks at two context variables.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver, get_checkpoint_id
from langgraph.store.base import BaseStore, Op, Result

from playhead.graph.guard import held_back
from playhead.graph.memories import at_it, at_work, listed, noted, noting
from playhead.graph.readings import Ask, ask_deltas, ask_history, ask_state, ask_store
from playhead.graph.recalling import Outcome
from playhead.graph.remembered import Memory, Put, RememberedConversation
from playhead.graph.saver import Saver
from playhead.graph.saves import stand_ins
from playhead.graph.shelf import Shelf

Original: TypeAlias = Callable[..., Any]
Answer: TypeAlias = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Outcome | None]
Asks: TypeAlias = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], list[Ask | None]]

OF_ONE: Final = ("get_tuple", "list", "put", "put_writes", "get_delta_channel_history", "delete_thread")
OF_MANY: Final = ("delete_for_runs", "copy_thread", "prune")
OF_A_STORE: Final = ("batch", "get", "search", "put", "delete", "list_namespaces")
WHY: Final = "a replay changes nothing in a saver"


def catch_foreign() -> None:
    """Catch them from now on, and note what ours give beside a run's own conversation. Once per process."""
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
    if "playhead_caught" in vars(kind) or (issubclass(kind, OURS) and kind is not Saver):
        return
    kind.playhead_caught = True
    if kind is Saver:
        _note_ours()
        return
    is_store = issubclass(kind, BaseStore)
    for name in OF_A_STORE if is_store else (*OF_ONE, *OF_MANY):
        for each in (name, f"a{name}"):
            if callable(original := vars(kind).get(each)):
                setattr(kind, each, (_store_method if is_store else _saver_method)(each, name, original))


def _note_ours() -> None:
    """Of a saver of ours what it gives is noted; in a replay it says itself what stands in for it."""
    for name, asks in ASKED.items():
        original = vars(Saver)[name]
        made = _listing(original, _nothing, asks) if name == "list" else _method(original, _nothing, asks)
        setattr(Saver, name, made)


def _nothing(asked: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """No answer: it is asked itself."""


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
            with noted(step, asks(self, args, kwargs)) as given:
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
        with noted(step, asks(self, args, kwargs)) as given:
            made = original(self, *args, **kwargs)
            given.extend(made if of_many else [made])
        return made

    return method


def _listing(original: Original, answer: Answer, asks: Asks) -> Original:
    """The same of one that gives what it has piece by piece: as much is noted as was read."""

    @functools.wraps(original)
    def listing(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        found = answer(self, args, kwargs)
        pieces = iter(original(self, *args, **kwargs) if found is None else found.value)
        if found is not None or (step := noting()) is None:
            yield from pieces
            return
        with listed(step, asks(self, args, kwargs)) as given:
            while (each := _next(pieces)) is not None:
                given.states.append(each)
                yield each
            given.is_all = True

    return listing


def _alisting(original: Original, answer: Answer, asks: Asks) -> Original:
    """As `_listing`."""

    @functools.wraps(original)
    async def alisting(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        found = answer(self, args, kwargs)
        pieces = original(self, *args, **kwargs) if found is None else found.value
        if found is not None or (step := noting()) is None:
            async for each in pieces:
                yield each
            return
        with listed(step, asks(self, args, kwargs)) as given:
            while (each := await _anext(pieces)) is not None:
                given.states.append(each)
                yield each
            given.is_all = True

    return alisting


def _next(pieces: Iterator[Any]) -> Any:
    with at_it():
        return next(pieces, None)


async def _anext(pieces: AsyncIterator[Any]) -> Any:
    with at_it():
        return await anext(pieces, None)


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

    if name == "list":
        return (_alisting if inspect.isasyncgenfunction(original) else _listing)(original, answer, _asks_history)
    return _method(original, answer, ASKED.get(name))


def _asks_state(saver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
    config = args[0] if args else kwargs["config"]
    place = config["configurable"]
    ask = ask_state(str(place.get("thread_id", "")), place.get("checkpoint_ns") or "", get_checkpoint_id(config))
    return [ask if _is_noted(saver, config) else None]


def _asks_history(saver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
    config = args[0] if args else kwargs["config"]
    named = {name: kwargs.get(name) for name in ("filter", "before", "limit")}
    return [ask_history(config, **named) if _is_noted(saver, config) else None]


def _asks_deltas(saver: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
    config = kwargs["config"]
    return [ask_deltas(config, kwargs["channels"]) if _is_noted(saver, config) else None]


def _is_noted(saver: Any, config: Any) -> bool:
    """Of a saver of ours only what is not the run's own conversation: that is on the recording as such."""
    run = at_work().run  # type: ignore[union-attr]
    return not isinstance(saver, Saver) or saver.is_beside(config, run.recording.store, run.thread)


ASKED: Final[Mapping[str, Asks]] = {
    "get_tuple": _asks_state,
    "list": _asks_history,
    "get_delta_channel_history": _asks_deltas,
}
"""What of a saver is noted, and as what."""


# ── stores ───────────────────────────────────────────────────────────────────────────────────────────────────


def _store_method(own: str, name: str, original: Original) -> Original:
    def answer(store: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outcome | None:
        kept = None if isinstance(store, Put) else stand_ins()
        return _answered(kept and kept.instead(store, "", Memory), own, args, kwargs)

    def asks(_: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Ask | None]:
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
