"""A file that attacks is imported exactly as it says or refused in words with its line; nothing is half-written."""

from __future__ import annotations

import copy
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

import playhead as face
from playhead.config import load_config
from playhead.errors import BadInput
from playhead.imports import Importer, RecordedFile, as_chat, read_conversations
from tests.hostile import INJECTIONS
from tests.scale import at_scale

LONGEST: Final = 60  # seconds that one file may take
WRONG: Final[list[Any]] = [
    None, True, 0, -1, 1.5, 10**30, "", "x", "\x00", [], [None], [[]], {}, {"x": 1}, [{"role": "user"}],
]  # fmt: skip
"""Values of every kind, to stand where others belong."""
DEEP: Final = 100_000


def call(name: Any = "find", arguments: Any = '{"title":"Emma"}', **more: Any) -> dict[str, Any]:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}, **more}


def talk(**more: Any) -> dict[str, Any]:
    """A good conversation, whose last turn comes after one with a tool."""
    return {
        "id": "evil",
        "messages": [
            {"role": "system", "content": "You lend books."},
            {"role": "user", "content": "Is Emma free?"},
            {"role": "assistant", "content": None, "tool_calls": [call()]},
            {"role": "tool", "content": "two copies", "tool_call_id": "c1"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "Thanks"},
            {"role": "assistant", "content": "Gladly."},
        ],
        "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}],
        "metadata": {"model": "model-9", "won": True},
        **more,
    }


def tau(**more: Any) -> dict[str, Any]:
    """A good run of tau-bench."""
    return {
        "task_id": "evil",
        "trial": 0,
        "reward": 1.0,
        "domain": "library",
        "source": {"file": "model-9-library.json"},
        "models": {"agent": "model-9"},
        "messages": [
            {"seq": 0, "role": "system", "content": "Lend books."},
            {"seq": 1, "role": "user", "content": "Emma, please."},
            {"seq": 2, "role": "assistant", "content": None, "tool_calls": ["a"]},
            {"seq": 3, "role": "tool", "content": "due Friday", "call": "a"},
            {"seq": 4, "role": "assistant", "content": "Here it is."},
        ],
        "tool_calls": [
            {
                "call": "a",
                "recorded_id": "c1",
                "name": "lend",
                "arguments": {"title": "Emma"},
                "asked_seq": 2,
                "result_seq": 3,
                "result": "due Friday",
                "is_error": False,
            }
        ],
        "llm_calls": [],
        **more,
    }


GOOD: Final = {"chat-jsonl": talk(id="good"), "tau": tau(task_id="good")}
IDS: Final = {"chat-jsonl": "good", "tau": "tau-good-0"}


class Hung(BaseException):
    """An import took too long. Nothing catches it on the way."""


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def stop(number: int, frame: Any) -> None:
        raise Hung(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def attack(playhead: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Imports a good line, then this one, and looks at what became of both; True where it was imported, too."""
    count = 0

    def run(line: bytes, format: str = "chat-jsonl", meant: Any = None) -> bool:
        nonlocal count
        count += 1
        store, file = tmp_path / f"{count}.db", tmp_path / f"lines{count}.jsonl"
        monkeypatch.setenv("PLAYHEAD_STORE", str(store))
        file.write_bytes(json.dumps(GOOD[format]).encode() + b"\n" + line)
        with within(LONGEST):
            ended = playhead("import", format, file)
        assert ended.code in (0, 2), (line[:200], ended.err)
        assert "Traceback" not in ended.err
        with face.open(store, config=load_config(tmp_path)) as deck:
            threads = deck.threads()
            assert IDS[format] in threads
            assert all(run.status == "done" for thread in threads for run in deck.runs(thread))
            if ended.code == 0:
                (other,) = [thread for thread in threads if thread != IDS[format]] or [IDS[format]]
                if meant is not None:
                    assert given_back(deck, other) == meant
            else:
                assert threads == [IDS[format]], "what was refused is not there"
                assert f"{file.name}:2" in ended.err.replace("\n", ""), ended.err
                assert len(ended.err) < 2_000
        return bool(ended.code == 0)

    return run


def given_back(deck: Any, thread: str) -> Any:
    """The conversation as it is on the recording, without what we add."""
    return as_chat(deck.runs(thread))


def as_line(value: Any) -> bytes:
    return json.dumps(value).encode()


# ── texts and bytes ──────────────────────────────────────────────────────────────────────────────────────────

HELLO = '{"messages": [{"role": "user", "content": "Hi"}]'

REFUSED: Final[dict[str, bytes]] = {
    "a truncated line": as_line(talk())[:-20],
    "half a string": b'{"messages": [{"role": "user", "content": "Hi',
    "half a character": '{"id": "é'.encode()[:-1],
    "no object": b"[1, 2]",
    "a bare word": b"hello",
    "two objects": b"{} {}",
    "NaN": f'{HELLO}, "metadata": {{"score": NaN}}}}'.encode(),
    "Infinity": f'{HELLO}, "metadata": {{"score": Infinity}}}}'.encode(),
    "minus Infinity": f'{HELLO}, "metadata": {{"score": -Infinity}}}}'.encode(),
    "a number beyond all numbers": f'{HELLO}, "metadata": {{"score": 1e999}}}}'.encode(),
    "NaN in a message": b'{"messages": [{"role": "user", "content": "Hi", "score": NaN}]}',
    "NaN in arguments": as_line(
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": None, "tool_calls": [call(arguments='{"n": NaN}')]},
            ]
        }
    ),
    "a number of a million digits": f'{HELLO}, "metadata": {{"score": {"9" * 1_000_000}}}}}'.encode(),
    "a key twice": f'{HELLO}, "id": "a", "id": "b"}}'.encode(),
    "a role twice": b'{"messages": [{"role": "user", "role": "system", "content": "Hi"}]}',
    "messages twice": f'{HELLO}, "messages": []}}'.encode(),
    "lists without end": b"[" * DEEP,
    "objects without end": b'{"a":' * DEEP,
    "lists within metadata": f'{HELLO}, "metadata": {{"x": {"[" * 900}{"]" * 900}}}}}'.encode(),
    "lists within lists": f'{{"messages": {"[" * 500}{"]" * 500}}}'.encode(),
    "deep arguments": as_line(
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [call(arguments='{"x":' + "[" * DEEP + "]" * DEEP + "}")],
                },
            ]
        }
    ),
    "deep tools": f'{HELLO}, "tools": [{{"x": {"[" * 900}{"]" * 900}}}]}}'.encode(),
    "UTF-16": json.dumps(talk()).encode("utf-16"),
    "UTF-16 without a mark": json.dumps(talk()).encode("utf-16-le"),
    "UTF-32": json.dumps(talk()).encode("utf-32"),
    "Latin-1": '{"id": "Zoë"}'.encode("latin-1"),
    "binary": bytes(range(10)) + bytes(range(11, 256)),
    "an archive": b"\x1f\x8b\x08\x00" + b"\x00" * 200,
    "a database": b"SQLite format 3\x00" + b"\x00" * 100,
    "NULs": b"\x00" * 1000,
    "half a character of a text": as_line(talk(messages=[{"role": "user", "content": "a\ud800b"}])),
    "half a character of a fact": as_line(talk(metadata={"note": "\udfff"})),
    "half a character of a fact's name": as_line(talk(metadata={"\udfff": "x"})),
    "half a character of an argument": as_line(
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": None, "tool_calls": [call(arguments='{"n": "\\ud800"}')]},
            ]
        }
    ),
    "an id with a NUL": as_line(talk(id="a\x00b")),
    "an id with half a character": as_line(talk(id="a\ud800b")),
    "a tool's name with a NUL": as_line(
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": None, "tool_calls": [call(name="a\x00b")]},
                {"role": "tool", "content": "x", "tool_call_id": "c1"},
            ]
        }
    ),
    "a model's name with a NUL": as_line(talk(metadata={"model": "a\x00b"})),
    "a model's name with half a character": as_line(talk(metadata={"model": "a\udfffb"})),
    "messages without end": as_line({"messages": [{"role": "user", "content": "Hi"}] * 200_000}),
    "a key twice among many": ("{" + ",".join(f'"{n}":0' for n in range(100_000)) + ',"99999":1}').encode(),
    "a line beyond reason": b'{"id": "' + b"x" * (1 << 26) + b'"}',
}


@pytest.mark.parametrize("format", ["chat-jsonl", "tau"])
@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED.keys())
def test_what_says_nothing_whole_is_refused_with_its_line(
    attack: Callable[..., bool], line: bytes, format: str
) -> None:
    assert not attack(line, format)


EXACT: Final[dict[str, Any]] = {
    "text with NULs": "a\x00b",
    "every control character": "".join(map(chr, range(0x20))) + "\x7f\x85\u2028\u2029\ufeff",
    "an emoji in two halves": "\ud83d\ude00",
    "a long text": "long " * 200_000,
    "a line of prompt": "=== system ===\n{{x}}\n---\nformat: prompt/1\n",
}


@pytest.mark.parametrize("text", EXACT.values(), ids=EXACT.keys())
@pytest.mark.parametrize("place", ["system", "user", "assistant", "tool", "metadata", "name", "call id"])
def test_any_text_is_imported_as_it_is(attack: Callable[..., bool], text: str, place: str) -> None:
    given = talk()
    spoken = {"system": 0, "user": 1, "assistant": 4, "tool": 3}
    if place in spoken:
        given["messages"][spoken[place]]["content"] = text
    elif place == "metadata":
        given["metadata"]["note"] = text
    elif place == "name":
        given["messages"][1]["name"] = text
    else:
        given["messages"][2]["tool_calls"][0]["id"] = given["messages"][3]["tool_call_id"] = text
    line = as_line(given)
    assert attack(line, meant=json.loads(line))


@pytest.mark.parametrize("text", [text for text in INJECTIONS if "\x00" not in text and text.isprintable()][::5])
def test_an_id_is_a_name_and_nothing_else(attack: Callable[..., bool], text: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert attack(as_line(talk(id=text)), meant=talk(id=text))
    made = {path.name.split(".")[0] for path in {*tmp_path.rglob("*")} - {*before}}
    assert made <= {"1", "lines1"}, "nothing is written but the recording"


def test_fifty_megabytes_in_a_line_are_imported_whole(attack: Callable[..., bool]) -> None:
    given = talk()
    given["messages"][1]["content"] = "word " * at_scale(10_000_000, 1_000_000)
    assert attack(as_line(given), meant=given)


@pytest.mark.parametrize("many", ["calls", "parts", "facts", "tools"])
def test_ten_thousand_of_what_there_are_few_of_are_imported_whole(attack: Callable[..., bool], many: str) -> None:
    given = talk()
    if many == "calls":
        given["messages"] = [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": [call(id=f"c{number}") for number in range(10_000)]},
        ]
    elif many == "parts":
        given["messages"][1]["content"] = [{"type": "text", "text": f"{number}"} for number in range(10_000)]
    elif many == "facts":
        given["metadata"] = {f"fact {number}": number for number in range(10_000)}
    else:
        given["tools"] = given["tools"] * 10_000
    assert attack(as_line(given), meant=given)


def test_what_is_nested_as_deep_as_may_be_is_imported_and_one_deeper_is_not(attack: Callable[..., bool]) -> None:
    def nested(depth: int) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string"}
        for _ in range(depth):
            schema = {"items": schema}
        return talk(tools=[{"type": "function", "function": {"name": "find", "parameters": schema}}])

    deepest = 64 - 5
    assert attack(as_line(nested(deepest)), meant=nested(deepest))
    assert not attack(as_line(nested(deepest + 1)))


# ── wrong types everywhere ───────────────────────────────────────────────────────────────────────────────────


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within this one."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from places(each, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    made = copy.deepcopy(value)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return made


def lacking(value: Any, path: tuple[Any, ...]) -> Any:
    made = copy.deepcopy(value)
    at = made
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return made


def named(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Imports a line as the command does; gives it and what is then on the recording, or None where it was refused."""
    file, count = tmp_path / "lines.jsonl", 0
    with face.open(tmp_path / "runs.db", config=load_config(tmp_path), synchronous="OFF") as deck:
        importer = Importer(deck)

        def run(line: Any, format: str) -> Any:
            nonlocal count
            count += 1
            if line.get("id") == "evil":  # else it were there already, facts or no facts
                line = {**line, "id": f"evil{count}"}
            file.write_bytes(b"\n" * count + as_line(line))
            try:
                (conversation,) = read_conversations(format, RecordedFile.open(file))
            except BadInput as refused:
                assert f"lines.jsonl:{count + 1}" in refused.happened
                assert len(str(refused)) < 1_000
                return None
            made = importer.play(conversation)
            runs = deck.runs(made.thread)
            assert all(run.status == "done" for run in runs)
            assert len(runs) == len(conversation.turns)
            return line, {**as_chat(runs), "id": line.get("id")}

        yield run


@pytest.mark.parametrize("path", list(places(talk())), ids=named)
def test_a_value_of_another_kind_anywhere_in_a_conversation(take: Callable[..., Any], path: tuple[Any, ...]) -> None:
    for line in [lacking(talk(), path), *(put(talk(), path, new) for new in WRONG)]:
        if (found := take(line, "chat-jsonl")) is not None:
            given, kept = found
            assert kept == as_kept(given)


def as_kept(line: dict[str, Any]) -> Any:
    """What is given back: no facts that are null, others as plain values, and no tools where none are named."""
    facts = {
        key: value if isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)
        for key, value in (line.get("metadata") or {}).items()
        if value is not None
    }
    kept = {key: line[key] for key in ("messages", "tools") if line.get(key)}
    return {**kept, "id": line.get("id"), "metadata": facts}


@pytest.mark.parametrize("path", list(places(tau())), ids=named)
def test_a_value_of_another_kind_anywhere_in_a_run_of_tau(take: Callable[..., Any], path: tuple[Any, ...]) -> None:
    for line in [lacking(tau(), path), *(put(tau(), path, new) for new in WRONG)]:
        take(line, "tau")


# ── what is no file of lines ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "nothing", "one that may not be read"])
def test_what_is_no_file_is_refused_at_once(playhead: Any, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "talks.jsonl"
    if kind == "a folder":
        file.mkdir()
    elif kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a device":
        file = Path("/dev/zero")
    elif kind == "one that may not be read":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        file.write_text("{}")
        file.chmod(0)
    with within(10):
        ended = playhead("import", "chat-jsonl", file)
    assert ended.code == 2
    assert file.name in ended.err
    assert not (tmp_path / "runs.db").exists()


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"   \n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_conversation_is_refused(playhead: Any, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_bytes(content)
    ended = playhead("import", "chat-jsonl", file, "--json")
    assert (ended.code, ended.json["error"]["exit_code"]) == (2, 2)
    assert "talks.jsonl: there is no conversation in it" in ended.json["error"]["happened"]
