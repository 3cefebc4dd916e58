from __future__ import annotations

import sqlite3


def problems(ended):
    return {check["name"]: check for check in ended.json if not check["ok"]}


def test_a_sound_project_has_no_problem(playhead):
    ended = playhead("doctor", "--json")
    assert ended.code == 0
    assert {"python", "langgraph", "recording", "prompts", "graph agent", "graph desk", "model default"} <= {
        check["name"] for check in ended.json
    }


def test_it_makes_no_recording(playhead, tmp_path):
    playhead("doctor")
    assert not (tmp_path / "runs.db").exists()


def test_every_problem_has_a_remedy(playhead, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.playhead]\nprompts = "nowhere"\n[tool.playhead.graphs]\nlost = "no.such:graph"\n'
        '[tool.playhead.models]\ndefault = "openai:gpt-5-mini"\nodd = "gpt"\n'
    )
    with sqlite3.connect(tmp_path / "runs.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    monkeypatch.chdir(tmp_path)
    ended = playhead("doctor", "--json")
    assert ended.code == 1
    found = problems(ended)
    assert found.keys() == {"recording", "prompts", "graph lost", "model default", "model odd"}
    assert all(check["remedy"] for check in found.values())


def test_a_problem_is_read_on_a_terminal(playhead, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = playhead("doctor")
    assert ended.code == 1
    words = " ".join(ended.out.split())
    assert "problem project" in words
    assert "`playhead init my-agent` makes a project" in words


def test_code_that_cannot_be_imported_is_a_problem_of_its_graph(playhead, tmp_path, monkeypatch):
    (tmp_path / "broken_agent.py").write_text("graph = (")
    (tmp_path / "pyproject.toml").write_text('[tool.playhead.graphs]\nlost = "broken_agent:graph"\n')
    monkeypatch.chdir(tmp_path)
    assert "SyntaxError" in problems(playhead("doctor", "--json"))["graph lost"]["detail"]


def test_what_is_no_graph_is_a_problem(playhead, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.playhead.graphs]\npaths = "os:path"\n')
    monkeypatch.chdir(tmp_path)
    assert "it is no compiled LangGraph graph" in problems(playhead("doctor", "--json"))["graph paths"]["detail"]
