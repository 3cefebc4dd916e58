"""A tape gives back what was recorded, hash for hash, or says what is wrong with it; it can do nothing else."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import enum
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Interrupt, Send, interrupt

from playhead.codec import CHUNK, LISTING, Part, leaf, listing, node, plain, split
from playhead.config import Config
from playhead.deck import Deck
from playhead.errors import BadInput, PlayheadError, TapeConflict, TapeDamaged, TapeNotFound, TapeTooNew
from playhead.graph.encoding import Encoder
from playhead.redact import Redactor
from playhead.store.checkpoints import before_run
from playhead.tape import leaves
from playhead.tape.trees import DEEPEST, Reading, Showing, uses
from playhead.trust import check_names
from tests.graphs.shapes import SHAPES
from tests.scripted import ScriptedModel

from .recording import Talk, everything, facts, open_deck, say, talking


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with open_deck(tmp_path / "here.db") as opened:
        yield opened


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Deck]:
    with open_deck(tmp_path / "elsewhere.db") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tape.json"


def without_time(text: str) -> list[str]:
    """The lines of a tape but for the one that says when it was made."""
    return [line for line in text.splitlines() if not line.startswith(' "made"')]


def known(run: Any) -> Any:
    """All that can be read of a run, but for who worked on it."""
    found = facts(run)
    return {**found, "run": [each for each in found["run"] if each != run.owner]}


def began(deck: Deck, run: Any) -> dict[str, Any]:
    """The states that a run began from, as values."""
    with deck.store.reading() as session:
        rows = before_run(session, run.thread, run.started)
    return {ns: row and (row.id, row.parent, row.data, deck.store.load(row.refs)) for ns, row in rows.items()}


# ── round trip ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SHAPES)
def test_any_graphs_runs_come_back_hash_for_hash(name: str, deck: Deck, elsewhere: Deck, file: Path) -> None:
    shape = SHAPES[name]
    agent = deck.record(shape.build(ScriptedModel), name)
    for _ in range(2):
        config = {"configurable": {"thread_id": "c-1"}}
        if shape.is_async:
            asyncio.run(agent.ainvoke(shape.given, config))
        else:
            agent.invoke(shape.given, config)
    recorded = deck.runs("c-1")
    made = deck.tape(recorded, file)
    loaded = elsewhere.load(file)
    assert [known(run) for run in loaded] == [known(run) for run in recorded]
    assert [began(elsewhere, run) for run in loaded] == [began(deck, run) for run in recorded]
    assert without_time(elsewhere.tape(loaded).text) == without_time(made.text)
    assert elsewhere.check().problems == ()


def test_a_long_conversation_is_linear_and_comes_back(deck: Deck, elsewhere: Deck, file: Path) -> None:
    sizes = []
    for turn in range(80):
        say(deck, "c-1", f"message {turn}, of the usual length of what somebody says in one go")
        if turn in (19, 79):
            sizes.append(len(deck.tape(deck.runs("c-1"), file).text))
    assert sizes[1] < 5 * sizes[0]
    assert known(elsewhere.load(file)[-1]) == known(deck.runs("c-1")[-1])
    assert '"chunk"' in file.read_text()


def test_one_run_of_many_knows_the_state_it_began_from(deck: Deck, elsewhere: Deck, file: Path) -> None:
    for text in ("one", "two", "three"):
        say(deck, "c-1", text)
    middle = deck.runs("c-1")[1]
    deck.tape(middle, file)
    (loaded,) = elsewhere.load(file)
    assert loaded.id == middle.id
    assert began(elsewhere, loaded) == began(deck, middle) != {}


def test_a_first_run_is_known_to_have_begun_from_nothing(deck: Deck, elsewhere: Deck, file: Path) -> None:
    for text in ("one", "two"):
        say(deck, "c-1", text)
    deck.tape(deck.runs("c-1"), file)
    first, second = elsewhere.load(file)
    assert began(elsewhere, first) == {}
    assert began(elsewhere, second).keys() == {""}


def test_an_answer_brings_the_question(deck: Deck, elsewhere: Deck, file: Path) -> None:
    graph = StateGraph(Talk)
    graph.add_node("ask", lambda state: {"said": [interrupt("sure?")]})
    graph.add_edge(START, "ask")
    agent = deck.record(graph.compile(), "asking")
    config = {"configurable": {"thread_id": "c-1"}}
    for given_ in ({"said": ["earlier"]}, Command(resume="yes"), {"said": ["hello"]}, Command(resume="yes")):
        agent.invoke(given_, config)
    *_, question, answer = deck.runs("c-1")
    deck.tape(answer, file)
    assert [run.id for run in elsewhere.load(file)] == [question.id, answer.id]
    assert [known(run) for run in elsewhere.runs("c-1")] == [known(question), known(answer)]


def test_what_runs_did_to_the_world_is_not_done_again_by_one_who_goes_on(deck, elsewhere, file) -> None:
    say(deck, "c-1", "hello")
    deck.tape(deck.runs("c-1"), file)
    (run,) = elsewhere.load(file)
    key = next(call.request["key"] for call in run.calls if call.kind == "effect")
    with elsewhere.store.reading() as session:
        assert session.one("effects_find", key=key)["status"] == "done"


def test_several_conversations_are_one_tape(deck: Deck, elsewhere: Deck, file: Path) -> None:
    for thread in ("c-1", "c-2"):
        say(deck, thread, "hello")
    made = deck.tape(deck.runs(), file, note={"model": "scripted-1", "on": "2026-11-22"})
    assert (len(made.runs), made.calls) == (2, 4)
    elsewhere.load(file)
    assert elsewhere.threads() == ["c-1", "c-2"]
    assert json.loads(file.read_text())["note"] == {"model": "scripted-1", "on": "2026-11-22"}


def test_what_was_erased_stays_erased(deck: Deck, elsewhere: Deck, file: Path) -> None:
    say(deck, "ana", "my bike is the blue Zephyr", customer="ana")
    deck.forget("ana")
    deck.tape(deck.runs(), file)
    (run,) = elsewhere.load(file)
    assert run.input == run.calls[0].request == run.calls[0].response == "[erased]"
    assert known(run) == known(deck.runs()[0])
    assert "Zephyr" not in file.read_text()


def test_a_secret_told_of_later_is_not_on_the_tape(deck: Deck, tmp_path: Path, file: Path) -> None:
    say(deck, "c-1", "the door opens with blue-giraffe-77, and that is all")
    deck.close()
    path = tmp_path / "here.db"
    config = Config(root=tmp_path, store=path, prompts=None)
    with Deck(path, redact=["blue-giraffe-77"], config=config) as knowing, open_deck(tmp_path / "other.db") as other:
        knowing.tape(knowing.runs(), file, note={"by": "blue-giraffe-77"})
        (run,) = other.load(file)
        assert run.input["said"] == ["the door opens with [redacted secret], and that is all"]
        assert knowing.load(file)[0].input["said"] != run.input["said"]  # what is recorded stays as it is
    assert "giraffe" not in file.read_text()


def test_a_person_can_read_it(deck: Deck, file: Path) -> None:
    agent = deck.record(SHAPES["agent"].build(ScriptedModel), "agent")
    agent.invoke(SHAPES["agent"].given, {"configurable": {"thread_id": "c-1"}})
    deck.tape(deck.runs("c-1"), file)
    calls = json.loads(file.read_text())["runs"][0]["calls"]
    asked = calls[0]["request"]["map"]["messages"]["list"]
    assert [message["typed"]["$"][2]["content"] for message in asked] == ["You add.", "sum, please"]
    assert calls[0]["response"]["map"]["message"]["typed"]["$"][2]["tool_calls"][0]["name"] == "add"
    assert max(map(len, file.read_text().splitlines())) < 200
    assert deck.runs("c-1")[0].owner not in file.read_text()


def test_no_character_does_anything_to_who_looks_at_it(deck: Deck, elsewhere: Deck, file: Path) -> None:
    text = "caf\u00e9 \u202eevil\u200b \x1b[2J \x9b \u2028 \ufeff"
    say(deck, "c-1", text)
    deck.tape(deck.runs(), file)
    found = file.read_text("utf-8")
    assert not set("\u202e\u200b\x1b\x9b\u2028\ufeff") & set(found)
    assert "café" in found
    assert elsewhere.load(file)[0].input["said"] == [text]


# ── loading where something is already ───────────────────────────────────────────────────────────────────────


def test_a_run_that_is_here_already_stays_as_it_is(deck: Deck, file: Path) -> None:
    for text in ("one", "two"):
        say(deck, "c-1", text)
    deck.tape(deck.runs("c-1"), file)
    before = everything(deck)
    assert [run.id for run in deck.load(file)] == [run.id for run in deck.runs("c-1")]
    assert everything(deck) == before


def test_a_run_of_the_same_id_with_other_content_is_named(deck: Deck, file: Path) -> None:
    """A customer who was forgotten here does not come back by a tape."""
    say(deck, "c-1", "one")
    (run,) = deck.runs("c-1")
    deck.tape(run, file)
    deck.forget("c-1")
    before = everything(deck)
    with pytest.raises(TapeConflict, match=f"Run {run.id} on tape .* other content"):
        deck.load(file)
    assert everything(deck) == before


def test_runs_join_a_conversation_that_has_others(deck: Deck, elsewhere: Deck, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        say(deck, "c-1", text)
    for place, run in enumerate(deck.runs("c-1")):
        elsewhere.load(deck_tape(deck, run, tmp_path / f"{place}.json"))
    assert [known(run) for run in elsewhere.runs("c-1")] == [known(run) for run in deck.runs("c-1")]
    for here, there in zip(deck.runs("c-1"), elsewhere.runs("c-1"), strict=True):
        assert began(deck, here) == began(elsewhere, there)


def deck_tape(deck: Deck, run: Any, path: Path) -> Path:
    """A tape of one run."""
    deck.tape(run, path)
    return path


def test_a_living_conversation_does_not_go_on_from_a_tapes_state(deck: Deck, elsewhere: Deck, file: Path) -> None:
    say(elsewhere, "c-1", "mine")
    before = everything(elsewhere)
    for text in ("one", "two"):
        say(deck, "c-1", text)
    deck.tape(deck.runs("c-1"), file)
    with pytest.raises(TapeConflict, match="conversation 'c-1'"):
        elsewhere.load(file)
    assert everything(elsewhere) == before
    agent = elsewhere.record(talking(), "talking")
    state = agent.get_state({"configurable": {"thread_id": "c-1"}}).values
    assert state["said"][0] == "mine"


# ── what is no tape, or no longer one ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def whole(deck: Deck, file: Path) -> dict[str, Any]:
    """A sound tape, as data."""
    for text in ("one", "two"):
        say(deck, "c-1", text)
    deck.tape(deck.runs("c-1"), file)
    return json.loads(file.read_text())


def refused(deck: Deck, file: Path, content: Any, error: type[PlayheadError], match: str) -> None:
    """Loading this raises, and leaves nothing behind."""
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(error, match=match):
        deck.load(file)
    assert deck.threads() == []


def test_no_file(elsewhere: Deck, tmp_path: Path) -> None:
    with pytest.raises(TapeNotFound, match=r"nothing\.json"):
        elsewhere.load(tmp_path / "nothing.json")
    with pytest.raises(BadInput, match="cannot be read"):
        elsewhere.load(tmp_path)


def test_what_is_no_tape(elsewhere: Deck, file: Path) -> None:
    refused(elsewhere, file, "hello", BadInput, "not a whole JSON file")
    refused(elsewhere, file, "[" * 100_000, BadInput, "not a whole JSON file")
    refused(elsewhere, file, '{"playhead_tape": NaN}', BadInput, "not a whole JSON file")
    refused(elsewhere, file, [1], BadInput, "no tape")
    refused(elsewhere, file, {"runs": []}, BadInput, "no tape")
    file.write_bytes(b"\xff\xfe{}")
    with pytest.raises(BadInput, match="not a whole JSON file"):
        elsewhere.load(file)


def test_a_newer_version_says_which_and_what_to_do(elsewhere: Deck, file: Path, whole: dict[str, Any]) -> None:
    refused(elsewhere, file, {**whole, "playhead_tape": 7}, TapeTooNew, "version 7; .* up to 1.* Upgrade")


def test_a_cut_tape(elsewhere: Deck, file: Path, whole: dict[str, Any]) -> None:
    text = file.read_text()
    for place in (1, len(text) // 3, len(text) - 3):
        refused(elsewhere, file, text[:place], BadInput, "not a whole JSON file")
    refused(elsewhere, file, {**whole, "runs": None}, TapeDamaged, "no list of runs")
    refused(elsewhere, file, {**whole, "runs": [3]}, TapeDamaged, "no record")
    refused(elsewhere, file, {**whole, "checkpoints": [{}]}, TapeDamaged, "checkpoint 1")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything in a document but what may be edited freely."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in rows:
        if (*path, key) not in (("made",), ("note",), ("playhead_tape",)):
            yield (*path, key)
            yield from places(each, (*path, key))


def test_no_edit_goes_unnoticed(elsewhere: Deck, file: Path, whole: dict[str, Any]) -> None:
    dice = random.Random(11)
    every = [path for path in places(whole) if len(path) > 1]
    for path in dice.sample(every, 250):
        edited = copy.deepcopy(whole)
        at = edited
        for key in path[:-1]:
            at = at[key]
        old = at[path[-1]]
        if len(path) == 2:
            at[path[-1]] = {**old, "status": "failed", "parent": "x"}
        elif isinstance(old, str):
            at[path[-1]] = old + "!"
        elif isinstance(old, int | float):
            at[path[-1]] = old + 1
        elif isinstance(old, list | dict) and old:
            at[path[-1]] = type(old)()
        else:
            at[path[-1]] = {"plain": 1}
        refused(elsewhere, file, edited, TapeDamaged, "is damaged at (run|call|step|effect|checkpoint|the)")


def test_the_damaged_value_is_named(elsewhere: Deck, file: Path, whole: dict[str, Any]) -> None:
    request = whole["runs"][0]["calls"][0]["request"]
    request["map"]["model"] = {"plain": "another"}
    name = whole["runs"][0]["id"]
    refused(elsewhere, file, whole, TapeDamaged, f"at the request of call 1 of run {name}: .* not give its hash")


def test_one_cannot_be_written_where_there_is_no_folder(deck: Deck, tmp_path: Path) -> None:
    say(deck, "c-1", "hello")
    with pytest.raises(BadInput, match="cannot be written"):
        deck.tape(deck.runs(), tmp_path / "no" / "tape.json")
    with pytest.raises(BadInput, match="no run"):
        deck.tape([], tmp_path / "tape.json")
    assert sorted(path.suffix for path in tmp_path.glob("*tape*")) == []


def test_a_tape_that_is_replaced_is_never_half_there(deck: Deck, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(deck, "c-1", "hello")
    deck.tape(deck.runs(), file)
    whole = file.read_text()
    say(deck, "c-2", "hello")
    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(BadInput, match="No space left"):
        deck.tape(deck.runs(), file)
    assert [path.read_text() for path in file.parent.glob("*tape*")] == [whole]


def full_disk(*given: Any) -> None:
    """What happens where there is no room."""
    raise OSError(28, "No space left on device")


# ── a stranger's tape ────────────────────────────────────────────────────────────────────────────────────────


def extension(code: int, *payload: Any) -> ormsgpack.Ext:
    """What LangGraph's serializer writes for an object."""
    return ormsgpack.Ext(code, packed(list(payload)))


def packed(value: Any) -> bytes:
    return ormsgpack.packb(value, option=ormsgpack.OPT_NON_STR_KEYS)


@dataclasses.dataclass
class Ours:
    """A class of the program that reads."""

    name: str


class Colour(enum.Enum):
    """Another."""

    RED = "red"


HARMFUL = {
    "a function": extension(0, "os", "system", "true"),
    "with several arguments": extension(1, "subprocess", "run", [["true"]]),
    "a class that acts": extension(2, "subprocess", "Popen", {"args": ["true"]}),
    "by a method": extension(3, "builtins", "set", [], "pop"),
    "as a model": extension(5, "os", "system", {}, "model_validate_json"),
    "as an old model": extension(4, "os", "system", {}),
    "a module that nobody imported": extension(0, "antigravity", "x", 1),
    "a built-in": extension(0, "builtins", "eval", "1"),
    "inside a message": extension(
        5, "langchain_core.messages.ai", "AIMessage", {"content": extension(0, "os", "system", "true")}
    ),
    "inside another's payload": ormsgpack.Ext(0, packed(extension(0, "collections", "deque", ["os", "system", 1]))),
    "by a name that is made": extension(0, extension(0, "decimal", "Decimal", "1"), "system", 1),
    "as a mapping": ormsgpack.Ext(0, packed({0: "os", 1: "system", 2: "true"})),
    "with too little": extension(0, "antigravity", "x"),
    "in a snapshot": ormsgpack.Ext(7, packed(extension(0, "os", "system", "true"))),
}


@pytest.mark.parametrize("how", HARMFUL)
def test_what_could_be_called_is_refused(how: str, elsewhere: Deck, file: Path, whole: dict[str, Any]) -> None:
    """Even with every hash and seal right: whoever makes a tape can make those, too."""
    part = leaf(leaves.MSGPACK, packed({"said": HARMFUL[how]}))
    assert "antigravity" not in sys.modules
    refused(elsewhere, file, with_input(whole, part), TapeDamaged, "the input of run .* it names")
    assert "antigravity" not in sys.modules


def with_input(whole: dict[str, Any], part: Part) -> dict[str, Any]:
    """The tape with another input of its first run, hashed and sealed as a stranger would."""
    run = whole["runs"][0]
    bytes_only = {"of": "msgpack", "base64": leaves.base64.b64encode(part.data).decode()}
    return {**whole, "runs": [{**run, "input": {"hash": part.hash.hex(), **bytes_only}}]}


@pytest.mark.parametrize(
    "value",
    [
        HumanMessage("hello"),
        ToolMessage("3", tool_call_id="call-1"),
        Interrupt("sure?"),
        Send("draft", {"topic": "a"}),
        Ours("ours"),
        Colour.RED,
        datetime(2026, 11, 22, tzinfo=UTC),
        {1, 2},
        {"path": Path("a/b"), 3: b"bytes", (1, 2): None},
    ],
    ids=repr,
)
def test_what_holds_data_is_let_in_and_readable(value: Any) -> None:
    encoder = Encoder(Redactor())
    part = encoder.state(value)
    check_names(part.data)
    shown = leaves.show(part.kind, part.data)
    assert "typed" in shown
    assert leaves.read(json.loads(json.dumps(shown))) == (part.kind, part.data)
    assert encoder.decode("msgpack", leaves.read(shown)[1]) == value


def test_a_value_that_would_grow_beyond_reason_is_refused() -> None:
    """Few parts, each used many times: what is a kilobyte on the tape would be more than any memory."""
    reading = Reading()
    shown: Any = {"hash": plain(["x" * 40]).hash.hex(), "plain": ["x" * 40]}
    part = reading.value(shown)
    with pytest.raises(ValueError, match="deeper or larger"):
        for _ in range(DEEPEST):
            part = node(CHUNK, b"", [part] * 32)
            shown = {"hash": part.hash.hex(), "chunk": [shown, *[part.children[0].hash.hex()] * 31]}
            reading.value(copy.deepcopy(shown))
            shown = part.hash.hex()


def test_a_value_that_is_too_deep_is_refused() -> None:
    shown: Any = {"plain": 1}
    for _ in range(DEEPEST + 1):
        shown = {"map": {"a": shown}}
    with pytest.raises(ValueError, match="deeper or larger"):
        Reading().value(shown)


@pytest.mark.parametrize(
    "shown",
    [
        3,
        [],
        "0" * 32,
        {},
        {"list": [{"chunk": [{"plain": 1}]}]},
        {"list": [{"plain": 1}, {"chunk": [{"plain": 1}] * 32}]},
        {"map": {"a": {"chunk": [{"plain": 1}] * 32}}},
        {"map": [["a"]]},
        {"map": [[1, {"plain": 1}]]},
        {"plain": {"$ext": 0, "$": ["os", "system", 1]}},
        {"plain": {"$bytes": "!"}},
        {"plain": 2**70},
        {"typed": {"$map": [[{"$map": []}, 1]]}},
        {"of": "json", "base64": ""},
        {"of": "null", "base64": "AAAA"},
        {"of": "msgpack", "base64": "3f////8="},
        {"of": "plain", "base64": "1AAB"},
        {"hash": "0" * 32, "plain": 1},
    ],
    ids=str,
)
def test_what_no_tape_says_is_refused(shown: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Reading().value(shown)


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "thinking"), ("attempt", 2**64), ("attempt", True), ("started", "now"), ("thread", "\ud800")],
)
def test_a_column_of_a_wrong_form_is_refused(
    column: str, value: Any, elsewhere: Deck, file: Path, whole: dict[str, Any]
) -> None:
    whole["runs"][0][column] = value
    refused(elsewhere, file, whole, TapeDamaged, "run r-")


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.binary(max_size=40)
    | st.lists(st.text("ab \n", max_size=40), max_size=6).map("\n".join)
)
data = st.recursive(
    scalars,
    lambda below: (
        st.lists(below, max_size=5)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
            | st.sampled_from(["$ext", "$", "$map", "$bytes", "$lines"]),
            below,
            max_size=5,
        )
    ),
    max_leaves=20,
)
messages = st.builds(AIMessage, st.text(max_size=30)) | st.builds(HumanMessage, st.text(max_size=30))


def there_and_back(part: Part) -> Part:
    """A value shown, written as JSON, and read again."""
    shown = Showing(uses([part])).value(part)
    return Reading().value(json.loads(json.dumps(shown)))


@given(data)
def test_plain_values_come_back_hash_for_hash(value: Any) -> None:
    part = split(value)
    assert there_and_back(part) == part


@given(st.lists(messages | data, max_size=70))
def test_states_come_back_hash_for_hash(value: list[Any]) -> None:
    encoder = Encoder(Redactor())
    part = encoder.anything({"messages": value, "again": value})
    assert there_and_back(part) == part


@given(st.integers(0, 1100))
def test_lists_of_any_length_come_back(size: int) -> None:
    part = listing([plain(number % 50) for number in range(size)])
    assert part.kind == LISTING
    assert there_and_back(part) == part


def test_a_long_text_reads_line_by_line() -> None:
    text = "\n".join(["Be brief.", *["Say one thing after the other."] * 5, ""])
    part = plain(text)
    assert leaves.show(part.kind, part.data) == {"plain": {"$lines": text.split("\n")}}


def test_a_json_schema_reads_as_it_is() -> None:
    schema = {"$defs": {"Kind": {"enum": ["a"]}}, "properties": {"kind": {"$ref": "#/$defs/Kind"}}}
    part = plain(schema)
    assert leaves.show(part.kind, part.data) == {"plain": schema}


@given(st.binary(max_size=60))
def test_any_bytes_of_a_leaf_come_back(junk: bytes) -> None:
    for kind in leaves.NAMES:
        shown = leaves.show(kind, junk)
        try:
            assert leaves.read(json.loads(json.dumps(shown))) == (kind, junk)
        except ValueError:  # bytes that no serializer wrote are no leaf
            assert "base64" in shown
