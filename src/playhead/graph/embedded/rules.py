"""Which rules of the system text does this model obey, and how?

A documented handful of forms, each found wherever it stands, in any case; all else in the system text is not
understood. A rule shapes the one text that people read. docs/embedded-model.md lists the forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from playhead.graph.embedded.spans import NUMBER_WORDS
from playhead.graph.embedded.wording import cut_to_length, cut_to_words, sentences, word_count

_N: Final = rf"(\d+|{'|'.join(NUMBER_WORDS)})"
_QUOTE: Final = r"(?:\"([^\"\n]+)\"|“([^”\n]+)”|„([^“”\n]+)[“”]|«\s?([^»\n]+?)\s?»|'([^\n]+?)'(?!\w))"
_QUOTES: Final = rf"((?:{_QUOTE}(?:\s*,?\s*(?:or|and|nor)?\s*)?)+)"

_WORDS = re.compile(rf"\bat most {_N} words?\b", re.IGNORECASE)
_SENTENCES = re.compile(rf"\bat most {_N} sentences?\b", re.IGNORECASE)
_QUESTIONS = re.compile(rf"\b(?:ask )?(?:at most {_N} questions?|{_N} questions? at most)\b", re.IGNORECASE)
_SIGN_OFF = re.compile(rf"\bsign off with:? {_QUOTE}", re.IGNORECASE)
_START = re.compile(rf"\bstart with:? {_QUOTE}", re.IGNORECASE)
_NEVER = re.compile(rf"\bnever say:? {_QUOTES}", re.IGNORECASE)
_MENTION = re.compile(rf"\balways mention:? {_QUOTES}", re.IGNORECASE)
_INSTEAD = re.compile(rf"\bsay {_QUOTE} instead of {_QUOTE}", re.IGNORECASE)
_ONE_QUOTE = re.compile(_QUOTE)
_FORMS: Final = (_WORDS, _SENTENCES, _QUESTIONS, _SIGN_OFF, _START, _NEVER, _MENTION, _INSTEAD)


@dataclass(frozen=True)
class Rules:
    """What the system text demands of the text that people read. Of two limits the lower holds, of two forms the last.

    `words`, `sentences`, `questions`: at most so many; `instead`: pairs (said, in place of this).
    """

    words: int | None = None
    sentences: int | None = None
    questions: int | None = None
    start: str = ""
    sign_off: str = ""
    never: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()

    def applied(self, text: str, max_length: int | None = None) -> str:
        """The text as the rules want it, of at most `max_length` characters. The start and the sign-off count too."""
        for new, old in self.instead:
            text = _phrase(old).sub(lambda found, new=new: _cased(new, found[0]), text)  # type: ignore[misc]
        for phrase in self.never:
            text = _without(text, phrase)
        if self.questions is not None:
            text = _fewer_questions(text, self.questions)
        return self._framed(text, max_length)

    def _framed(self, text: str, max_length: int | None) -> str:
        """The text between start and what must be mentioned or signed, cut to the limits."""
        start = "" if text.lower().startswith(self.start.lower()) else self.start
        missing = [_as_sentence(phrase) for phrase in self.mention if not _phrase(phrase).search(text)]
        if self.sign_off and text.rstrip().endswith(self.sign_off):
            text = text.rstrip().removesuffix(self.sign_off)
        end = " ".join([*missing, self.sign_off]).strip()
        body = text.strip()
        if self.sentences is not None:
            left = max(self.sentences - len(missing), 0)
            body = "".join(sentences(body)[:left]).strip()
        if self.words is not None:
            body = cut_to_words(body, max(self.words - word_count(f"{start} {end}"), 0))
        if max_length is not None:
            body = cut_to_length(body, max(max_length - len(start) - len(end) - 2, 0))
        framed = " ".join(part for part in (start, body, end) if part)
        framed = framed if self.words is None else cut_to_words(framed, self.words)
        return framed if max_length is None else cut_to_length(framed, max_length)


@lru_cache(maxsize=512)
def read_rules(system: str) -> Rules:
    """The rules that stand in a system text."""
    return Rules(
        words=_lowest(_WORDS, system),
        sentences=_lowest(_SENTENCES, system),
        questions=_lowest(_QUESTIONS, system),
        start=_last(_START, system),
        sign_off=_last(_SIGN_OFF, system),
        never=_all(_NEVER, system),
        mention=_all(_MENTION, system),
        instead=tuple(_pair(found) for found in _INSTEAD.finditer(system)),
    )


@lru_cache(maxsize=512)
def without_rules(system: str) -> str:
    """The system text's facts: the numbers in rules are none."""
    for form in _FORMS:
        system = form.sub("", system)
    return system


def _lowest(form: re.Pattern[str], system: str) -> int | None:
    found = [_number(next(group for group in match.groups() if group)) for match in form.finditer(system)]
    return min(found, default=None)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBER_WORDS.index(text.lower()) + 1


def _last(form: re.Pattern[str], system: str) -> str:
    found = [_said(match.groups()) for match in form.finditer(system)]
    return found[-1] if found else ""


def _all(form: re.Pattern[str], system: str) -> tuple[str, ...]:
    return tuple(_said(quote.groups()) for match in form.finditer(system) for quote in _ONE_QUOTE.finditer(match[1]))


def _pair(found: re.Match[str]) -> tuple[str, str]:
    half = len(found.groups()) // 2
    return _said(found.groups()[:half]), _said(found.groups()[half:])


def _said(groups: tuple[str | None, ...]) -> str:
    return next(group for group in groups if group).strip()


@lru_cache(maxsize=1024)
def _phrase(words: str) -> re.Pattern[str]:
    """The phrase as whole words, whatever its case and spacing."""
    form = r"\s+".join(re.escape(word) for word in words.split())
    return re.compile(rf"(?<!\w){form}(?!\w)", re.IGNORECASE)


def _cased(new: str, old: str) -> str:
    return new[0].upper() + new[1:] if old[0].isupper() and new[0].islower() else new


def _without(text: str, phrase: str) -> str:
    """Drops the sentences that hold the phrase; where that leaves nothing, only the phrase."""
    form = _phrase(phrase)
    if not form.search(text):
        return text
    kept = "".join(sentence for sentence in sentences(text) if not form.search(sentence)).strip()
    return kept or re.sub(r"\s{2,}", " ", form.sub("", text)).strip()


def _fewer_questions(text: str, limit: int) -> str:
    kept, asked = list[str](), 0
    for sentence in sentences(text):
        asked += "?" in sentence
        if "?" not in sentence or asked <= limit:
            kept.append(sentence)
    return "".join(kept).strip()


def _as_sentence(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:] + ("" if phrase[-1] in ".!?" else ".")
