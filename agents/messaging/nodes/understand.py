"""What does the customer want, how do they say it, in which mood and language?

The model reads; code keeps it honest: quotes must be the customer's own words, and a few plain words ("how much",
"cancel my …") count even where the model missed them. What outweighs what is decided in `route`, not here.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging import pricing, rules
from agents.messaging.nodes import closing
from agents.messaging.nodes.asking import asked
from agents.messaging.nodes.evidence import speaks_for
from agents.messaging.state import JSON, State

INTENTS: Final = (
    "book", "move", "cancel", "question", "price", "interest", "person", "complaint", "answer", "thanks", "greeting",
    "identity", "other",
)  # fmt: skip

NEEDS_WORDS: Final = {"person": "person", "complaint": "trouble", "identity": "machine"}
LOOSE: Final = frozenset({"thanks", "greeting", "other"})
_PLAIN: Final = {
    "price": r"\bhow much\b|\bprice[sd]?\b|\bcosts?\b|\b(what|how) (do|does|would) .{0,30}\bcharge\b"
    r"|\bquote\b|\bdiscount\b",
    "move": r"\b(move|reschedule|rebook|postpone|push( back)?|change|switch)\b.{0,25}\b(appointment|booking"
    r"|slot|time|it to)\b",
    "cancel": r"\bcancel\b.{0,30}\b(appointment|booking|visit|slot|it|that|my)\b|\bcall off\b",
    "book": r"\bbook (me|a|an|in|it|the)\b|\b(make|need|want|get|schedule|have) (me )?an? (appointment"
    r"|booking|slot)\b|\bbook\b.{0,40}\bfor\b",
}

_ARRANGES: Final = re.compile(
    r"\b(can|could|may) (i|we|you) (please )?(bring|come|get|have|book|drop|stop|fit|look|fix|move|see|make|help|do)\b"
    r"|\b(free|available|appointment|slot|have time|how about|instead|work for you|anyone there|how are you)\b",
    re.IGNORECASE,
)


def understand(state: State) -> JSON:
    """Intents with the words that show each, language and mood."""
    message = state["message"]
    answer, failures = asked(
        "understand",
        "understand",
        last_message=state["last_message"] or "(none)",
        open_question=state["open_question"],
        message=message,
    )
    if failures:
        return {"failures": failures}
    intents = [name for name in answer["intents"] if _possible(name, message)]
    quotes = dict(zip(answer["intents"], answer.get("quotes", []), strict=False))
    intents += [name for name in plain_intents(message) if name not in intents]
    if "question" not in intents and asks_besides(message):
        intents.append("question")
    if state["open_question"] == closing.QUESTION and set(intents) <= LOOSE and not closing.signs(message):
        intents = ["answer"]  # whatever it sounds like, it comes where we asked
    understood = {
        "intents": intents or ["other"],
        "quotes": {name: _quoted(str(quotes.get(name, "")), name, message) for name in intents},
        "language": answer["language"],
        "mood": answer["mood"] if answer["mood"] != "angry" or speaks_for("trouble", message) else "upset",
    }
    return {"understood": understood}


def plain_intents(message: str) -> list[str]:
    """The intents that plain words of the message show without a model."""
    found = [name for name, pattern in _PLAIN.items() if re.search(pattern, message, re.IGNORECASE)]
    if "move" in found or "cancel" in found:
        found = [name for name in found if name != "book"]
    found += ["price"] if "price" not in found and pricing.bargains(message) else []
    found += ["person"] if rules.asks_for_person(message) else []
    found += ["identity"] if rules.asks_if_ai(message) else []
    return found


def _possible(intent: str, message: str) -> bool:
    """Readings that take the conversation away from the agent need a word that speaks for them."""
    return intent in INTENTS and (intent not in NEEDS_WORDS or speaks_for(NEEDS_WORDS[intent], message))


def asks_besides(message: str) -> bool:
    """Whether one of several sentences asks for something that is neither a price nor an appointment."""
    sentences = sentences_of(message)
    return len(sentences) > 1 and any("?" in each and wants_knowledge(each) for each in sentences)


def wants_knowledge(sentence: str) -> bool:
    """The sentence is about something else than prices, appointments or who is writing."""
    return not (_ARRANGES.search(sentence) or plain_intents(sentence))


def sentences_of(message: str) -> list[str]:
    """The message's sentences and lines."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n", message) if part.strip()]


def _quoted(quote: str, intent: str, message: str) -> str:
    """The model's quote where it is one; else the sentence of the message that carries the intent, or all of it."""
    if quote and quote.lower() in message.lower():
        return quote
    sentences = sentences_of(message)
    if intent in _PLAIN:
        return next((each for each in sentences if re.search(_PLAIN[intent], each, re.IGNORECASE)), message)
    return next((each for each in sentences if each.endswith("?")), message) if intent == "question" else message
