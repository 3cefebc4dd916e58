"""Which words in a prompt file should make its editor look twice?

Patterns over the lines of the file, so they are hints: a secret stops the file from going live, because it would be
sent to a model and kept in every recording; the rest is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playhead.prompts.finding import Finding, Place, error, warning
from playhead.prompts.source import Source

_SECRET = re.compile(
    r"""\b(?:sk|pk|rk)[-_](?:[a-z]{1,12}[-_]){0,3}[A-Za-z0-9]{16,}   # OpenAI, Stripe
      | \bAKIA[0-9A-Z]{16}\b                               # AWS
      | \bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_\w{30,}
      | \bxox[abprs]-[A-Za-z0-9-]{10,}                     # Slack
      | \beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}            # a JSON web token
      | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----
      | (?i:\b(?:api[-_ ]?key|secret|token|password|passwd)\b["']?\s*[:=]\s*["']?(?=\S*\d)[^\s"',}]{10,})
    """,
    re.VERBOSE,
)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b")
_PHONE = re.compile(
    r"""(?<![\w.+-])(?: \+\d{1,3}(?:[\s.-]?\(?\d{1,4}\)?){2,5}    # +49 30 1234567
      | \(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}                        # (415) 555-0100
      | 0\d{2,4}[\s/-]\d{5,9} )(?![\w-])                         # 030 1234567
    """,
    re.VERBOSE,
)
_SINGLE_BRACES = re.compile(r"(?<!\{)\{[A-Za-z_]\w*(?:\.\w+)*\}(?!\})")
_JSON_WANTED = re.compile(r"(?i)\b(?:answer|respond|reply|return|output|write|produce)\b[^.\n]{0,40}\bJSON\b")


def private_words(source: Source) -> Iterator[Finding]:
    """Secrets, e-mail addresses and phone numbers anywhere in the file."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        place = Place(source.path, number)
        if _SECRET.search(line):
            yield error(
                place, "secret", "This looks like a key or password.", "Take it out, and change it where it is used."
            )
        for pattern, what in ((_EMAIL, "an e-mail address"), (_PHONE, "a phone number")):
            if found := pattern.search(line):
                message = f"{found[0]!r} looks like {what}."
                yield warning(place, "contact", message, "Pass it as an input, or make one up for an example.")


def body_words(place: Place, body: str, *, structured: bool) -> Iterator[Finding]:
    """What looks wrong in the text for the model; `structured`: the answer has an output schema."""
    for number, line in enumerate(body.split("\n"), start=place.line):
        here = Place(place.path, number)
        if found := _SINGLE_BRACES.search(line):
            yield warning(
                here, "single-braces", f"{found[0]} is sent as it stands.", f"Write {{{found[0]}}} for an input."
            )
        if structured and _JSON_WANTED.search(line):
            message = "The text asks for JSON, and the output schema already does."
            yield warning(here, "json-twice", message, "Take the sentence out; say in words what each field means.")
