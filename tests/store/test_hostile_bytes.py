"""Whoever can write the file can make every seal right: still, reading it imports nothing and calls nothing."""

from __future__ import annotations

import dataclasses
import json
import pickle
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde import _msgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Interrupt, Send

from playhead import codec
from playhead.cli import main
from playhead.codec import (
    LISTING,
    PACKED,
    TYPED,
    TYPED_NAMES,
    deflate,
    digest,
    encode_numbers,
    inflate,
    leaf,
    pack,
    seal,
)
from playhead.errors import Corrupt, NotTrusted, StoreError, TapeDamaged
from playhead.graph.encoding import Encoder
from playhead.records import Unread
from playhead.redact import Redactor
from playhead.store.values import build
from playhead.trust import KNOWN, NotImported, Unnamable
from playhead.views import plain
from tests.scale import at_scale
from tests.watching import watched

from .recording import facts, open_deck, say, talking
from .test_tape import HARMFUL, extension, packed, with_input

MSGPACK = TYPED + TYPED_NAMES.index("msgpack")
JSON = TYPED + TYPED_NAMES.index("json")
SAID = "a first message that is long enough to be a leaf of its own"
PICKLE = 55  # LangGraph's name for it is on no list of ours: the kind of a leaf is a number


class Bomb:
    """What a pickle runs when it is read."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        import os

        return os.system, ("true",)


def constructor(version: int, *names: str, **arguments: Any) -> bytes:
    """LangChain's JSON form of an object."""
    return json.dumps({"lc": version, "type": "constructor", "id": names, "kwargs": arguments}).encode()


HOSTILE = {
    **{f"msgpack {how}": (MSGPACK, packed(what)) for how, what in HARMFUL.items()},
    "msgpack of an unknown extension": (MSGPACK, packed(ormsgpack.Ext(77, b"x"))),
    "msgpack of a model that can be invoked": (
        MSGPACK,
        packed(extension(5, "langchain_core.language_models.fake_chat_models", "FakeListChatModel", {"responses": []})),
    ),
    "msgpack of a tool": (MSGPACK, packed(extension(5, "langchain_core.tools.simple", "Tool", {"name": "x"}))),
    "msgpack cut short": (MSGPACK, b"\x93\x01"),
    "msgpack of nothing": (MSGPACK, b""),
    "JSON of LangChain": (JSON, constructor(1, "langchain_core", "prompts", "prompt", "PromptTemplate", template="x")),
    "JSON of LangGraph": (JSON, constructor(2, "os", "system", command="true")),
    "JSON that is harmless": (JSON, b"[]"),
    "pickle": (PICKLE, pickle.dumps(Bomb())),
    "an extension in plain data": (0, ormsgpack.packb(extension(0, "os", "system", "true"))),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small recording, closed."""
    path = tmp_path_factory.mktemp("hostile") / "runs.db"
    with open_deck(path) as deck:
        say(deck, "c-1", SAID)
        say(deck, "c-2", "another conversation, which nobody touches at all, ever")
        deck.replay(deck.runs("c-1")[0], talking())
    for module, _ in KNOWN:  # what may be imported is, so that an import is one too many
        if not module.endswith("_local"):
            __import__(module)
    pytest.importorskip("numpy", reason="arrays are read only where numpy is installed")
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    """A copy of it, to be tampered with."""
    copied = tmp_path / "runs.db"
    copied.write_bytes(original.read_bytes())
    return copied


@pytest.fixture(autouse=True, params=[False, True], ids=["permissive", "strict"])
def _environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As LANGGRAPH_STRICT_MSGPACK would have it, which LangGraph reads when it is imported."""
    monkeypatch.setattr(_msgpack, "STRICT_MSGPACK_ENABLED", request.param)


def tamper(path: Path, kind: int, data: bytes, *there: Any) -> None:
    """Put these bytes in the place of what the first conversation said first, with hash and seal as they must be."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        rows = raw.execute("SELECT id, kind, data FROM vals").fetchall()
        (number,) = [row[0] for row in rows if inflate(row[1], row[2]) == (there or (MSGPACK, packed(SAID)))]
        row = {"id": number, "hash": digest(b"%c" % kind + data), "kind": kind, "data": data}
        raw.execute(
            "UPDATE vals SET hash=:hash, kind=:kind, data=:data, seal=:seal WHERE id=:id", row | {"seal": seal(row)}
        )


def refused(act: Callable[[], Any]) -> None:
    """This ends with a named error of the store, and does nothing but that."""
    with watched() as done, pytest.raises((NotTrusted, Corrupt)):
        act()
    assert done == []


@pytest.mark.parametrize("how", HOSTILE)
def test_reading_or_going_on_is_refused(how: str, path: Path) -> None:
    kind, data = HOSTILE[how]
    tamper(path, kind, data)
    assert "antigravity" not in sys.modules
    with open_deck(path) as deck:
        graph = talking()
        (run,) = deck.runs("c-1")
        refused(lambda: run.input)
        refused(lambda: [step.input for step in run.steps])
        refused(lambda: list(deck._saver.list({"configurable": {"thread_id": "c-1"}})))
        refused(lambda: deck.replay(run, graph))
        refused(lambda: say(deck, "c-1", "and on"))
        assert [facts(one)["values"][1] for one in deck.runs("c-2")]  # others are as they were
    assert "antigravity" not in sys.modules


def test_a_pickle_that_passes_for_another_form_is_data(path: Path) -> None:
    for kind in (0, MSGPACK):
        tamper(path, kind, pickle.dumps(Bomb()))
        with open_deck(path) as deck, watched() as done:
            assert deck.runs("c-1")[0].input == {"said": [{}]}  # what its first byte means; the rest is nothing
        assert done == []
        tamper(path, MSGPACK, packed(SAID), kind, pickle.dumps(Bomb()))


VERBS = {
    "ls": (0, 6),
    "show c-1": (6,),
    "show c-1 --state --calls --json": (6,),
    "show c-2 --state --calls": (0,),
    "diff c-1 c-2": (0, 6),
    "label c-1": (0,),
    "label c-1 outcome=lost": (0,),
    "db check": (0, 1),
}


def test_no_verb_imports_or_calls_what_is_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(path, *HOSTILE["msgpack a function"])
    for attempt in ("warm", "watched"):
        with watched() as done:
            for verb, codes in VERBS.items():
                assert main([*verb.split(), "--store", str(path)]) in codes, verb
        assert attempt == "warm" or done == []
    told = capsys.readouterr().err
    assert "it names os.system" in told
    assert "Nothing was imported or called." in told


def refused_or_read(act: Callable[[], Any]) -> bool:
    """Does this end with a named error? It may also just read something."""
    try:
        act()
    except StoreError:
        return True
    return False


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Other bytes, near these: some flipped, cut out, doubled, or a name put in the place of another."""
    made = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(made) + 1)
        match dice.randrange(5):
            case 0 | 1 if place < len(made):
                made[place] ^= 1 << dice.randrange(8)
            case 2:
                del made[place : place + dice.randint(1, 8)]
            case 3:
                made[place:place] = made[place : place + dice.randint(1, 8)]
            case _:
                for name in NAMES:
                    made = bytearray(bytes(made).replace(name, dice.choice(EVIL), 1))
    return bytes(made)


NAMES = (b"\xbalangchain_core.messages.ai", b"\xa9AIMessage", b"\xa8datetime")
EVIL = (b"\xa2os", b"\xa6system", b"\xaasubprocess", b"\xa5Popen", b"\xa8builtins", b"\xa4eval", b"\xabantigravity")
REAL = (
    AIMessage("yes", id="m-1", tool_calls=[{"name": "send", "args": {"to": "ana"}, "id": "1"}]),
    {"said": [HumanMessage("Are you open?")], "when": datetime(2026, 11, 22, tzinfo=UTC), "in": {1, 2}},
    [Send("draft", {"topic": "a"}), Interrupt("sure?"), Path("a/b")],
)


def test_mutations_of_real_values_are_read_as_data_or_refused() -> None:
    dice = random.Random(2026)
    encoder = Encoder(Redactor())
    whole = [encoder.state(value).data for value in REAL]
    for data in whole:
        encoder.decode("msgpack", data)
    refusals = 0
    with watched() as done:
        for _ in range(5_000):  # and as many with the other environment
            data = mutated(dice.choice(whole), dice)
            row = {"id": 1, "hash": b"", "kind": MSGPACK, "data": data}
            refusals += refused_or_read(lambda row=row: build(1, {1: row}, encoder.decode))
    assert done == []
    assert refusals > 300


def test_mutations_of_a_checkpoint_are_read_as_data_or_refused(path: Path) -> None:
    dice = random.Random(2026)
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        row = dict(raw.execute("SELECT * FROM checkpoints WHERE space = 1 ORDER BY id DESC LIMIT 1").fetchone())
    row.pop("seal")
    with open_deck(path) as deck, watched() as done:
        for _ in range(at_scale(2_000, 100)):
            made = {**row, "data": mutated(row["data"], dice), "refs": mutated(row["refs"], dice)}
            deck.store.write(lambda session, made=made: session.write("checkpoints_put", made))
            refused_or_read(lambda: deck._saver.get_tuple({"configurable": {"thread_id": "c-1"}}))
    assert done == []


@dataclasses.dataclass
class Order:
    """A class of somebody's program."""

    what: str
    by: Any


def test_a_class_that_is_imported_reads_as_langgraph_reads_it() -> None:
    encoder = Encoder(Redactor())
    data = encoder.state({"order": Order("a cake", AIMessage("yes"))}).data
    assert encoder.decode("msgpack", data) == JsonPlusSerializer().loads_typed(("msgpack", data))


def test_a_class_that_is_not_imported_is_shown_as_its_data_and_refused_to_a_graph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = Encoder(Redactor())
    data = encoder.state({"order": Order("a cake", Order("bread", {1}))}).data
    monkeypatch.delitem(sys.modules, Order.__module__)
    name = f"{Order.__module__}.Order"
    shown = encoder.shown("msgpack", data)
    assert shown == {"order": Unread(name, {"what": "a cake", "by": Unread(name, {"what": "bread", "by": {1}})})}
    assert plain(shown)["order"]["data"]["what"] == "a cake"
    with pytest.raises(NotImported, match="import your graph"):
        encoder.decode("msgpack", data)


def test_what_is_harmful_is_not_even_shown() -> None:
    encoder = Encoder(Redactor())
    for inner in ("a function", "a built-in", "with too little", "by a name that is made"):
        data = packed(extension(2, "nobody.imported", "This", {"x": HARMFUL[inner]}))
        with pytest.raises(Unnamable):
            encoder.shown("msgpack", data)


def test_a_leaf_that_would_grow_beyond_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "LARGEST_LEAF", 1000)
    kind, data = deflate(0, pack("x" * 2000))
    with pytest.raises(Corrupt, match="more than 1,000 bytes"):
        build(1, {1: {"id": 1, "hash": b"", "kind": kind, "data": data}}, Encoder(Redactor()).decode)


def test_a_value_that_is_in_itself_is_refused() -> None:
    row = {"id": 300, "hash": b"", "kind": LISTING, "data": encode_numbers([1, 300])}
    with pytest.raises(Corrupt, match="cannot have been there"):
        build(300, {300: row}, Encoder(Redactor()).decode)


@pytest.mark.parametrize(("kind", "data"), [(-1, b""), (MSGPACK | PACKED, b"\xff" * 50), (LISTING, b"\xff" * 50)])
def test_a_value_that_cannot_be_read_is_named_by_a_check_and_by_who_makes_a_tape(
    path: Path, kind: int, data: bytes
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.row_factory = sqlite3.Row
        (ref,) = raw.execute("SELECT input FROM runs ORDER BY id LIMIT 1").fetchone()
        row = dict(raw.execute("SELECT id, hash FROM vals WHERE id = ?", (ref,)).fetchone()) | {
            "kind": kind,
            "data": data,
        }
        raw.execute("UPDATE vals SET kind = ?, data = ?, seal = ? WHERE id = ?", (kind, data, seal(row), ref))
    with open_deck(path) as deck:
        assert any(f"Record {ref} of vals is damaged" in problem for problem in deck.check().problems)
        with pytest.raises(Corrupt, match="vals"):
            deck.tape(deck.runs("c-1")[0])


@pytest.mark.parametrize("how", HARMFUL)
def test_a_hostile_tape_is_refused_without_a_deed(how: str, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "hostile.json"
    with open_deck(path) as deck:
        whole = json.loads(deck.tape(deck.runs("c-1")).text)
        file.write_text(json.dumps(with_input(whole, leaf(MSGPACK, packed({"said": HARMFUL[how]})))))
        with watched() as done, pytest.raises(TapeDamaged):
            deck.load(file)
    assert done == []
