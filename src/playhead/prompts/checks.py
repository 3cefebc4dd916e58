"""Does a prompt's answer meet the criteria that its file sets?

A check is a yes/no question about one answer, written in the header. All kinds but `judge` are decided here, by plain
code, so that they give the same verdict on every try, replay and backtest; a judge needs a model and is left open.

| kind | met when |
|---|---|
| regex_absent, regex_present | `pattern` is found nowhere · somewhere |
| phrases_absent, phrases_present | none · at least one of `phrases` occurs, upper and lower case alike |
| max_words, max_characters, max_questions | the answer has at most `limit` words · characters · question marks |
| judge | a model answers `question` with yes |

A structured answer is read as all its texts, one a line; `field: reply` looks at that field only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from playhead.errors import nearest_name
from playhead.prompts.inputs import pattern_problem

JSON: TypeAlias = Any
Check: TypeAlias = Mapping[str, JSON]

_COMMON = {"name", "kind", "field"}


def _count_words(text: str) -> int:
    return len(text.split())


def _holds(text: str, phrases: list[str]) -> bool:
    folded = text.casefold()
    return any(phrase.casefold() in folded for phrase in phrases)


_KINDS: dict[str, tuple[str, Callable[[str, JSON], bool]]] = {
    "regex_absent": ("pattern", lambda text, pattern: re.search(pattern, text) is None),
    "regex_present": ("pattern", lambda text, pattern: re.search(pattern, text) is not None),
    "phrases_absent": ("phrases", lambda text, phrases: not _holds(text, phrases)),
    "phrases_present": ("phrases", _holds),
    "max_words": ("limit", lambda text, limit: _count_words(text) <= limit),
    "max_characters": ("limit", lambda text, limit: len(text) <= limit),
    "max_questions": ("limit", lambda text, limit: text.count("?") <= limit),
}
_OPTIONS = {kind: option for kind, (option, _) in _KINDS.items()} | {"judge": "question"}


def run_check(check: Check, output: JSON) -> bool | None:
    """Whether `output` (text, or a JSON value) meets the check; None for a judge, which needs a model."""
    if check["kind"] == "judge":
        return None
    option, met = _KINDS[check["kind"]]
    field = check.get("field")
    if field is not None and isinstance(output, Mapping):
        output = output.get(field)
    return met("\n".join(_texts(output)), check[option])


def _texts(value: JSON) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def check_problem(check: JSON) -> str | None:
    """Why this is not a check that can be run, or None."""
    if not isinstance(check, Mapping) or not isinstance(check.get("name"), str):
        return "a check is a mapping with a name, a kind and what the kind needs"
    kind = check.get("kind")
    if not isinstance(kind, str) or kind not in _OPTIONS:
        return f"there is no kind {kind!r}.{nearest_name(str(kind), _OPTIONS)} Known are {', '.join(_OPTIONS)}"
    option = _OPTIONS[kind]
    for key in check:
        if key not in _COMMON | {option}:
            return f"{kind} knows no {key!r}.{nearest_name(key, _COMMON | {option})} It has name, kind, field, {option}"
    if not isinstance(check.get("field", ""), str):
        return "field must name one field of the answer"
    return _option_problem(kind, option, check.get(option))


def _option_problem(kind: str, option: str, value: JSON) -> str | None:
    if option == "limit" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        return f"{kind} needs a limit that is a whole number"
    if option == "phrases" and not (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
        return f"{kind} needs phrases, a list of texts"
    if option in ("pattern", "question") and not isinstance(value, str):
        return f"{kind} needs a {option}"
    return pattern_problem(value) if option == "pattern" else None
