"""A tape is a regression test: the fixture `replay`, as somebody uses it in a project of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.processes import in_process, run_pytest, run_script

pytest_plugins = ["pytester"]

AGENT = """
from typing import TypedDict
from langgraph.graph import START, StateGraph
import playhead

class State(TypedDict):
    text: str
    said: str

@playhead.effect(simulate=lambda text: text)
def send(text: str, *, key: str) -> str:
    playhead.resource("outbox").append(text)
    return text

def answer(state):
    return {"said": playhead.ask("reply", message=state["text"])WORD}

graph = StateGraph(State)
graph.add_node("answer", answer)
graph.add_node("send", lambda state: {"said": send(state["said"])})
graph.add_edge(START, "answer")
graph.add_edge("answer", "send")
graph = graph.compile()
"""
PROMPT = """---
format: prompt/1
name: reply
title: Reply
description: Replies.
owner: desk
inputs:
  message: {type: string, description: "What was asked", untrusted: true}
few_shot: all
examples:
  - {why: "So.", inputs: {message: "Is it ready?"}, output: "It is ready."}
---
=== system ===
Answer.

=== user ===
Message: {{message}}
"""
RECORD = """
import playhead
import agent
with playhead.open("runs.db") as deck:
    recorded = deck.record(agent.graph, "desk", resources={"outbox": []})
    for text in ("Is it ready?", "Is it there?"):
        recorded.invoke({"text": text}, {"configurable": {"thread_id": "c-1"}})
    deck.tape(deck.runs("c-1"), "tests/tapes/ready.json")
"""
TEST = """
from agent import graph

def test_ready(replay):
    assert replay("tapes/ready.json", graph).unchanged
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a recorded conversation on a tape, and a test of it."""
    write_agent(pytester, "")
    (pytester.path / "pyproject.toml").write_text('[tool.playhead]\nprompts = "prompts"\n')
    (pytester.path / "prompts").mkdir()
    (pytester.path / "prompts/reply.md").write_text(PROMPT)
    (pytester.path / "tests/tapes").mkdir(parents=True)
    (pytester.path / "tests/test_ready.py").write_text(TEST)
    (pytester.path / "record.py").write_text(RECORD)
    assert in_process(run_script, pytester.path, "record.py") == 0
    return pytester


def write_agent(project: pytest.Pytester, word: str) -> None:
    (project.path / "agent.py").write_text(AGENT.replace("WORD", f' + "{word}"' if word else ""))


OPTIONS = ("-p", "no:cacheprovider", "--rootdir=.", "-o", "pythonpath=.")


def play(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    printed = project.path / "printed.txt"
    ended = in_process(run_pytest, project.path, printed, *OPTIONS, *options)
    assert ended is not None
    return pytest.RunResult(ended, printed.read_text().splitlines(), [], 0.0)


def tape(project: pytest.Pytester) -> str:
    return Path(project.path / "tests/tapes/ready.json").read_text("utf-8")


def test_what_the_code_does_as_recorded_passes_wherever_playhead_is_installed(project: pytest.Pytester) -> None:
    project.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)


def test_what_it_does_otherwise_fails_and_says_where(project: pytest.Pytester) -> None:
    write_agent(project, "!")
    done = play(project)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*<ready.json, 2 turns: answer@1*output.said*It is ready.*It is ready.!*"])


def test_updating_leaves_a_tape_that_still_replays(project: pytest.Pytester) -> None:
    before = tape(project)
    play(project, "--playhead-update").assert_outcomes(passed=1)
    assert tape(project) == before


def test_updating_writes_a_tape_of_what_the_code_does_now(project: pytest.Pytester) -> None:
    write_agent(project, "!")
    play(project, "--playhead-update").assert_outcomes(passed=1)
    assert "It is ready.!" in tape(project)
    play(project).assert_outcomes(passed=1)
    write_agent(project, "")
    play(project).assert_outcomes(failed=1)


def test_a_tape_that_is_not_there_is_named(project: pytest.Pytester) -> None:
    (project.path / "tests/test_ready.py").write_text(TEST.replace("ready.json", "redy.json"))
    done = play(project)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*TapeNotFound*redy.json*"])


def test_of_an_error_of_ours_the_line_of_the_test_is_shown_and_none_of_our_own(project: pytest.Pytester) -> None:
    (project.path / "tests/test_ready.py").write_text(TEST.replace("ready.json", "redy.json"))
    printed = play(project).outlines
    assert [line for line in printed if line.startswith(">")] == [
        '>       assert replay("tapes/redy.json", graph).unchanged'
    ]
    assert not any("src/playhead" in line for line in printed)
