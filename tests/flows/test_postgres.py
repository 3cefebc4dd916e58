"""A recording on a PostgreSQL server, through the deck and the command line: as in a file, and the password unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import playhead as face
from playhead.deck import Deck
from playhead.errors import RecordingNotFound
from playhead.location import Server
from tests import postgres
from tests.flows.conftest import runs_of
from tests.store import behind


@pytest.fixture
def address(server: Server) -> str:
    """Its whole address, with a password; a server that trusts this machine does not look at it."""
    parts = urlsplit(postgres.spelled(server))
    if parts.password:
        return parts.geturl()
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user or 'postgres'}:hunter-2@{host}").geturl()


@pytest.fixture
def stored(project: Path, address: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The project, recorded on the server; gives the file of its agent's own facts."""
    monkeypatch.setenv("PLAYHEAD_STORE", address)
    facts = project / f"{server.name}.world.db"
    yield facts
    facts.unlink(missing_ok=True)


def test_every_verb_of_a_days_work_and_the_password_nowhere(
    stored: Path, play: Any, playhead: Any, conversation: Any, server: Server, address: str, tmp_path: Path
) -> None:
    dog = conversation("Are you open? My dog is called Wuschel", "Thanks!", id="the-dogs-owner")
    seen = [play(dog, conversation("I would like to order a cake", id="c-2"))]

    def run(*arguments: object) -> Any:
        seen.append(playhead(*arguments))
        assert seen[-1].code == 0, seen[-1].err
        return seen[-1]

    assert {row["thread"] for row in run("ls", "--json").json} == {"the-dogs-owner", "c-2"}
    assert "We are open." in run("show", "the-dogs-owner").out
    (cake,) = runs_of(playhead, "c-2")
    assert run("replay", cake, "--json").json["turns"][0]["verdict"] == "verified"
    assert [turn["verdict"] for turn in run("replay", "the-dogs-owner", "--json").json["turns"]] == ["verified"] * 2
    run("label", "c-2", "outcome=paid")
    assert run("verify", "--where", "outcome=paid", "--json").out
    run("tape", cake, "--output", tmp_path / "cake.json")
    run("backtest", "--prompts", "prompts", "--yes", "--json")
    assert run("doctor", "--json").json
    assert b"Wuschel" in stored.read_bytes() + behind.bytes_on_disk(server)
    assert run("db", "forget", "the-dogs-owner", "--yes", "--json").json["conversations"] == 1
    assert run("db", "check", "--json").json["problems"] == []
    seen.append(playhead("show", "the-dogs-owner"))
    assert seen[-1].code == 3
    left = stored.read_bytes()
    assert [word for word in (b"Wuschel", b"the-dogs-owner") if word in left] == []
    left = behind.bytes_on_disk(server)
    assert [word for word in (b"Wuschel", b"the-dogs-owner") if word in left] == []
    secret = urlsplit(address).password
    assert secret
    assert [each for each in seen if secret in each.out + each.err] == []
    assert secret.encode() not in left + (tmp_path / "cake.json").read_bytes()


def test_a_replay_is_kept_from_the_world_and_not_from_its_own_recording(
    stored: Path, play: Any, conversation: Any, address: str
) -> None:
    from agent.desk import graph

    play(conversation("I would like to order a cake", id="c-2"))
    with face.open(address) as deck:
        replay = deck.replay(deck.runs(thread="c-2")[-1], graph, code=True)
        assert (replay.unchanged, replay.effects_executed, replay.effects_recorded) == (True, 0, 1)
        kept = deck.keep(replay)
        assert deck.run(kept.id).output == deck.runs(thread="c-2")[-1].output


def test_a_verb_that_only_reads_makes_nothing_on_the_server(stored: Path, playhead: Any, server: Server) -> None:
    postgres.remove(server)
    ended = playhead("ls")
    assert (ended.code, str(server) in ended.err) == (3, True)
    with pytest.raises(RecordingNotFound):
        Deck(server, create=False)


def test_an_address_that_cannot_be_read_is_not_quoted(playhead: Any, project: Path) -> None:
    for place in ("postgresql://ana:hunter-2/x@127.0.0.1/shop", "postgresql:/ana:hunter-2@127.0.0.1/shop"):
        ended = playhead("ls", "--store", place)
        assert ended.code == 2
        assert "hunter-2" not in ended.out + ended.err
        assert "%40 for @" in ended.err
