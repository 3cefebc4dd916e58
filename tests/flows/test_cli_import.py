"""Conversations that others recorded become recordings like any other, and can be given back as they came."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import playhead as face
from playhead.errors import OnlyRecorded
from playhead.graph.imported import imported_model, imported_tool
from playhead.imports import AGENT, as_chat
from playhead.prompts import PromptSet

POLICY = "You lend books.\n\nNever {{two}} at once.\n"


def call(name: str, arguments: dict[str, Any], id: str = "c1") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def talk(policy: str = "You lend books.\n", **more: Any) -> dict[str, Any]:
    """A conversation of three customer messages, two of its calls with one id, the last message unanswered."""
    return {
        "id": "library-1",
        "messages": [
            {"role": "system", "content": policy},
            {"role": "user", "content": "Is Emma free?"},
            {"role": "assistant", "content": None, "tool_calls": [call("find", {"title": "Emma"})]},
            {"role": "tool", "content": '{"copies": 2}', "tool_call_id": "c1"},
            {"role": "assistant", "content": "Yes, two copies."},
            {"role": "user", "content": "One, please."},
            {"role": "assistant", "content": "With pleasure.", "tool_calls": [call("lend", {"title": "Emma"})]},
            {"role": "tool", "content": '{"due": "Friday"}', "tool_call_id": "c1"},
            {"role": "assistant", "content": "It is due on Friday."},
            {"role": "user", "content": "Thanks!"},
        ],
        "metadata": {"model": "model-9", "won": True},
        **more,
    }


@pytest.fixture
def take(playhead: Any, tmp_path: Path) -> Callable[..., Any]:
    """Imports lines: `take(talk(), "--json")`."""

    def run(*given: Any, format: str = "chat-jsonl") -> Any:
        file = tmp_path / "talks.jsonl"
        lines = [one if isinstance(one, str) else json.dumps(one) for one in given if not str(one).startswith("--")]
        file.write_text("\n".join(lines))
        return playhead("import", format, file, *[one for one in given if str(one).startswith("--")])

    return run


def test_an_import_says_what_it_recorded(take: Any) -> None:
    ended = take(talk())
    assert ended.code == 0
    assert "1 conversation, 3 runs, 4 model calls, 2 tool calls" in ended.out


def test_each_customer_message_is_a_run_named_by_its_place(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        runs = deck.runs("library-1")
        assert [(run.graph, run.cause, run.status) for run in runs] == [(AGENT, f"m{seq}", "done") for seq in (1, 5, 9)]
        assert runs[0].metadata["won"] is True
        assert [call.name for call in runs[1].calls] == ["model-9", "lend", "model-9"]
        assert [step.place for step in runs[2].steps if step.calls] == []


def test_a_conversation_is_given_back_as_it_came(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        assert as_chat(deck.runs("library-1")) == talk()


def test_what_is_given_back_and_imported_again_has_the_same_hashes(
    take: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(talk())
    with face.open() as deck:
        given_back = as_chat(deck.runs("library-1"))
    first = hashes(tmp_path / "runs.db")
    monkeypatch.setenv("PLAYHEAD_STORE", str(tmp_path / "again.db"))
    take(given_back)
    assert hashes(tmp_path / "again.db") == first


def hashes(store: Path) -> list[tuple[bytes, ...]]:
    """Of what every run was given, and of every request, response and prompt."""
    with face.open(store) as deck, closing(sqlite3.connect(store)) as rows:
        known = dict(rows.execute("SELECT id, hash FROM vals"))
        asked = [(run.refs["input"], run.refs["output"]) for run in deck.runs("library-1")]
        asked += [
            tuple(call.refs[name] for name in ("request", "response", "prompt"))
            for run in deck.runs("library-1")
            for call in run.calls
        ]
    return [tuple(known.get(ref) for ref in refs) for refs in asked]


def test_a_request_holds_what_was_said_up_to_there(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        asked = [call.request for run in deck.runs("library-1") for call in run.calls if call.kind == "model"]
    assert [len(request["messages"]) for request in asked] == [2, 4, 6, 8]
    assert asked[0]["messages"][0].content == "You lend books.\n"


def test_the_system_prompt_is_a_prompt_file_that_another_can_replace(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        run = deck.runs("library-1")[0]
        use = run.calls[0].prompt
        assert use is not None
        assert use.name == "system"
        files = {"system.md": use.files["system.md"].replace("You lend books.", "You lend books kindly.")}
        changed = deck.replay(run, deck.config.graph(AGENT), prompts=PromptSet.from_files(files))
        assert changed.calls[0].fate == "re-asked"
        assert changed.calls[0].request["messages"][0].content == "You lend books kindly.\n"


def test_a_system_prompt_with_tags_is_sent_as_it_is(take: Any) -> None:
    take(talk(policy=POLICY))
    with face.open() as deck:
        first = deck.runs("library-1")[0].calls[0]
        assert first.request["messages"][0].content == POLICY
        assert first.prompt is None


def test_an_imported_run_replays_exactly_without_a_graph_of_the_project(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        replays = [deck.replay(run, deck.config.graph(run.graph)) for run in deck.runs("library-1")]
    assert all(replay.unchanged for replay in replays)
    assert [call.fate for replay in replays for call in replay.calls] == ["reused"] * 6


def test_another_model_put_for_the_recorded_one_is_asked(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        run = deck.runs("library-1")[0]
        replay = deck.replay(run, deck.config.graph(AGENT), models={"model-9": "embedded"})
    assert (replay.calls[0].fate, replay.calls[0].name) == ("re-asked", "embedded")


@pytest.mark.parametrize("policy", ["You lend books.\n", POLICY], ids=["a prompt", "no prompt"])
def test_the_receipt_foresees_that_the_model_put_for_the_recorded_one_is_asked(take: Any, policy: str) -> None:
    take(talk(policy=policy))
    with face.open() as deck:
        run = deck.runs("library-1")[0]
        replay = deck.replay(run, deck.config.graph(AGENT), models={"model-9": "embedded"})
        plan = deck.plan(models={"model-9": "embedded"})
    assert (plan.receipt and plan.receipt.certain) == 2
    assert replay.receipt.certain == 1
    assert replay.receipt.as_expected


def test_a_turn_that_asked_nobody_does_not_end_the_replay_of_its_conversation(take: Any, playhead: Any) -> None:
    take(talk())  # its last message is unanswered
    ended = playhead("replay", "library-1", "--model", "model-9=embedded", "--no-keep")
    assert ended.code != 2
    assert "3 turns" in ended.out
    assert playhead("replay", "library-1", "--model", "model-8=embedded").code == 2


def test_the_model_that_answers_what_is_asked_anew_is_asked_nothing_of_its_own(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        run = deck.runs("library-1")[0]
        replay = deck.replay(run, deck.config.graph(AGENT), models={"default": "embedded"})
    assert replay.unchanged
    assert replay.receipt.certain == 0


def test_the_receipt_counts_the_conversation_that_is_sent_with_a_changed_system_prompt(take: Any) -> None:
    take(talk())
    with face.open() as deck:
        run = deck.runs("library-1")[1]
        use = run.calls[0].prompt
        assert use is not None
        files = {"system.md": use.files["system.md"].replace("You lend books.", "You lend books kindly.")}
        replay = deck.replay(run, deck.config.graph(AGENT), prompts=PromptSet.from_files(files))
    characters = sum(len(message.text) for message in replay.calls[0].request["messages"])
    assert replay.receipt.low.input_tokens >= characters // 5


def test_an_imported_conversation_has_nothing_to_resume(take: Any, playhead: Any) -> None:
    take(talk())
    ended = playhead("resume", "library-1")
    assert ended.code == 6
    assert ended.err.startswith("Conversation 'library-1' has nothing to resume")


def test_a_heading_leaves_out_what_only_a_machine_reads(take: Any, playhead: Any) -> None:
    take(talk())
    heading = playhead("show", "library-1").out.splitlines()[1]
    assert "file talks.jsonl" in heading
    assert "sha256" not in heading


def test_what_is_there_already_is_not_imported_again(take: Any) -> None:
    take(talk())
    ended = take(talk(), talk(id="library-2"), "--json")
    assert {key: ended.json[key] for key in ("conversations", "already", "runs")} == {
        "conversations": 1,
        "already": 1,
        "runs": 3,
    }


def test_another_conversation_of_the_same_name_takes_a_new_one(take: Any) -> None:
    take(talk())
    other = talk()
    other["messages"][3]["content"] = '{"left": 2}'
    assert take(other, "--json").json["renamed"] == ["library-1~2"]
    assert take(other, "--json").json["already"] == 1


def test_what_is_missing_of_a_conversation_is_added(take: Any, tmp_path: Path) -> None:
    take(talk())
    with face.open() as deck:
        last = deck.runs("library-1")[-1]
    with closing(sqlite3.connect(tmp_path / "runs.db")) as rows:
        (number,) = rows.execute("SELECT id FROM runs WHERE name = ?", [last.id]).fetchone()
        rows.execute("DELETE FROM counts")  # it was never there, rather than hidden by damage
        for table, column in (("calls", "run"), ("steps", "run"), ("runs", "id")):
            rows.execute(f"DELETE FROM {table} WHERE {column} = ?", [number])
        rows.commit()
    assert take(talk(), "--json").json["runs"] == 1
    with face.open() as deck:
        assert as_chat(deck.runs("library-1")) == talk()


def test_a_broken_line_ends_the_import_and_what_came_before_stays(take: Any) -> None:
    ended = take(talk(), "{", talk(id="library-2"))
    assert ended.code == 2
    assert "talks.jsonl:2" in ended.err
    with face.open() as deck:
        assert deck.threads() == ["library-1"]


def test_an_unknown_format_is_answered_with_the_two(take: Any) -> None:
    ended = take(talk(), format="chat")
    assert ended.code == 2
    assert "Known are chat-jsonl and tau" in ended.err


def test_an_unknown_format_is_told_before_a_recording_is_made_or_a_bar_is_drawn(take: Any, tmp_path: Path) -> None:
    ended = take(talk(), format="chat")
    assert (ended.out, len(ended.err.splitlines())) == ("", 2)
    assert not (tmp_path / "runs.db").exists()


def test_a_file_that_is_not_there_is_named(playhead: Any) -> None:
    ended = playhead("import", "tau", "nowhere.jsonl")
    assert ended.code == 2
    assert "nowhere.jsonl" in ended.err


def test_an_imported_model_and_tool_have_no_life_of_their_own() -> None:
    with pytest.raises(OnlyRecorded, match="model-9"):
        imported_model("model-9").invoke("Hi")
    with pytest.raises(OnlyRecorded, match="lend"):
        imported_tool("lend").invoke({"title": "Emma"})
