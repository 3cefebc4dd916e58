from __future__ import annotations

import pytest


@pytest.fixture
def elsewhere(project, tmp_path, monkeypatch):
    """The project, but with a working folder that may be written into."""
    monkeypatch.setenv("PLAYHEAD_PROMPTS", str(project / "prompts"))
    (tmp_path / "pyproject.toml").write_text((project / "pyproject.toml").read_text())
    monkeypatch.syspath_prepend(str(project))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_shows_the_chats_a_run_and_what_to_try_next(playhead, elsewhere, golden):
    ended = playhead("demo")
    assert ended.code == 0
    golden("demo.txt", ended.out)


def test_what_it_says_to_try_next_works(playhead, elsewhere):
    out = playhead("demo").out
    lines = [line for line in out.splitlines() if line.startswith("  playhead ")]
    tries = [line.split()[1:] for line in lines if "chat" not in line and "FOLDER" not in line]
    assert len(tries) == 3
    assert [playhead(*arguments).code for arguments in tries] == [0, 0, 0]


def test_it_records_anew_each_time(playhead, elsewhere):
    for _ in range(2):
        playhead("demo")
        assert len(playhead("ls", "--json", "--store", "playhead-demo.db").json) == 3


def test_it_never_writes_into_a_recording_that_is_given(playhead, elsewhere, play, conversation, tmp_path):
    play(conversation("Thanks!"))
    ended = playhead("demo", "--store", tmp_path / "runs.db")
    assert ended.code == 2
    assert "exists already" in ended.err


def test_it_never_asks_another_model(playhead, elsewhere):
    with (elsewhere / "pyproject.toml").open("a") as settings:
        settings.write('\n[tool.playhead.models]\ndefault = "openai:gpt-5-mini"\n')
    assert playhead("demo").code == 0


def test_with_json_it_gives_the_conversations(playhead, elsewhere):
    found = playhead("demo", "--json").json
    assert [one["thread"] for one in found["conversations"]] == ["demo-hours", "demo-order", "demo-job"]


def test_outside_a_project_it_points_to_init(playhead, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = playhead("demo")
    assert ended.code == 2
    assert "playhead init" in ended.err


def test_its_help_says_where_it_records(playhead):
    assert "[tool.playhead] store" not in playhead("demo", "--help").out
