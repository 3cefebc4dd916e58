"""Secrets never reach the disk, wherever in a conversation they stand; everything else does, unaltered."""

from __future__ import annotations

import contextlib
import json
import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
import structlog
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.types import interrupt
from pydantic import BaseModel

from playhead import effect
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput
from playhead.views import run_view
from tests.graphs.shapes import NOTHING, chain
from tests.scripted import ScriptedModel, calling

# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "openai project key": "sk-" + "proj-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "openai old key": "sk-" + "Ab3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hIj9lMn2pQr5tUv8x",
    "anthropic key": "sk-" + "ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "stripe live key": "sk_" + "live_Ab3dEf6hIj9lMn2pQr5tUv8x",
    "stripe test key": "rk_" + "test_Ab3dEf6hIj9lMn2pQr5tUv8x",
    "aws key id": "AKIA" + "IOSFODNN7EXAMPLE",
    "aws session key id": "ASIA" + "IOSFODNN7EXAMPLE",
    "github token": "ghp_" + "Ab3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hIj9l",
    "github server token": "ghs_" + "Ab3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hIj9l",
    "github fine-grained token": "github_pat_" + "Ab3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hIj9lMn2pQr5tUv8x",
    "gitlab token": "glpat-" + "Ab3dEf6hIj9lMn2pQr5t",
    "slack bot token": "xoxb-" + "123456789012-Ab3dEf6hIj9l",
    "slack user token": "xoxp-" + "123456789012-Ab3dEf6hIj9l",
    "google key": "AIza" + "SyAb3dEf6hIj9lMn2pQr5tUv8xAb3dEf6hI",
    "json web token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "bearer token": "Bearer " + "q7Zx9kLm2Np4Rt6Vw8Yb",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----",
    "database address": "postgresql://admin:" + "hunter2secret@db.example.com/app",
    "card number": "4242 4242 " + "4242 4242",
    "card number in one": "5555555555" + "554444",
    "declared secret": "a-word-nobody-would-guess",
}
TELLING = {  # what of a secret must not be found, where the whole may be told apart from its surroundings
    "database address": "hunter2secret",
    "bearer token": "q7Zx9kLm2Np4Rt6Vw8Yb",
    "private key": "MIIEowIBAAKCAQEA7",
    "json web token": "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
}
CARD = 5105105105105100
every_secret = pytest.mark.parametrize("kind", SECRETS)


def open_deck(folder: Path) -> Deck:
    redact = [SECRETS["declared secret"]]
    return Deck(folder / "runs.db", redact=redact, synchronous="NORMAL", config=load_config(folder))


@effect()
def send(text: str, *, key: str) -> dict[str, str]:
    """Send."""
    return {"sent": text}


@tool
def note(text: str) -> str:
    """Note something."""
    return f"noted {text}"


class Inner(BaseModel):
    """A model in a model."""

    said: list[str]
    raw: bytes
    number: int


class Outer(BaseModel):
    """A customer's model."""

    inner: dict[str, Inner]


class ProviderError(RuntimeError):
    """An error that says more than its text."""

    def __init__(self, said: str) -> None:
        self.token = said
        super().__init__("x" * 3_990 + said)  # its text is cut


def converse(deck: Deck, said: str) -> None:
    """A conversation with these words in every place there is."""
    model = ScriptedModel(script={"tool": calling(("note", {"text": said})), "fail": RuntimeError(said)})

    def node(state: Any) -> Any:
        send(said)
        reply = model.invoke([HumanMessage(said), AIMessage(said, additional_kwargs={"of": [said]})], stop=[said])
        with contextlib.suppress(RuntimeError):
            model.invoke(f"fail {said}")
        list(model.stream(said))
        interrupt({"ask": said})
        raw = said.encode()
        own = Outer(inner={said: Inner(said=[said], raw=raw, number=CARD)})
        numbers = [CARD, {"number": CARD, CARD: {"number": (CARD,)}}]
        other = [raw, bytearray(raw), {"raw": [raw, {raw}]}, json.dumps({"said": f"a\n{said}"})]
        return {"notes": [reply.text, {said: said}, HumanMessage(said), own, *numbers, *other]}

    def fails(state: Any) -> Any:
        try:
            raise ProviderError(said)
        except ProviderError as error:
            raise ValueError(said) from error

    def breaks(state: Any) -> Any:
        raise ProviderError(said)

    config: Any = {"configurable": {"thread_id": "t-1", "token": said}, "metadata": {"about": said}}
    graph = chain(("node", node), ("fails", fails))
    deck.record(graph).invoke({"notes": [said]}, config, context={"key": said})
    with pytest.raises(ValueError, match="My secret"):
        deck.resume("t-1", graph, answer=said)
    agent = create_agent(model, [note], system_prompt=said)
    deck.record(agent).invoke({"messages": [("user", f"tool {said}")]}, {"configurable": {"thread_id": "t-2"}})
    named: Any = {"configurable": {"thread_id": f"t-3 {said}", "event": f"e-1 {said}"}}
    with pytest.raises(ProviderError):
        deck.record(chain(("node", lambda state: send(said) and NOTHING), ("breaks", breaks))).invoke({}, named)
    for thread in ("t-1", f"t-3 {said}"):
        deck.label(thread, note=said, more={"said": [said]})
    deck.keep(deck.replay(deck.runs("t-2")[0], agent, state={"messages": [("user", f"Again {said}")]}))


class Recorded:
    """What is on the disk after one conversation that is full of secrets."""

    def __init__(self, folder: Path) -> None:
        said = "\n".join(f"My secret {kind}: {secret} (keep it)" for kind, secret in SECRETS.items())
        with open_deck(folder) as deck, structlog.testing.capture_logs() as logs:
            converse(deck, said)
            deck.store.flush()
            deck.tape(deck.runs(limit=100), folder / "all.json", note={"said": said})
            (folder / "log.txt").write_text(repr(logs))
            self.files = b"".join(path.read_bytes() for path in folder.iterdir())  # with the write-ahead log
            self.kept = deck.runs("t-1")[0].input["notes"][0]
        self.files += b"".join(path.read_bytes() for path in folder.iterdir())
        self.values = everything(folder)


def everything(folder: Path) -> str:
    """All that can be read from the recording: values are compressed in the file."""
    with open_deck(folder) as deck:
        ids = deck.store.write(lambda session: [row[0] for row in session.connection.execute("SELECT id FROM vals")])
        rows = deck.store.write(
            lambda session: [
                str(list(session.connection.execute(f"SELECT * FROM {table}")))
                for table in (
                    "runs",
                    "steps",
                    "calls",
                    "effects",
                    "threads",
                    "checkpoints",
                    "writes",
                    "labels",
                    "fates",
                )
            ]
        )
        return repr(deck.store.load(ids)) + "".join(rows)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return Recorded(tmp_path_factory.mktemp("secrets"))


@every_secret
def test_a_secret_reaches_no_file(recorded: Recorded, kind: str) -> None:
    telling = TELLING.get(kind, SECRETS[kind])
    assert telling.encode() not in recorded.files
    assert telling not in recorded.values


@every_secret
def test_a_placeholder_stands_in_its_place_and_the_words_around_it_stay(recorded: Recorded, kind: str) -> None:
    (line,) = [line for line in recorded.kept.splitlines() if line.startswith(f"My secret {kind}: ")]
    assert "[redacted " in line
    assert line.endswith(" (keep it)") or kind == "database address"


def test_a_card_number_that_is_a_whole_number_reaches_no_file(recorded: Recorded) -> None:
    assert str(CARD) not in recorded.values
    assert str(CARD).encode() not in recorded.files
    assert CARD.to_bytes(8, "big") not in recorded.files


def test_a_secret_that_comes_in_pieces_is_not_recorded_in_pieces(tmp_path: Path) -> None:
    model = ScriptedModel(script={"card": f"It is {SECRETS['card number']}, thanks."})

    def node(state: Any) -> Any:
        return {"notes": ["".join(chunk.text for chunk in model.stream("card"))]}

    with open_deck(tmp_path) as deck:
        deck.record(chain(("node", node))).invoke({}, {"configurable": {"thread_id": "t"}})
        (run,) = deck.runs("t")
        assert run.calls[0].response["message"].text == "It is [redacted card number], thanks."
        assert "4242" not in repr(run.calls[0].response)
        assert deck.replay(run, chain(("node", node))).unchanged


class Access(TypedDict, total=False):
    """A state whose keys say what is secret."""

    notes: Annotated[list[Any], operator.add]
    password: str
    login: dict[str, Any]


@tool
def log_in(user: str, password: str) -> dict[str, str]:
    """Log in to the booking system."""
    return {"user": user, "access_token": f"{password}-0123456789abcdef"}


def test_what_stands_under_the_name_of_a_secret_reaches_no_file_and_the_run_is_verified(tmp_path: Path) -> None:
    def first(state: Access) -> Access:
        log_in.invoke({"user": "ana", "password": state["password"]})
        send(json.dumps({"password": state["password"]}))
        ScriptedModel().invoke([HumanMessage("hello", additional_kwargs={"login": {"password": state["password"]}})])
        return {
            "password": "Zwyssig-78" if "Zw" in state["password"] else state["password"],
            "login": {"user": "ana", "Password": state["password"], "n": [1] * 40},
        }

    def second(state: Access) -> Access:
        interrupt({"password": state["password"], "more": state["login"]})
        return {}

    graph = chain(("first", first), ("second", second), state=Access)
    with open_deck(tmp_path) as deck:
        config: Any = {"configurable": {"thread_id": "t"}, "metadata": {"passphrase": "Zwyssig-77"}}
        seen = deck.record(graph).invoke({"notes": [{"pwd": "Zwyssig-77"}], "password": "Zwyssig-77"}, config)
        assert seen["password"] == "Zwyssig-78"
        deck.resume("t", graph, answer={"password": "Zwyssig-77"})
        (tmp_path / "t.json").write_text(deck.tape(deck.runs()).text)
        (first_run, *_) = deck.runs()
        assert first_run.input == {"notes": [{"pwd": "[redacted password]"}], "password": "[redacted password]"}
        assert first_run.calls[0].request == {"user": "ana", "password": "[redacted password]"}
        assert deck.replay(first_run, graph).unchanged
        assert deck.check().problems == ()
        deck.store.flush()
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Zwyssig" not in files
    assert "Zwyssig" not in everything(tmp_path)


def test_what_a_replay_came_to_says_no_secret_either(tmp_path: Path) -> None:
    secret = SECRETS["github token"]
    graph = chain(("node", lambda state: {"notes": [ScriptedModel().invoke(state["notes"][-1]).text, secret]}))
    with open_deck(tmp_path) as deck:
        deck.record(graph).invoke({"notes": ["hello"]}, {"configurable": {"thread_id": "t"}})
        run = deck.runs("t")[0]
        again = deck.replay(run, graph, state={"notes": [f"repeat {SECRETS['gitlab token']}"]})
        said = f"{again.output} {run_view(again)} {deck.diff(run, again)} {[call.response for call in again.calls]}"
    assert "repeat [redacted gitlab token]" in said
    assert secret not in said
    assert SECRETS["gitlab token"] not in said


def test_two_conversations_whose_names_hold_secrets_stay_two(tmp_path: Path) -> None:
    names = [f"t-{SECRETS['github token']}{end}" for end in "ab"]
    with open_deck(tmp_path) as deck:
        graph = chain(("node", lambda state: {"notes": ["more"]}))
        for name in (*names, names[0]):
            deck.record(graph).invoke({"notes": [name[-1]]}, {"configurable": {"thread_id": name}})
        assert len(set(deck.threads())) == 2
        assert [len(deck.runs(name)) for name in names] == [2, 1]
        assert deck.runs(names[0])[-1].output["notes"] == ["a", "more", "a", "more"]
        assert deck.runs(deck.threads()[0])[0].input == {"notes": ["a"]}
        assert deck.forget(names[0]) == 1
        assert [len(deck.runs(name)) for name in names] == [0, 1]


def test_a_label_named_by_a_secret_is_refused(tmp_path: Path) -> None:
    with open_deck(tmp_path) as deck:
        deck.record(chain(("node", lambda state: NOTHING))).invoke({}, {"configurable": {"thread_id": "t-1"}})
        with pytest.raises(BadInput, match="its name is a secret") as refused:
            deck.label("t-1", **{SECRETS["github token"]: "yes"})
    assert SECRETS["github token"] not in str(refused.value)


def test_a_node_run_again_is_not_taken_for_one_with_other_words(tmp_path: Path) -> None:
    with open_deck(tmp_path) as deck, structlog.testing.capture_logs() as logs:
        converse(deck, f"My secret: {SECRETS['gitlab token']}")
    assert not [entry for entry in logs if "other arguments" in entry["event"]]


def test_the_graph_itself_goes_on_with_the_real_words(tmp_path: Path) -> None:
    seen = []

    def node(state: Any) -> Any:
        seen.extend(state["notes"])
        return NOTHING

    with open_deck(tmp_path) as deck:
        deck.record(chain(("node", node))).invoke(
            {"notes": [SECRETS["github token"]]}, {"configurable": {"thread_id": "t"}}
        )
    assert seen == [SECRETS["github token"]]


@pytest.mark.parametrize(
    "text",
    [
        "Call +1 555 010 4477.",
        "Order 20261122-0042",
        "2026-11-22T17:00:00",
        "1234 5678",
        "a" * 40,
        "4242 4242 4242 4241",
    ],
)
def test_what_is_no_secret_is_not_touched(tmp_path: Path, text: str) -> None:
    with open_deck(tmp_path) as deck:
        graph = chain(("node", lambda state: {"notes": [text]}))
        deck.record(graph).invoke({"notes": [text]}, {"configurable": {"thread_id": "t"}})
        assert deck.runs("t")[0].output == {"notes": [text, text]}
