"""Where do sentences and words end, and how is a text cut so that it still reads as one?"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"”')]*(?=\s)\s*|\n+|$)", re.DOTALL)


def sentences(text: str) -> list[str]:
    """The text in sentences, each with the space after it: joined they are the text."""
    return _SENTENCE.findall(text)


def word_count(text: str) -> int:
    """Words as people count them: what stands between spaces."""
    return len(text.split())


def cut_to_words(text: str, limit: int) -> str:
    """At most `limit` words: whole sentences while they fit, else the first sentence cut short."""
    if word_count(text) <= limit:
        return text
    kept = ""
    for sentence in sentences(text):
        if word_count(kept + sentence) > limit:
            break
        kept += sentence
    return kept.rstrip() or " ".join(text.split()[:limit]).rstrip(",;:–-")


def cut_to_length(text: str, limit: int) -> str:
    """At most `limit` characters: whole sentences while they fit, else whole words, else a piece of the first word."""
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in sentences(text):
        if len((kept + sentence).rstrip()) > limit:
            break
        kept += sentence
    if kept.strip():
        return kept.rstrip()
    space = text.rfind(" ", 0, limit + 1)
    return text[: space if space > 0 else limit].rstrip(" ,;:–-") or text[:limit]
