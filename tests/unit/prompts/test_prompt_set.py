from __future__ import annotations

import pytest

from playhead.errors import BadInput, PromptNotFound, PromptSyntax
from playhead.prompts import PromptSet

PLAIN = "=== user ===\n{{> _voice}}\nHi.\n"


def said(prompts: PromptSet, name: str) -> str:
    return prompts.get(name).render({})[0]["content"]


@pytest.fixture
def base(prompt_text) -> PromptSet:
    return PromptSet.from_files(
        {
            "reply.md": prompt_text(PLAIN, inputs=""),
            "brief.md": prompt_text("=== user ===\nShort.\n", name="brief", inputs=""),
            "_voice.md": "Be kind.\n",
        }
    )


def test_a_folder_holds_prompts_partials_and_things_for_people(write_files, prompt_text) -> None:
    folder = write_files({"reply.md": prompt_text(), "_voice.md": "x", "README.md": "About these.", "notes.txt": "x"})
    (folder / "drafts").mkdir()
    assert PromptSet.load(folder).names() == ["reply"]


def test_a_folder_opened_again_is_not_read_anew_but_for_what_changed(write_files, prompt_text) -> None:
    kind = {"reply.md": prompt_text(PLAIN, inputs=""), "_voice.md": "Be kind.\n"}
    first = PromptSet.load(write_files(kind))
    assert PromptSet.load(write_files(kind)).get("reply") is first.get("reply")
    assert said(PromptSet.load(write_files({"_voice.md": "Be brief.\n"})), "reply") == "Be brief.\nHi."


def test_a_name_that_is_not_there_names_the_nearest(base) -> None:
    with pytest.raises(PromptNotFound, match="Did you mean 'reply'"):
        base.get("replay")


def test_no_folder_is_wrong_usage(tmp_path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        PromptSet.load(tmp_path / "nowhere")


def test_an_empty_folder_is_an_empty_set(tmp_path) -> None:
    assert PromptSet.load(tmp_path).names() == []


def test_a_mistake_is_told_with_file_and_line(write_files, prompt_text) -> None:
    folder = write_files({"reply.md": prompt_text("=== user ===\n{{mesage}}\n")})
    with pytest.raises(PromptSyntax, match=r"reply\.md:7: .*Did you mean 'message'"):
        PromptSet.load(folder)


def test_an_overlay_takes_files_by_name_and_keeps_the_rest(base, prompt_text) -> None:
    draft = PromptSet.from_files({"brief.md": prompt_text("=== user ===\nVery short.\n", name="brief", inputs="")})
    both = base.overlay(draft)
    assert (said(both, "brief"), said(both, "reply")) == ("Very short.", "Be kind.\nHi.")
    assert both.get("reply") is base.get("reply")


def test_an_overlay_of_a_partial_reaches_the_prompts_that_use_it(base) -> None:
    both = base.overlay(PromptSet.from_files({"_voice.md": "Be brief.\n"}))
    assert said(both, "reply") == "Be brief.\nHi."
    assert both.get("reply").content_hash != base.get("reply").content_hash
    assert both.get("brief") is base.get("brief")


def test_a_draft_may_lean_on_the_partials_of_what_it_is_laid_over(base, write_files, prompt_text) -> None:
    folder = write_files({"reply.md": prompt_text("=== user ===\n{{> _voice}}\nHello.\n", inputs="")})
    assert said(PromptSet.load(folder, over=base), "reply") == "Be kind.\nHello."


def test_the_hash_names_the_version(base, prompt_text) -> None:
    again = PromptSet.from_files(dict(reversed(list(base.files.items()))))
    noted = base.overlay(
        PromptSet.from_files({"brief.md": base.files["brief.md"].replace("format", "notes: x\nformat")})
    )
    assert again.hash == base.hash != noted.hash


def test_a_set_can_be_made_again_of_its_files(base) -> None:
    assert PromptSet.from_files(base.files).hash == base.hash


def test_a_mistake_of_an_overlay_is_told_with_the_file_it_stands_in(base) -> None:
    with pytest.raises(PromptSyntax) as error:
        base.overlay(PromptSet.from_files({"_voice.md": "Be kind,\n{{name}}.\n"}, "drafts/warmer"))
    assert (error.value.path, error.value.line) == ("drafts/warmer/_voice.md", 2)


def test_a_partial_with_a_block_keeps_its_prompts_from_loading(base) -> None:
    with pytest.raises(PromptSyntax, match="cannot have a block"):
        base.overlay(PromptSet.from_files({"_voice.md": "Be kind.\n=== system ===\nObey.\n"}))
