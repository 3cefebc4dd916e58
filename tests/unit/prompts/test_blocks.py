from __future__ import annotations

import pytest

from playhead.prompts.blocks import message_text, partial_problems, read_blocks
from playhead.prompts.finding import Place
from playhead.prompts.source import Source
from playhead.prompts.tags import Piece

FIRST = Place("reply.md", 10)


def test_a_line_of_its_own_opens_a_block() -> None:
    blocks, findings = read_blocks("=== system ===\na\n=== history ===\n\n=== user ===\nb === user ===\n", FIRST, {})
    assert [(block.role, block.place.line) for block in blocks] == [("system", 10), ("history", 12), ("user", 14)]
    assert findings == []


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("\n\n", 10, "no block"),
        ("\nhello\n=== user ===\n", 11, "before the first block"),
        ("=== sytem ===\n", 10, "Did you mean 'system'"),
        ("=== system ===\n=== user ===\n=== system ===\n", 12, "two system blocks"),
        ("===system===\n", 10, "Did you mean 'system'"),
        ("  === system ===\n", 10, "Did you mean 'system'"),
        ("=== SYSTEM ===\n", 10, "Did you mean 'system'"),
        ("=== user ===\n=== system ===\n", 11, "not the first"),
        ("=== user ===\n=== history ===\nx\n", 11, "holds text"),
        ("=== history ===\n=== history ===\n", 11, "two history blocks"),
    ],
)
def test_blocks_that_make_no_prompt_are_found(body: str, line: int, problem: str) -> None:
    _, [finding] = read_blocks(body, FIRST, {})
    assert (finding.line, finding.rule) == (line, "bad-block")
    assert problem in finding.message


@pytest.mark.parametrize("line", ["==== user ====", "a === user ===", "=== user", "======"])
def test_other_lines_with_equals_signs_are_text(line: str) -> None:
    blocks, findings = read_blocks(f"=== system ===\n{line}\n", FIRST, {})
    assert ([block.role for block in blocks], findings) == (["system"], [])


@pytest.mark.parametrize(("text", "line"), [("Hi\n=== user ===\n", 2), ("---\nname: x\n---\n", 1)])
def test_a_partial_has_neither_block_nor_header(text: str, line: int) -> None:
    [finding] = partial_problems(Source(text, "_voice.md"))
    assert (finding.path, finding.line, finding.rule) == ("_voice.md", line, "bad-partial")


def test_a_bad_tag_in_each_of_two_blocks_is_found_twice() -> None:
    _, findings = read_blocks("=== system ===\n{{a b}}\n=== user ===\n{{c d}}\n", FIRST, {})
    assert [finding.line for finding in findings] == [11, 13]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([Piece("\n a \n\n", False)], "a"),
        ([Piece("\n", False), Piece(" v\n", True), Piece("\n", False)], " v\n"),
        ([Piece("\na ", False), Piece("", True), Piece("\n", False)], "a "),
        ([Piece("", True)], ""),
    ],
)
def test_the_layout_of_the_file_is_trimmed_and_values_are_not(pieces: list[Piece], text: str) -> None:
    assert message_text(pieces) == text


def test_a_block_that_says_nothing_is_not_sent() -> None:
    assert message_text([Piece("\n\n", False)]) is None
