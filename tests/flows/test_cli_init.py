from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.flows.processes import in_process, run_pytest_with_every_plugin

PLAYHEAD = [sys.executable, "-c", "import sys; from playhead.cli import main; sys.exit(main())"]


@pytest.fixture
def outside(project, tmp_path, monkeypatch):
    """A folder that is no project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLAYHEAD_STORE")
    return tmp_path


def test_the_new_projects_own_tests_pass_and_its_agent_answers(playhead, outside):
    assert playhead("init", "my-agent").code == 0
    folder = outside / "my-agent"
    printed = outside / "printed.txt"
    assert in_process(run_pytest_with_every_plugin, folder, printed, "-q") == 0, printed.read_text()
    assert "4 passed" in printed.read_text()
    assert "deprecat" not in printed.read_text().lower()
    chat = _run([*PLAYHEAD, "chat", "agent"], folder, "When are you open?\n")
    assert chat == "We are open Tuesday to Saturday from 7 to 17 o'clock. See you soon!\n"


def _run(command, folder, given=""):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, input=given, env=environment
    )
    return done.stdout


def test_its_prompts_have_nothing_to_mend(playhead, outside, monkeypatch):
    playhead("init", "my-agent")
    monkeypatch.chdir(outside / "my-agent")
    assert playhead("prompt", "lint", "--json").json == []


def test_it_overwrites_nothing(playhead, outside):
    (outside / "mine").mkdir()
    (outside / "mine" / "README.md").write_text("mine")
    ended = playhead("init", "mine")
    assert ended.code == 2
    assert "README.md: it exists already" in ended.err
    assert [path.name for path in (outside / "mine").iterdir()] == ["README.md"]


def test_a_folder_that_cannot_be_made_is_told(playhead, outside):
    (outside / "file").write_text("")
    ended = playhead("init", "file/inside")
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_the_way_into_a_new_project_can_be_pasted(playhead, outside):
    assert "  cd 'my agent'\n" in playhead("init", "my agent").err


def test_a_folder_that_no_path_could_be_is_told(playhead, outside):
    ended = playhead("init", "x" * 5000)
    assert ended.code == 2
    assert "it cannot be written: File name too long" in ended.err
