"""With --json, stdout holds one JSON document, also where the verb fails, and nothing else."""

from __future__ import annotations

import io
import json

import pytest


@pytest.fixture
def recorded(played, conversation, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody is there to say yes
    played(conversation("Are you open?", id="c-1"))


@pytest.mark.parametrize(
    ("typed", "kind", "code"),
    [
        ("show nobody", "RunNotFound", 3),
        ("ls --store nowhere.db", "RecordingNotFound", 3),
        ("replay c-1 --prompts nowhere", "BadInput", 2),
        ("verify --where colour=red", "BadInput", 2),
        ("resume c-1", "NothingToResume", 6),
        ("settle c-1", "BadInput", 2),
        ("settle c-1 --done", "NothingToSettle", 6),
        ("db forget c-1", "NotAgreed", 6),
        ("db forget nobody --yes", "RunNotFound", 3),
        ("import tau nowhere.jsonl", "BadInput", 2),
    ],
)
def test_what_ended_a_verb_is_one_json_document(playhead, recorded, typed, kind, code):
    ended = playhead(*typed.split(), "--json")
    error = ended.json["error"]
    assert (ended.code, error["kind"], error["exit_code"]) == (code, kind, code)
    assert error["happened"] in ended.err and error["remedy"] in ended.err


@pytest.mark.parametrize("typed", ["ls --limit none", "ls --colour", "sho c-1", "replay"])
def test_what_was_typed_wrongly_is_one_json_document(playhead, recorded, typed):
    ended = playhead(*typed.split(), "--json")
    assert (ended.code, ended.json["error"]["exit_code"]) == (2, 2)
    assert "Usage: playhead" in ended.err
    assert ended.json["error"]["happened"] in ended.err


def test_a_backtest_that_nobody_agrees_to_says_so_as_json(playhead, recorded, project, tmp_path):
    draft = tmp_path / "drafts" / "read.md"
    draft.parent.mkdir()
    draft.write_text((project / "prompts" / "read.md").read_text().replace("Say what", "Now say what"))
    ended = playhead("backtest", "--prompts", draft.parent, "--json")
    assert (ended.code, ended.json["error"]["kind"]) == (6, "NotAgreed")
    assert "--yes" in ended.json["error"]["remedy"]


def test_an_import_that_a_broken_line_ends_says_so_as_json(playhead, tmp_path):
    good = {"id": "a", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    chats = tmp_path / "chats.jsonl"
    chats.write_text(json.dumps(good) + "\n{broken\n")
    ended = playhead("import", "chat-jsonl", chats, "--json")
    assert (ended.code, ended.json["error"]["kind"]) == (2, "BadInput")
    assert "1 conversation" in ended.err


def test_without_json_nothing_of_an_error_is_on_stdout(playhead, recorded):
    assert playhead("show", "nobody").out == ""


def test_what_json_has_no_number_for_is_named(playhead, recorded):
    ended = playhead("label", "c-1", "stars=1e999", "--json")
    document = json.loads(ended.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["labels"][0]["value"] == "Infinity"
