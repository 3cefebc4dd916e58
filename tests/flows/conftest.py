"""A small project with an application of its own, and the command line run in it, in this process."""

from __future__ import annotations

import importlib
import json
import os
import re
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from playhead.cli import main
from playhead.scaffold import write_project

DESK = '''
"""A front desk with a world of its own: it books, hands over, asks a person, and can break."""

import sqlite3
from pathlib import Path
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from playhead import ask, effect, resource


class Outbox:
    def __init__(self, path):
        self.path = path
        with sqlite3.connect(path) as made:
            made.execute("CREATE TABLE IF NOT EXISTS sent (customer TEXT, text TEXT)")

    def add(self, customer, text):
        with sqlite3.connect(self.path) as made:
            made.execute("INSERT INTO sent VALUES (?, ?)", (customer, text))
        return {"sent": True}

    def forget(self, customer):
        with sqlite3.connect(self.path) as made:
            made.execute("PRAGMA secure_delete = ON")
            made.execute("DELETE FROM sent WHERE customer = ?", (customer,))


@effect(idempotent=True)
def send(text: str, to: str) -> dict:
    return resource("outbox").add(to, text)


def joined(left, right):
    return (left or []) + right


class State(TypedDict, total=False):
    text: str
    customer: str
    business: str
    before: list
    heard: Annotated[list, joined]
    topic: str
    said: dict


def read(state):
    if "explode" in state["text"]:
        raise RuntimeError("the oven is on fire")
    return {"topic": ask("read", message=state["text"])["topic"], "heard": [*state["before"], state["text"]]}


def act(state):
    topic = state["topic"]
    if topic == "thanks":
        return {"said": {"reply": None, "outcome": "silent", "reason": "thanks"}}
    if "approve" in state["text"]:
        answer = interrupt({"approve": state["text"]})
        return {"said": {"reply": f"A person says {answer}.", "outcome": "answered", "reason": "approved"}}
    text = {"orders": "Your cake is ordered.", "other": "A colleague will write to you."}.get(topic, "We are open.")
    send(text, state["customer"])
    outcome = {"orders": "booked", "other": "handed_off"}.get(topic, "answered")
    return {"said": {"reply": text, "outcome": outcome, "reason": topic}}


builder = StateGraph(State)
builder.add_node("read", read)
builder.add_node("act", act)
builder.add_edge(START, "read")
builder.add_edge("read", "act")
builder.add_edge("act", END)
graph = builder.compile()


class Desk:
    graph = graph
    demo = Path(__file__).with_name("demo.jsonl")

    def businesses(self):
        return ["north-bakery", "south-bakery"]

    def resources(self, path):
        return {"outbox": Outbox(path)}

    def incoming(self, text, *, thread, business, message_id, at, history=(), **more):
        before = [each["text"] for each in history]
        return {"text": text, "customer": thread, "business": business or "north-bakery", "before": before}

    def outcome(self, state):
        return state["said"]


application = Desk()
'''

SETTINGS = """
[tool.playhead]
store = "playhead.db"
prompts = "prompts"

[tool.playhead.graphs]
agent = "agent.graph:graph"
desk = "agent.desk:graph"

[tool.playhead.applications]
desk = "agent.desk:application"
"""


def customers(*texts: str, id: str = "c-1", **more: Any) -> dict[str, Any]:
    """A conversation of which only the customer's turns are known."""
    return {"id": id, "turns": [{"role": "customer", "text": text} for text in texts], **more}


@pytest.fixture(scope="session")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write_project(folder)
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "agent" / "desk.py").write_text(dedent(DESK))
    demo = [
        customers("When are you open?", "Thanks!", id="demo-hours", now="2026-06-08T14:05:00+00:00"),
        customers("I would like to order a cake", id="demo-order", now="2026-06-08"),
        customers("Do you have a job for me?", id="demo-job"),
    ]
    (folder / "agent" / "demo.jsonl").write_text("\n".join(map(json.dumps, demo)))
    return folder


@pytest.fixture
def project(_project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The project's folder, which is the working folder now; recordings go to a folder of the test's own."""
    monkeypatch.chdir(_project)
    monkeypatch.setenv("PLAYHEAD_STORE", str(tmp_path / "runs.db"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("PLAYHEAD_PROMPTS", "PLAYHEAD_DEBUG", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return _project


@dataclass
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def playhead(project: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line: `playhead("ls", "--json")`."""

    def run(*arguments: object) -> Ended:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sends lines through the standard input: `typed("hello", "thanks")`."""

    def send(*lines: str) -> None:
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as pipe:
            pipe.write("".join(f"{line}\n" for line in lines))
        monkeypatch.setattr(sys, "stdin", os.fdopen(reading))

    return send


@pytest.fixture
def play(playhead: Any, tmp_path: Path) -> Any:
    """Plays conversations to the desk: `play(customers("Hi"), "--json")`."""

    def run(*given: Any, graph: str = "desk") -> Ended:
        file = tmp_path / "conversations.jsonl"
        lines = [one if isinstance(one, str) else json.dumps(one) for one in given if not str(one).startswith("--")]
        file.write_text("\n".join(lines))
        return playhead("run", graph, "--input", file, *[one for one in given if str(one).startswith("--")])

    return run


@pytest.fixture(scope="module")
def _recordings() -> dict[str, dict[str, bytes]]:
    """The files that playing made, by what was played."""
    return {}


@pytest.fixture
def played(play: Any, tmp_path: Path, _recordings: dict[str, dict[str, bytes]]) -> Any:
    """As `play`, for the one recording that all tests of a file begin with: played once, and copied for the others."""

    def begin(*given: Any) -> None:
        files = _recordings.get(key := json.dumps(given))
        if files is None:
            assert not list(tmp_path.glob("*.db*"))
            play(*given)
            _recordings[key] = {file.name: file.read_bytes() for file in tmp_path.glob("*.db*")}
            return
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)

    return begin


def same_every_time(text: str) -> str:
    """A text with ids, times, hashes, and the rules that fill a line, replaced."""
    text = re.sub(r"r-[0-9a-f]{12}", "r-############", text)
    text = re.sub(r"r-[0-9a-f]{4}\b", "r-####", text)
    text = re.sub(r"p-[0-9a-f]{12}", "p-############", text)
    text = re.sub(r"~[0-9a-f]{6}\b", "~######", text)
    text = re.sub(r"\d+\.\d{2,3} s", "0.000 s", text)
    text = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d", "1 Jan 2026 00:00", text)
    text = re.sub(r"(\.md) [0-9a-f]{8}", r"\1 ########", text)
    text = re.sub(r"─+", "───", text)
    text = re.sub(r"[\d,]+ (→) [\d,]+", r"# \1 #", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Any:
    """Compares a text with a file in `golden/`; `PLAYHEAD_WRITE_GOLDEN=1` writes the file instead."""

    def compare(name: str, text: str) -> None:
        file = request.path.parent / "golden" / name
        if os.environ.get("PLAYHEAD_WRITE_GOLDEN"):
            file.write_text(same_every_time(text), "utf-8")
        assert same_every_time(text) == file.read_text("utf-8")

    return compare


@pytest.fixture
def conversation() -> Any:
    """Makes a conversation of customers' texts."""
    return customers


@pytest.fixture
def desk_code(project: Path) -> Any:
    """Edits the desk's code for the length of a test: `desk_code("old words", "new words")`."""
    desk = importlib.import_module("agent.desk")

    file = project / "agent" / "desk.py"
    before = file.read_text()

    def edit(old: str, new: str) -> None:
        assert old in before
        file.write_text(before.replace(old, new))
        importlib.reload(desk)

    yield edit
    file.write_text(before)
    importlib.reload(desk)


@pytest.fixture
def stop(project: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody presses Ctrl-C while the desk reads a message with this word in it, once: `stop("cake")`."""
    desk = importlib.import_module("agent.desk")
    ask = desk.ask
    pressed: list[str] = []

    def at(word: str) -> None:
        def stopped(name: str, **inputs: Any) -> Any:
            if word in inputs["message"] and not pressed:
                pressed.append(word)
                raise KeyboardInterrupt
            return ask(name, **inputs)

        monkeypatch.setattr(desk, "ask", stopped)

    return at


def runs_of(playhead: Any, thread: str = "c-1") -> list[str]:
    """The ids of a conversation's runs, oldest first."""
    return [run["id"] for run in playhead("show", thread, "--json").json["runs"]]


def dump(tmp_path: Path) -> list[str]:
    """Every row of the database."""
    with sqlite3.connect(tmp_path / "runs.db") as raw:
        return list(raw.iterdump())
