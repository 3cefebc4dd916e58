"""Which messages does the body of a prompt file ask for?

The body is cut into blocks while it is still the file's own text. Values go in afterwards, block by block, so a
customer's line `=== system ===` can never open a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from playhead.errors import PromptSyntax, nearest_name
from playhead.prompts.finding import Finding, Place, error, from_error
from playhead.prompts.parse import parse
from playhead.prompts.source import Source
from playhead.prompts.tags import Piece, Template, Text

Role: TypeAlias = Literal["system", "user", "assistant", "history"]

ROLES = ("system", "user", "assistant", "history")


@dataclass(frozen=True, slots=True)
class Block:
    """One message of the prompt, or for `history` the place where the conversation goes in."""

    role: Role
    template: Template
    place: Place


def read_blocks(body: str, first: Place, partials: Mapping[str, Source]) -> tuple[list[Block], list[Finding]]:
    """The blocks of `body`, whose first line stands at `first`, and what is wrong with them."""
    blocks: list[Block] = []
    findings: list[Finding] = []
    for role, place, text in _cut(body, first):
        if role not in ROLES:
            findings.append(_stray(role, place, text))
            continue
        try:
            template = parse(text, partials, Place(place.path, place.line + 1))
        except PromptSyntax as problem:
            findings.append(from_error(problem))
            continue
        blocks.append(Block(cast("Role", role), template, place))
    findings += _order(blocks, first) if not findings else []
    return blocks, findings


def _cut(body: str, first: Place) -> list[tuple[str, Place, str]]:
    """(role, place of the opening line, text) of each block; role "" is text before the first one."""
    cut: list[tuple[str, Place, list[str]]] = [("", first, [])]
    for number, line in enumerate(body.split("\n"), start=first.line):
        role = _opening(line)
        if role:
            exact = line.rstrip() == f"=== {role} ==="
            cut.append((role if exact else line.strip(), Place(first.path, number), []))
        else:
            cut[-1][2].append(line)
    parts = [(role, place, "\n".join(lines)) for role, place, lines in cut]
    return parts if parts[0][2].strip() else parts[1:]


def _opening(line: str) -> str | None:
    """What stands between the `===` of a line that opens a block, or was meant to."""
    line = line.strip()
    inner = line[3:-3] if len(line) > 6 and line.startswith("===") and line.endswith("===") else "="
    return None if inner.startswith("=") or inner.endswith("=") else inner.strip() or None


def _stray(role: str, place: Place, text: str) -> Finding:
    if not role:
        return error(
            Place(place.path, place.line + text[: len(text) - len(text.lstrip())].count("\n")),
            "bad-block",
            "Text stands before the first block.",
            "Start with a line `=== system ===` or `=== user ===`.",
        )
    hint = nearest_name(role.lower(), ROLES)
    remedy = f"Write a line `=== user ===`; known are {', '.join(ROLES)}."
    return error(place, "bad-block", f"There is no block {role!r}.{hint}", remedy)


def partial_problems(partial: Source) -> list[Finding]:
    """What a partial must not hold: blocks and headers are for prompts, and would be sent as plain words."""
    findings = []
    for number, line in enumerate(partial.text.split("\n"), start=1):
        if _opening(line) or (number == 1 and line.rstrip() == "---"):
            what = "a header" if line.startswith("---") else "a block"
            message = f"A partial cannot have {what}; it is a part of one message."
            findings.append(error(Place(partial.path, number), "bad-partial", message, "Take the line out."))
    return findings


def _order(blocks: list[Block], first: Place) -> list[Finding]:
    if not blocks:
        return [error(first, "bad-block", "The prompt has no block.", "Start the text with a line `=== user ===`.")]
    findings = []
    for index, block in enumerate(blocks):
        if block.role == "system" and index > 0:
            twice = blocks[0].role == "system"
            message = "There are two system blocks." if twice else "The system block is not the first."
            findings.append(error(block.place, "bad-block", message, "Keep one system block, at the top."))
        if block.role == "history" and any(not isinstance(n, Text) or n.text.strip() for n in block.template.nodes):
            findings.append(
                error(
                    block.place,
                    "bad-block",
                    "The history block holds text.",
                    "Leave it empty: the conversation goes there.",
                )
            )
        if block.role == "history" and any(earlier.role == "history" for earlier in blocks[:index]):
            findings.append(error(block.place, "bad-block", "There are two history blocks.", "Keep one."))
    return findings


def message_text(pieces: list[Piece]) -> str | None:
    """A block's filled text without the blank lines that the file's layout left at its ends; values are not trimmed.

    None if there is nothing to send: no value, and no words of the template.
    """
    texts = [piece.text for piece in pieces]
    values = [index for index, piece in enumerate(pieces) if piece.is_value]
    first, last = (values[0], values[-1]) if values else (len(pieces), len(pieces))
    head, tail = "".join(texts[:first]), "".join(texts[last + 1 :])
    if not values:
        return head.strip() or None
    return head.lstrip() + "".join(texts[first : last + 1]) + tail.rstrip()
