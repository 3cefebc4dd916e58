"""What is the answer to a request?

The output of the example that answers it best, filled with the request's facts, shaped by the rules, fitted to the
schema. Examples are tried in their order until one can be filled without loss; if none can, the one that loses least is
taken without what it lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from playhead.graph.embedded.choosing import likeness, voted
from playhead.graph.embedded.exchange import exchange
from playhead.graph.embedded.facts import Facts, message_label, read_facts
from playhead.graph.embedded.filling import Filling
from playhead.graph.embedded.fitting import Schema, fits, fitted, minimal
from playhead.graph.embedded.request import Example, Request
from playhead.graph.embedded.rules import read_rules, without_rules
from playhead.graph.embedded.spans import spans
from playhead.graph.embedded.structure import Structure, people_read, with_text
from playhead.nearest import deciding_label

JSON: TypeAlias = Any
Answer = TypeVar("Answer")

NO_EXAMPLE: Final = "No example shows how to answer this."


def text_answer(request: Request) -> str:
    """A plain text answer."""
    rules = read_rules(request.system)
    examples = [one for one in request.examples if not one.calls]
    tried = _tried(request, examples, {}, lambda one, filling: filling.text(str(one.output)))
    written = _best(tried, lambda text: not text)
    return rules.applied(written or _fallback(request))


def value_answer(request: Request, schema: Schema) -> JSON:
    """A structured answer; the schema accepts it."""
    examples = [one for one in request.examples if not one.calls]

    def fill(one: Example, filling: Filling) -> JSON:
        text = people_read(one.output, schema, one.user)
        return Structure(filling, schema, text.path if text else None).filled(one.output, schema)

    tried = _tried(request, examples, schema, fill)
    value = _best(tried, lambda made: made is None)
    if value is None and not examples:
        return minimal(schema)
    value = _ruled(value, schema, request)
    return value if fits(value, schema) else fitted(value, schema)


def call_answer(request: Request, offered: Mapping[str, Schema]) -> list[tuple[str, JSON]]:
    """The tool calls that the best example makes, with this request's arguments; none if it makes none."""
    texts = [one.user for one in request.examples]
    facts, known = _facts(request, texts)
    order = likeness(request.user, facts, texts, known).order
    if not order or request.results:
        return []
    example = request.examples[order[0]]
    filling = _filling(request, facts, known[order[0]])
    made = list[tuple[str, JSON]]()
    for name, arguments in example.calls:
        if name in offered:
            value = Structure(filling, offered[name], None).filled(arguments, offered[name])
            made.append((name, fitted(value, offered[name])))
    return made


def _tried(
    request: Request, examples: Sequence[Example], schema: Schema, fill: Callable[[Example, Filling], Answer]
) -> Iterator[tuple[int, Answer]]:
    """(what was lost, answer) of the examples, in the order in which they are to be preferred."""
    texts = [one.user for one in examples]
    facts, known = _facts(request, texts)
    like = likeness(request.user, facts, texts, known)
    for place in voted(like, [one.output for one in examples], schema):
        filling = _filling(request, facts, known[place])
        answer = fill(examples[place], filling)
        yield filling.lost, answer


def _best(tried: Iterator[tuple[int, Answer]], empty: Callable[[Answer], bool]) -> Answer | None:
    """The first answer without loss, else the one that lost least."""
    best: tuple[int, Answer] | None = None
    for lost, answer in tried:
        if lost == 0:
            return answer
        if not empty(answer) and (best is None or lost < best[0]):
            best = lost, answer
    return best[1] if best else None


def _facts(request: Request, texts: Sequence[str]) -> tuple[Facts, list[Facts]]:
    label, last = message_label(request.user, texts), deciding_label(request.user, texts)
    return read_facts(request.user, label, last), [read_facts(text, label, last) for text in texts]


def _filling(request: Request, facts: Facts, example: Facts) -> Filling:
    stated = (request.user, without_rules(request.known))
    supported = frozenset(span.key for text in stated for span in spans(text))
    return Filling(example, facts, exchange(example, facts), supported)


def _fallback(request: Request) -> str:
    """What to say when no example can be used: that, and the request's own words."""
    said = read_facts(request.user, message_label(request.user, ())).message
    return f"{NO_EXAMPLE} You wrote: {said}" if said else NO_EXAMPLE


def _ruled(value: JSON, schema: Schema, request: Request) -> JSON:
    """The value with the rules applied to the text that people read; silence, an empty text, is an answer too."""
    text = people_read(value, schema, request.user)
    if text is None or not text.written:
        return value
    rules = read_rules(request.system)
    return with_text(value, text.path, lambda written: rules.applied(written, text.max_length))
