"""Does a message say, in whatever words, that the customer wants no more messages?

A wish to be left alone must be met however it is put, and without a model: what a provider's bad day may lose is not
consent. So this is a small grammar over kinds of words (`leaving_orders`) rather than a list of sentences. What looks
alike is told apart by what stands around it in its clause: who does it ("you stopped texting"), until when ("before
noon"), whether it is wanted at all ("don't unsubscribe me").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from agents.messaging import leaving_orders as orders
from agents.messaging.leaving_orders import LEAVING
from agents.messaging.roles import Reading
from agents.messaging.shorthand import letters

ALONE: Final = frozenset(
    ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"]
)
BACK: Final = frozenset(["start", "unstop"])

# What stands around a wish and makes it none
_KEPT: Final = LEAVING.pattern(  # "don't take me off"
    "<not|no_need> <you|want|small|please|someone|receive|get|take|remove|lose|my>* $"
)
_LIMITED: Final = LEAVING.pattern("^ <^.|?|,|and>* (?:<when>|<before> <number>)")  # "before noon"
_SILENCE: Final = LEAVING.pattern(  # "why don't you text me": a complaint
    "<someone|you|nobody|why> <small|receive|please>{0,2} $"
)
_ASKED_WHY: Final = LEAVING.pattern("<why> <someone|small|you>* $")
_BY_YOU: Final = LEAVING.pattern("<you>")
_BY_YOU_OR_IT: Final = LEAVING.pattern("<you|it>")
_BY_NOBODY: Final = LEAVING.pattern("<nobody>")
_AGAIN: Final = LEAVING.pattern("<again>")
_WISHED: Final = LEAVING.pattern("<want|tell>")
_WROTE: Final = LEAVING.pattern("<writing> $")
_DUTY: Final = ("no longer", "not", "must not", "may not", "shouldnt", "isnt", "nor")
_ANOTHER_WAY: Final = re.compile(  # "don't email me, text me"
    r"^[^.?]*?(?:, |and )(?:please |just |but |only |and )*(?:text|message|email|use|write to)"
    r" (?:me|us|my|this|to|is|on|only|the|instead)\b"
)
_DONE: Final = re.compile(r"\b(?:why|did (?:you|they|we)|(?:have|has) (?:you|they)|are you|after i)(?: all| guys)?$")
_OF_OTHERS: Final = re.compile(  # who else unsubscribes, or whether one could
    r"\b(?:he|she|they|friend|wife|husband|mum|mom|people|anyone|somebody|someone|customers?|shed|hed|theyd|did i"
    r"|did you|what does|whats|what is|if i|if we|if she|if he|if they|when i|accidentally|i didnt|how easy"
    r"|says|reply)\b[^.?]*$"
)
_NOT_NOW: Final = re.compile(
    r"^(?:link|button|page|option|footer|rates?|by mistake|by accident)\b"
    r"|^[^.?]*\b(?:any time|later|whenever|down the line)\b"
)
_TAKEN_BACK: Final = re.compile(r"\b(?:meant|wait|sec|second|moment|minute|think|kidding|joking|cute|lol|haha)\b")
_OF_THE_SHOP: Final = LEAVING.pattern(  # "opt out of the guarantee", "unsubscribe my bike from the plan"
    "^ <off.list|for|small|the> <the|your|small|no_more.of_it|again|another>* <word|thing|shop_list> "
    "(?!<list|text|texts|writing>)",
    "^ <my> <word>",
)


class _Around(NamedTuple):
    """A wish and its clause: the roles before it and all that follow, its own, and the same as words."""

    before: str
    roles: str
    after: str
    words_before: str
    words: str
    words_after: str

    def limited(self) -> bool:
        """Is it about when or by which way to write, not whether?"""
        return bool(_LIMITED.search(self.after) or _ANOTHER_WAY.search(self.words_after))


def _asked(wish: _Around) -> bool:
    return not _KEPT.search(wish.before)


def _ends(wish: _Around) -> bool:
    spared = _KEPT.search(wish.before) or _DONE.search(wish.words_before)
    return not (spared or wish.limited() or _BY_YOU.match(wish.after))


def _refuses(wish: _Around) -> bool:
    if wish.limited() or _BY_YOU.match(wish.after) or wish.words_before.endswith((" on", " in")):
        return False
    if _BY_NOBODY.match(wish.roles) or not _SILENCE.search(wish.before) or _WISHED.search(wish.before):
        return True
    return wish.words.startswith(_DUTY) or (wish.words.startswith("wont") and bool(_AGAIN.match(wish.after)))


def _none_more(wish: _Around) -> bool:
    others = _WROTE.search(wish.roles) and _BY_YOU.match(wish.after)
    return not (_KEPT.search(wish.before) or others or wish.limited())


def _unwanted(wish: _Around) -> bool:
    others = _WROTE.search(wish.roles) and _BY_YOU_OR_IT.match(wish.after)
    return not (_LIMITED.search(wish.after) or others or _ASKED_WHY.search(wish.before))


def _said_for_oneself(wish: _Around) -> bool:
    elsewhere = _OF_OTHERS.search(wish.words_before) or _NOT_NOW.search(wish.words_after)
    return not (_KEPT.search(wish.before) or elsewhere or _OF_THE_SHOP.search(wish.after))


def _not_taken_back(wish: _Around) -> bool:
    return not _TAKEN_BACK.search(wish.words_after)


_Meant = Callable[[_Around], bool]
_WAYS: Final[tuple[tuple[re.Pattern[str], _Meant], ...]] = (
    (LEAVING.pattern(*orders.OFF), _asked),
    (LEAVING.pattern(*orders.ENDING), _ends),
    (LEAVING.pattern(*orders.REFUSAL), _refuses),
    (LEAVING.pattern(*orders.NO_MORE), _none_more),
    (LEAVING.pattern(*orders.UNWANTED), _unwanted),
    (LEAVING.pattern(*orders.PLAINLY), _asked),
    (LEAVING.pattern("<unsubscribe>"), _said_for_oneself),
    (LEAVING.pattern(*orders.FIRST), _not_taken_back),
)
_LEANS: Final = LEAVING.pattern(*orders.ALL_THERE_IS, *orders.LEANING)
_BARE: Final = LEAVING.pattern(*orders.ALL_THERE_IS, *orders.NOTHING_ELSE)


def alone(text: str) -> str:
    """The message's words without what stands around and between them, one said several times counted once."""
    words = re.findall(r"[a-z]+(?:-[a-z]+)?", letters(text)) if not re.search(r"\d", text) else []
    once = next((words[:size] for size in (1, 2) if words == words[:size] * (len(words) // size)), words)
    return " ".join(once)


def wishes_to_leave(text: str) -> bool:
    """Does the message ask, in plain language, for no more messages?"""
    reading = LEAVING.read(text)
    if any(_stands(reading, way, meant) for way, meant in _WAYS):
        return True
    if orders.ABOUT.search(reading.roles) or len(_LEANS.findall(reading.roles)) > 1:
        return _stands(reading, _LEANS, _ends)
    return not orders.ELSE.search(reading.roles) and _stands(reading, _BARE, _ends)


def _stands(reading: Reading, way: re.Pattern[str], meant: _Meant) -> bool:
    """Is the wish in the message, with nothing around it in its clause that makes it none?"""
    roles = reading.roles
    for found in way.finditer(roles):
        begins, ends = found.span()
        clause = max(roles.rfind(stop, 0, begins) for stop in ".?,") + 1
        begins += len(found.group()) - len(found.group().lstrip(".,?&"))
        if meant(
            _Around(
                roles[clause : found.start()],
                roles[begins:ends],
                roles[ends:],
                reading.said(clause, found.start()),
                reading.said(begins, ends),
                reading.said(ends),
            )
        ):
            return True
    return False
