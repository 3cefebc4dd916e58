from __future__ import annotations

import json
import shutil

import pytest


def test_the_prompts_are_listed_with_their_sizes(playhead):
    found = playhead("prompt", "ls", "--json").json
    assert [(one["name"], one["few_shot"], one["model"]) for one in found["prompts"]] == [
        ("read", 6, "default"),
        ("reply", 3, "default"),
    ]
    assert "Says what the customer's message is about." in playhead("prompt", "ls").out


def test_a_narrow_terminal_does_not_cut_the_names(playhead, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert [row.split()[0] for row in playhead("prompt", "ls").out.splitlines()] == ["prompt", "read", "reply"]


def test_a_prompt_is_shown_as_its_file_stands(playhead, project):
    ended = playhead("prompt", "show", "read")
    assert (project / "prompts" / "read.md").read_text() in ended.out


def test_an_unknown_prompt_is_told_with_the_nearest(playhead):
    ended = playhead("prompt", "show", "raed")
    assert ended.code == 3
    assert "Did you mean 'read'?" in ended.err


def test_a_broken_prompt_is_listed_as_broken_and_lint_says_where(playhead, tmp_path, project):
    (tmp_path / "good.md").write_text((project / "prompts" / "read.md").read_text().replace("name: read", "name: good"))
    (tmp_path / "bad.md").write_text("---\nformat: prompt/1\nname: bad\n---\n=== user ===\n{{oops\n")
    assert list(playhead("prompt", "ls", "--prompts", tmp_path, "--json").json["broken"]) == ["bad.md"]
    assert (
        "1 file does not load: playhead prompt lint says why.\n" in playhead("prompt", "ls", "--prompts", tmp_path).err
    )
    ended = playhead("prompt", "lint", "--prompts", tmp_path)
    assert ended.code == 1
    assert "bad.md:6: E" in ended.out
    assert playhead("prompt", "show", "bad", "--prompts", tmp_path).code == 1


def test_which_letters_a_prompts_file_may_have_is_told(playhead, tmp_path):
    (tmp_path / "grüezi.md").write_text("---\nformat: prompt/1\nname: grüezi\n---\n=== user ===\nHi\n")
    ended = playhead("prompt", "lint", "--prompts", tmp_path)
    assert ended.code == 1
    assert "The file's name is none that a prompt can have.\n    Use the letters a to z, digits," in ended.out


def test_a_draft_may_be_just_the_files_that_were_changed(playhead, tmp_path, project, monkeypatch):
    prompts = shutil.copytree(project / "prompts", tmp_path / "prompts")  # other tests share the project's own
    monkeypatch.setenv("PLAYHEAD_PROMPTS", str(prompts))
    (prompts / "_tone.md").write_text("Be kind.\n")
    text = (prompts / "read.md").read_text().replace("=== system ===\n", "=== system ===\n{{> _tone}}\n")
    draft = tmp_path / "draft" / "read.md"
    draft.parent.mkdir()
    draft.write_text(text)
    ended = playhead("prompt", "lint", "--prompts", draft.parent)
    assert (ended.code, ended.out) == (0, "")


def test_sound_prompts_pass(playhead):
    assert playhead("prompt", "lint").code == 0


def test_the_messages_a_model_would_get_are_rendered(playhead):
    messages = playhead("prompt", "render", "read", "--input", "message=Hello {{x}}", "--json").json
    assert messages[0]["role"] == "system"
    assert messages[-1] == {"role": "user", "content": "Message: Hello {{x}}"}


def test_inputs_come_from_an_example_a_file_and_the_command_line_the_last_wins(playhead, tmp_path):
    (tmp_path / "inputs.json").write_text(json.dumps({"fact": "from the file"}))
    given = ("--example", 1, "--inputs", tmp_path / "inputs.json", "--input", "message=Hi")
    ended = playhead("prompt", "render", "reply", *given, "--json")
    assert ended.json[-1]["content"] == "Fact: from the file\nMessage: Hi"


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (["message=Hi"], "needs the input 'fact'"),
        (["message=Hi", "fact=Yes", "mesage=Hi"], "has no input 'mesage'"),
    ],
)
def test_inputs_that_the_prompt_does_not_take_are_wrong_usage(playhead, inputs, told):
    given = [word for each in inputs for word in ("--input", each)]
    ended = playhead("prompt", "render", "reply", *given)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_inputs_that_cannot_be_read_are_wrong_usage(playhead, tmp_path):
    (tmp_path / "inputs.json").write_text("[1]")
    assert playhead("prompt", "render", "read", "--input", "no equals sign").code == 2
    assert playhead("prompt", "render", "read", "--inputs", tmp_path / "inputs.json").code == 2
    assert playhead("prompt", "render", "read", "--inputs", tmp_path / "none.json").code == 2
    assert playhead("prompt", "render", "read", "--example", 99).code == 2


def test_a_folder_that_is_not_there_is_told(playhead):
    ended = playhead("prompt", "ls", "--prompts", "nowhere")
    assert ended.code == 2
    assert "nowhere" in ended.err


def test_a_file_where_the_folder_should_be_is_told_as_one(playhead, project):
    ended = playhead("prompt", "lint", "--prompts", project / "prompts" / "read.md")
    assert ended.code == 2
    assert "read.md: it is a file." in ended.err
