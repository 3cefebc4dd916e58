from __future__ import annotations

import os
from pathlib import Path

import pytest
import structlog

from playhead.errors import BadInput, PromptNotFound, PromptSyntax
from playhead.prompts import PromptFolder, PromptSet

GOOD = "=== user ===\n{{> _voice}}\nHi {{business}}.\n"
BROKEN = "=== user ===\n{{busines}}\n"
INPUTS = "inputs: {business: {type: string}}"


def said(prompts: PromptFolder, name: str = "reply") -> str:
    return prompts.get(name).render({"business": "Bay"})[0]["content"]


def edit(path: Path, text: str) -> None:
    """Write, and move the clock of the file on, as a later edit would."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def folder(write_files, prompt_text) -> Path:
    brief = prompt_text(
        "=== user ===\n{{> _voice}}\nShort.\n", name="brief", inputs="inputs: {business: {type: string}}"
    )
    return write_files({"reply.md": prompt_text(GOOD, inputs=INPUTS), "brief.md": brief, "_voice.md": "Be kind.\n"})


def test_an_edit_is_served_at_the_next_question(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    edit(folder / "reply.md", prompt_text("=== user ===\nHello {{business}}.\n", inputs=INPUTS))
    assert said(prompts) == "Hello Bay."


def test_without_an_edit_nothing_is_read_again(folder) -> None:
    prompts = PromptFolder(folder)
    assert prompts.current() is prompts.current()


def test_a_broken_edit_leaves_the_last_good_version_and_is_told_once(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    with structlog.testing.capture_logs() as logs:
        edit(folder / "reply.md", prompt_text(BROKEN, inputs=INPUTS))
        assert [said(prompts), said(prompts)] == ["Be kind.\nHi Bay."] * 2
        edit(folder / "brief.md", (folder / "brief.md").read_text().replace("Short", "Brief"))
        assert said(prompts, "brief") == "Be kind.\nBrief."
    [entry] = logs
    assert (entry["log_level"], entry["line"], entry["serving"]) == ("warning", 7, "the last good version")
    assert "Did you mean 'business'" in entry["problem"]
    assert entry["remedy"]


def test_a_mended_file_is_served_again(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    edit(folder / "reply.md", prompt_text(BROKEN, inputs=INPUTS))
    prompts.current()
    edit(folder / "reply.md", prompt_text("=== user ===\nMended.\n", inputs=INPUTS))
    assert said(prompts) == "Mended."


@pytest.mark.parametrize("voice", ["{{bad tag}}\n", "{{nobody}}\n", "\0", "{{> _voice}}\n"])
def test_a_broken_partial_stays_at_its_last_good_text(folder, voice) -> None:
    prompts = PromptFolder(folder)
    edit(folder / "_voice.md", voice)
    assert (said(prompts), said(prompts, "brief")) == ("Be kind.\nHi Bay.", "Be kind.\nShort.")


def test_an_edit_that_no_longer_goes_with_its_partial_is_the_broken_one(folder, prompt_text) -> None:
    edit(folder / "_voice.md", "Be kind to {{business}}.\n")
    prompts = PromptFolder(folder)
    edit(folder / "brief.md", prompt_text("=== user ===\n{{> _voice}}\n", name="brief", inputs=""))
    assert said(prompts, "brief") == "Be kind to Bay.\nShort."


def test_what_is_served_can_be_recorded_and_loaded_again(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    edit(folder / "reply.md", prompt_text(BROKEN, inputs=INPUTS))
    assert PromptSet.from_files(prompts.current().files).hash == prompts.hash


def test_a_set_taken_before_an_edit_does_not_change(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    before = prompts.current()
    edit(folder / "reply.md", prompt_text("=== user ===\nHello.\n", inputs=INPUTS))
    prompts.current()
    assert before.get("reply").render({"business": "Bay"})[0]["content"] == "Be kind.\nHi Bay."


def test_a_file_that_never_loaded_says_why_and_the_others_serve(folder, prompt_text) -> None:
    edit(folder / "reply.md", prompt_text(BROKEN, inputs=INPUTS))
    prompts = PromptFolder(folder)
    assert prompts.names() == ["brief"]
    with pytest.raises(PromptSyntax, match="Did you mean 'business'"):
        prompts.get("reply")


def test_a_name_nobody_wrote_is_not_found(folder) -> None:
    with pytest.raises(PromptNotFound):
        PromptFolder(folder).get("nobody")


def test_a_removed_file_or_folder_goes_on_serving(folder) -> None:
    prompts = PromptFolder(folder)
    (folder / "reply.md").unlink()
    assert said(prompts) == "Be kind.\nHi Bay."
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert said(prompts) == "Be kind.\nHi Bay."


def test_a_new_file_is_served(folder, prompt_text) -> None:
    prompts = PromptFolder(folder)
    edit(folder / "extra.md", prompt_text("=== user ===\nNew.\n", name="extra", inputs=""))
    assert prompts.get("extra").render({})[0]["content"] == "New."


def test_no_folder_is_wrong_usage(tmp_path) -> None:
    with pytest.raises(BadInput):
        PromptFolder(tmp_path / "nowhere")
