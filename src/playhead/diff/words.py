"""Which words of a text became which?

Lines are matched first and then the words of those that differ, so that a long text is read quickly and a moved
paragraph is no confetti.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from playhead.diff.sequences import blocks

REWRITTEN: Final = 0.32  # texts less alike than this share words by chance only
CONFETTI: Final = 4  # letters: what is as short as this between two edits is read more easily as part of them
_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"\s+|[{_IDEOGRAPHS}]|[^\s{_IDEOGRAPHS}]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of text that both sides have, or that was removed or added."""

    op: Literal["same", "removed", "added"]
    text: str


def words(left: str, right: str) -> list[Words]:
    """What became of the words of `left` in `right`, in one text.

    `same` and `removed` joined are `left`, `same` and `added` are `right`. Lines are matched first, then the words of
    those that differ, each with its punctuation; lines that hardly share a word are shown as rewritten.
    """
    made: list[Words] = []
    here, there = left.splitlines(keepends=True), right.splitlines(keepends=True)
    for equal, lefts, rights in blocks(here, there):
        old, new = "".join(here[i] for i in lefts), "".join(there[j] for j in rights)
        made += [Words("same", old)] if equal else _words_of(old, new)
    return _joined(made)


def _words_of(left: str, right: str) -> list[Words]:
    here, there = _WORD.findall(left), _WORD.findall(right)
    found = list(blocks(here, there))
    shared = sum(len("".join(here[i] for i in lefts).strip()) for equal, lefts, _ in found if equal)
    letters = sum(len(word) for word in here + there if not word.isspace())
    if letters and 2 * shared / letters < REWRITTEN:
        return [Words("removed", left), Words("added", right)]
    made: list[Words] = []
    for place, (equal, lefts, rights) in enumerate(found):
        old, new = "".join(here[i] for i in lefts), "".join(there[j] for j in rights)
        between = 0 < place < len(found) - 1
        if equal and not (between and len(old.strip()) <= CONFETTI and "\n" not in old):
            made.append(Words("same", old))
        else:
            made += [Words("removed", old), Words("added", new)]
    return made


def _joined(made: list[Words]) -> list[Words]:
    """The same with neighbours made one: between two stretches that stay, one removed and one added at most."""
    joined: list[Words] = []
    removed = added = ""
    for one in [*made, Words("same", "")]:
        removed += one.text if one.op == "removed" else ""
        added += one.text if one.op == "added" else ""
        if one.op != "same":
            continue
        joined += [Words("removed", removed)] if removed else []
        joined += [Words("added", added)] if added else []
        if one.text and joined and joined[-1].op == "same":
            joined[-1] = Words("same", joined[-1].text + one.text)
        elif one.text:
            joined.append(one)
        removed = added = ""
    return joined
