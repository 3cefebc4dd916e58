"""Does a message say that somebody is in danger now?

Read by code first, so that a cry for help is met the same way every time and on a provider's bad day too. By kinds of
danger, each put together from the words for who or what (`vocabulary/danger.txt`) and for what makes it present: brakes
that failed while somebody drives, not brakes to be bled. What is told as long past ("last year", "ago") or laughed
about is left to the model, but never a wish to die.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging.roles import Vocabulary

DANGER: Final = Vocabulary("danger")


def _near(pattern: str) -> str:
    """`~3` in a pattern: up to three words or phrases of the same sentence between, commas among them."""
    return re.sub(r"~(\d)", lambda found: f"[^.?]{{0,{found.group(1)}}}?", pattern)


_BODY: Final = (
    r"N~2B",  # cannot breathe
    r"A~4[WI]|[yb]~3W|3~4[2WZI]|b~22|2~2[3b]|[Ay]~3[FQ]|b~2F|:m[by]|A~37",  # the throat closes
    r"[pcb]~4U(?!m)|U[.]|p4[.,?]",  # somebody is unconscious, but "I collapsed the bike"
    r"L~4H|H~3L|b~4L|[pc]~3L(?!m)|N~2L|P.*[LX]|[LX].*P|L~2N",  # bleeding
    r"[pcAby]~4I|I~1m[bAy]|[bAy]~4Z|Z~1m[bAyc]|Z~2m[pc]",  # wounded, broken, burnt
    r"[o8]~4i~1m?y|8~6[bAy]|i~1my.*[LUW]|i~1my~6N|b[^.,?]{0,3}7",  # in the eye, on the skin
    r"i~1m[bAy].*[LI]",
    r"[bc0]~3l|[lf]~2m?A|l~2b|b~3[6]|S~2i~1mb|b~3f",  # a hand is caught
    r"X",
    r"[pc]~3e~4[oG8@]|c~4o~4e|[pc]~1!|c~5i~1m?[Ab]",  # swallowed
    r"O~5[nN]|n~7O|N~2O|;~2O",  # no oxygen, no inhaler
    r"[CG].*Y|Y.*[CG]",  # the boiler, and everybody dizzy
    r"5~1mb",  # lost a finger
)
_PLACE: Final = (
    r"J|^\.F\.",
    r"[SCE]~6F|[SCE@]~6Q|C~8F|F~4[SCE]|F~1[iH]|[ip]~1F[.]|@~4[zWFQ]|E~3z",  # things burn or smoke
    r"s~4G|G~3s|s~2F|G~4[YU]|C.*s~1[.]|G~2Y",  # gas
    r"j~3[g1]|a~3g|g~3[aj]|G~1g",  # alarms
    r"q~7E|E~4q|q~3S~3E",  # water at the electrics
    r"[SC]~3z~3z|z~2z~4[SC]",  # about to burst
)
_ROAD: Final = (
    r"V~5f.*D|D.*V~5f|V~1f~3D|f~1D|f.*D|&",  # no brakes while driving
    r"[SVp]~5T|T~5S|<~3[TD]",  # standing on the tracks
    r"S~2R|R~4[vS]|p~2R~3v|>~2v",  # off the road, in the river
    r"[pc]~4l~2[SvT]|[pcS]~46",  # trapped
    r"c[^.?bw]{0,2}d(?!on)|d~5[UIL]|d~2[pc][.,?]|mp~1d|d~4[A]|p~2d~2[vS]",  # fallen
    r"[pm]~2xm?w?K|p~1im?w?K|[.,]K~1mS|[p]~2K[.,?]|K~6[UIL]|[pc]~3K~1mS|S~1xK",  # an accident
)
_HARM: Final = (
    r"p~5\+~2t|[.,]\+~1t",  # armed
    r"u",  # a crime
    r"p~2r~1[pmcb]|rm?[pc]",  # beaten
    r"c~4M|M~3c|5m?c[.,?pi]",  # a child is gone
)
_HELP: Final = (r";~2h|h=|[.,]hw?[.,]", r"%", r"^\.(?:=[.,]?)+\.$")


def _any_of(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_near(kind) for kind in kinds))


_SELF_HARM: Final = re.compile("k")
_BODY_KIND, _PLACE_KIND = _any_of(_BODY), _any_of(_PLACE)
_DANGERS: Final = (_BODY_KIND, _PLACE_KIND, _any_of(_ROAD), _any_of(_HARM), _any_of(_HELP))
_LAUGHED: Final = re.compile(r"\b(?:haha\w*|lol|jk|kidding|lmao|hehe|rofl|joking)\b")
_SMALL: Final = re.compile(r"\b(?:a bit|slightly|a little bit)\b")
_PAST: Final = re.compile(
    r"\b(?:last|previous) (?:week|month|year|summer|winter|spring|fall|autumn|time)\b|\b(?:years?|months?|weeks?) ago\b"
    r"|\bhistory\b|(?<!since )\byesterday\b|\bhealed\b|\bnobody hurt\b"
)
_PRESENT: Final = re.compile(r"\b(?:now|just|still)\b")


def danger(text: str) -> str:
    """The words that tell of danger now, in lower case and without shorthand, or nothing."""
    reading = DANGER.read(text)
    found = _SELF_HARM.search(reading.roles)
    if found is None:
        said = " ".join(reading.phrases)
        if _LAUGHED.search(said) or (_PAST.search(said) and not _PRESENT.search(said)):
            return ""
        kinds = [kind for kind in _DANGERS if not (kind is _PLACE_KIND and _SMALL.search(said))]
        kinds = [kind for kind in kinds if not (kind is _BODY_KIND and "$" in reading.roles)]
        found = next((match for kind in kinds if (match := kind.search(reading.roles))), None)
    return reading.said(*found.span()).strip(" .,?") if found else ""
