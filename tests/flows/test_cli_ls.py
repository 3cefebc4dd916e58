from __future__ import annotations

import subprocess
import sys

import pytest


def test_the_newest_conversations_come_first_with_the_customers_first_words(playhead, play, conversation):
    play(conversation("When are you open?", "Thanks!", id="a"), conversation("I would like to order a cake", id="b"))
    rows = playhead("ls", "--json").json
    assert [(row["thread"], row["runs"], row["status"], row["first_words"]) for row in rows] == [
        ("b", 1, "done", "I would like to order a cake"),
        ("a", 2, "done", "When are you open?"),
    ]


def test_a_limit_says_how_many_there_are(playhead, play, conversation):
    play(*[conversation("Thanks!", id=f"c-{number}") for number in range(5)])
    ended = playhead("ls", "--limit", 2)
    assert "c-4" in ended.out
    assert "c-2" not in ended.out
    assert "2 conversations of 5" in ended.err


def test_where_all_are_listed_no_limit_is_said_to_show_more(playhead, play, conversation):
    play(conversation("Thanks!", id="a"), conversation("Thanks!", id="b"))
    playhead("db", "prune", "--keep-last", 0, "--status", "done", "--older-than", "0h", "--yes")
    play(conversation("Thanks!", id="c"))
    assert "\n1 conversation. " in playhead("ls").err


def test_conversations_are_listed_by_what_was_said_of_them(playhead, play, conversation):
    play(*[conversation("Thanks!", id=f"c-{number}") for number in range(3)])
    playhead("label", "c-1", "cause=wrong hours")
    assert [row["thread"] for row in playhead("ls", "--where", "cause~hours", "--json").json] == ["c-1"]
    assert "1 conversation. " in playhead("ls", "--where", "cause=wrong hours").err
    assert "No conversation meets" in playhead("ls", "--where", "cause=late").err
    assert playhead("ls", "--where", "couse=late").code == 2


def test_a_status_that_no_run_has_is_told_with_those_there_are(playhead, play, conversation):
    play(conversation("Thanks!", id="c-1"))
    ended = playhead("ls", "--where", "status=faild")
    assert ended.code == 2
    assert "no run ends as 'faild'. Did you mean 'failed'?" in ended.err
    assert playhead("ls", "--where", "status~fail").code == 0


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_begins_with_the_headings(playhead, play, conversation, monkeypatch, columns):
    play(conversation("Thanks!", id="c-1"))
    monkeypatch.setenv("COLUMNS", str(columns))
    assert playhead("ls").out.startswith("th")


def test_one_long_conversation_does_not_hide_the_others(playhead, play, conversation):
    play(conversation("Thanks!", id="first"), conversation(*["Thanks!"] * 30, id="long"))
    assert [row["thread"] for row in playhead("ls", "--limit", 2, "--json").json] == ["long", "first"]


def test_how_the_last_run_ended_is_told(playhead, play, conversation):
    play(conversation("explode", id="a"), conversation("Are you open? approve", id="b"))
    assert {row["thread"]: row["status"] for row in playhead("ls", "--json").json} == {
        "a": "failed",
        "b": "interrupted",
    }


LOOK = """
import sys
from playhead.cli import main
code = main(sys.argv[1:])
heavy = ("langgraph", "langchain_core", "langchain_openai", "openai", "langsmith", "sqlite_utils", "jsonschema")
print(code, [name for name in heavy if name in sys.modules])
"""


@pytest.mark.parametrize("verb", ["ls", "ls --json", "db check", "label c-1", "tape c-1"])
def test_to_look_at_a_recording_nobody_waits_for_the_heavy_libraries(play, conversation, verb):
    play(conversation("When are you open?", id="c-1"))
    done = subprocess.run([sys.executable, "-c", LOOK, *verb.split()], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_without_a_recording_it_is_said_and_none_is_made(playhead, tmp_path):
    ended = playhead("ls")
    assert ended.code == 3
    assert "There is no recording" in ended.err
    assert not (tmp_path / "runs.db").exists()
