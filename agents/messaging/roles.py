"""Which part does each word of a message play?

A rule for what people want is a rule about kinds of words in an order, not about words: an ending and then something
written, whichever they chose. So a vocabulary (a file in `vocabulary/`) gives every word, or phrase of up to five
words, a role, and the rules are patterns over roles: "<ending> <small|the>* <texts>". A word that the vocabulary does
not know is a `word`, a figure a `number`; stops and commas stay what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agents.messaging.shorthand import spelled_out

FOLDER = Path(__file__).parent / "vocabulary"
LONGEST = 5
STOPS = (".", ",", "?")
UNLISTED = ("word", "number")
FIRST_SIGN = 0xE000  # of the characters that stand for roles: those that Unicode leaves to private use
_ROLES = re.compile(r"<(?P<no>\^?)(?P<roles>[^<>]+)>")


@dataclass(frozen=True)
class Reading:
    """A message as roles: one character a phrase in `roles`, the phrase itself at the same place in `phrases`."""

    roles: str
    phrases: tuple[str, ...]

    def said(self, begins: int = 0, ends: int | None = None) -> str:
        """The words behind a stretch of the roles."""
        return " ".join(self.phrases[begins:ends])


class Vocabulary:
    """The roles of words. The longest phrase wins; no phrase has two roles."""

    def __init__(self, name: str) -> None:
        named = _roles((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
        self._signs = {role: chr(FIRST_SIGN + at) for at, role in enumerate(sorted({*named.values(), *UNLISTED}))}
        self._signs |= {stop: stop for stop in STOPS}
        self._roles = {phrase: self._signs[role] for phrase, role in named.items()}
        self._sizes: dict[str, int] = {}  # by first word: the most words of a phrase that begins with it
        for phrase in self._roles:
            first, *more = phrase.split(" ")
            self._sizes[first] = max(self._sizes.get(first, 1), 1 + len(more))

    def pattern(self, *orders: str) -> re.Pattern[str]:
        """A regular expression that finds any of these orders of roles. A role stands between angle brackets, several
        with bars between them and "^" before them if none of them may stand there; spaces mean nothing. "<site>" is any
        of "site.building", "site.wire"."""
        return re.compile("|".join(_ROLES.sub(self._class, order.replace(" ", "")) for order in orders))

    def _class(self, found: re.Match[str]) -> str:
        signs = "".join(self._kinds_of(role) for role in found["roles"].split("|"))
        return f"[{found['no']}{signs}]"

    def _kinds_of(self, role: str) -> str:
        signs = "".join(sign for name, sign in self._signs.items() if name == role or name.startswith(f"{role}."))
        if not signs:
            raise ValueError(f"no role {role!r} among those of the vocabulary: {', '.join(self._signs)}")
        return signs

    def read(self, text: str) -> Reading:
        """The message by its roles."""
        words = spelled_out(text)
        roles: list[str] = []
        phrases: list[str] = []
        at = 0
        while at < len(words):
            role, size = self._longest(words, at)
            roles.append(role)
            phrases.append(" ".join(words[at : at + size]))
            at += size
        return Reading("".join(roles), tuple(phrases))

    def _longest(self, words: list[str], at: int) -> tuple[str, int]:
        word = words[at]
        for size in range(self._sizes.get(word, 0), 0, -1):
            role = self._roles.get(" ".join(words[at : at + size]))
            if role is not None:
                return role, size
        if len(word) > 3 and word.endswith("s") and word[:-1] in self._roles:  # "cars", and "the car's on fire"
            return self._roles[word[:-1]], 1
        return self._signs[word if word in STOPS else "number" if word[0].isdigit() else "word"], 1


def _roles(listed: str) -> dict[str, str]:
    """The role of every phrase in a file of paragraphs: "role: what it stands for", then the words."""
    roles: dict[str, str] = {}
    for role, words in re.findall(r"^([\w.]+): .*\n((?:    .*\n)+)", listed, re.MULTILINE):
        for phrase in " ".join(words.split()).split(", "):
            if roles.setdefault(phrase, role) != role or len(phrase.split(" ")) > LONGEST:
                raise ValueError(
                    f"{phrase!r}: of more than {LONGEST} words, or in two roles, {roles[phrase]} and {role}"
                )
    return roles
