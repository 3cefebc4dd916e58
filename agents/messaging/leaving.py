"""Does a message say, in whatever words, that the customer wants no more messages?

A wish to be left alone must be met however it is put, and without a model: what a provider's bad day may lose is not
consent. So this is a small grammar over kinds of words (`vocabulary/leaving.txt`) rather than a list of sentences: an
ending before something written, a refusal before writing to me, a removal of me from a list, consent taken back. What
looks alike is told apart by what stands around it in its clause: who does it ("you stopped texting"), until when
("before noon"), whether it is wanted at all ("don't unsubscribe me").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from agents.messaging.roles import Reading, Vocabulary
from agents.messaging.shorthand import letters

ALONE: Final = frozenset(
    ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"]
)
BACK: Final = frozenset(["start", "unstop"])
LEAVING: Final = Vocabulary("leaving")

_NUMBER = r"(?:m[wnm]?n|p)"  # my number
_MINE = rf"(?:{_NUMBER}|P)"  # me, or my number
_END = r"c*(?=[.,?&])"
_FILL = r"(?:[fdYAGgcZjFOb^]|sP?)*"  # what may stand between an ending and what ends
_GONE = r"(?:R|rO)"

_OFF: Final = (  # me, or my number, off the list
    rf"[Rrgekl](?:{_MINE}|o|d)[fdwc]?O{{1,2}}[fdYwm]{{0,4}}?[LXT](?!F[^XTWLA.,?c])",
    rf"[Rrgl]{_MINE}O[df]*Y[wnt](?!Q)",
    r"[Vrbg][fGPbg]*O[dYf]*w?[LT]",
    rf"[.,?&][cf]*O[Yd]+w?[LXT]{_END}",
    rf"{_NUMBER}[fGwVNdbr]{{0,4}}?(?:R|rO{_END}|O[Yd]w?[LXT](?!F))|[.,?c&q]RO[dY]*w?L{_END}|mR{_END}|^\.c*[Rl]c*[nz]?c*\.$",
    rf"[Vqb][w]?[fbSGg]*{_GONE}(?!O[dm]?[^LXTYdm])",
    rf"[fySc][cb]*b{_GONE}(?!O[dm]?[^LXTYdm])",
    rf"[Rle][dYfn]{{0,3}}{_NUMBER}(?!F|O)|r{_NUMBER}O{_END}",
    rf"[Rl]d?w?n?y[wGge]{{1,2}}[iO]P|ly[AGw]{{1,3}}(?:P|{_NUMBER})",
    rf"RP{_END}|[Rrg]PO(?:d+[tf]?|p|t|o|f)?{_END}|gO[dYfp]{_END}|-P?O[Yd]w?[XLT]",
    rf"k(?:{_MINE}|d|[yYf])?[PmnpdyYfwOiF]{{0,6}}?(?:B|N[XCW]L?|U|[zZ]f?[TX])",
    rf"[VSq]f?v(?:d|Y)w?L{_END}|vOd?L{_END}|vPOf?[dYA]*(?:{_END}|w?[LTX])|bvOf?[dY]",
    rf"N[cf]*k(?:{_MINE})?i[dxYZ]*w?L|{_NUMBER}f*Nf*bi[dY]w?L|Nf*bi[Yd]w?L|qd?SNi[dY]*w?L",
    rf"i[dY]B|{_NUMBER}f?NFY?[XT]|Vf*bB|bva|(?:{_NUMBER}|L)[^?]*Ro{_END}",
)
_ENDING: Final = (  # an ending, and what ends
    rf"E{_FILL}w?{_FILL}[WXTt]",
    rf"E{_FILL}C(?:{_MINE}|&|{_END})|Eq(?:P|{_END})",
    rf"E[wd]{{0,2}}fp|Es[Pdf]*(?:[dtTXZ]|{_END})|Es[PdfAZo]*[wCx]{{0,2}}[Tt]|E[Gg][do]|Ef*w?P[dA]*[tT]",
    rf"e[fdYmAGsPcpg]*w?[dYL]?f?[dY]?(?:T|X{_END}|XF{_NUMBER})|emw?f?Y?[XL]",
    rf"T[fwGVdbNS]{{0,3}}(?:E|e{_END})",
    r"[qVx][wb]*y?D[fdY]*[WXT]",
)
_REFUSAL: Final = (  # not, and writing to me
    rf"N[yfAVcbrq]*W?[WX](?:&C|C)?(?:[fi]?(?:[PpoA/]|{_MINE})|c*(?=[.,?]|&N))",
    r"N[yfAc]*C&[WX]",
    rf"NsPd{_END}|N[cfgb]*s[PdfAYpZ]*w?[TXt]",
    r"I(?:Oy|p|f)?(?:f+[WX]|V[dY]*T)",
    r"[fN]*N[fA]*b[WX]",
    rf"N[fc]*s?(?:{_NUMBER}|o)A",
    r"Nf*b?hOyA",
)
_NO_MORE: Final = (  # none of it any longer, whoever says so
    r"Z[fdYA]*w{0,2}[TXW]|V[fgGb]*[zZ][fdYA]*w?[TX]",
    rf"(?:[.,&]|Hi)[cf&SV]*[zZ]f*w?(?:T|X)[fp]?(?:{_END}|Oy)",
    r"z[TC][&,]*z[TC]",
    rf"Z[wA]*[bArf]+s|[.,]c*ZOy{_END}",
    r"!(?:r[WX]|[WX](?:P|p)?A)",
    r">[XT]|Oj[Yd]T|r[Yd]Ta",
    rf"Aw?[XT][^.?]{{0,8}}\*|[WX]PA[^.?]{{0,8}}\*|x[ySd][^.?]{{0,6}}[XTW][^.?]{{0,8}}\*|[TX]f?\*|B&\*|[WX]Pf*\*|\*y(?:{_END}|x)",
    r"(?:B|[qWs]E)[^?]*?\^|B9?#|%f?[Sy]+[\^r][gfGs]*i?[dY]?w?[LTXW]",
    r"[Wqs]E(?:w?9?#|9#|c&|&[yS])",
    rf"r[WX]P[.,]c*N{_END}",
)
_UNWANTED: Final = (  # a wish not to get them, or consent taken back
    r"(?:N[wfyASc]*V|J)[fGdbAYsFZVgq]*w?(?:[TW]|X(?!w))",
    r"(?:N[wfyASVc]*V|J)[fbV]*(?:hA{0,2}[OY]|[hA]*i(?:YT|t))",
    rf"N[wfyASrPb]*(?:G|g)A[XT]|[Vf]Nf?[gG](?:dA|d?T|d{_END})",
    r"(?:N[wfyASV]*V|J)[fb]*[bkv]?[fiw]{1,2}[dYZ]*w?L",
    r"N[wfA]*V[ftZ]A*[ftZ]?O[yY]",
    r"-[fdYwm]{0,4}?K(?!F[dm]?w)|[md]?K[SfwrgX]{0,4}-",
    r"N[wGfgA]{0,3}[my]?K(?!f[^WXspygdf]|[wx])y?(?!f?[wx])|NKf[grGdYmb]*[XTW]",
    r"[XT][ip]+f?NK",
    rf"d?[TX]f*~|@[yYfdg]*w?(?:T|W|X|{_NUMBER})",
)
_PLAINLY: Final = (  # to be left alone, and the bare word as the last one
    rf"v(?:{_MINE})w{{0,3}}a|vPb{_END}|rPb{_END}",
    rf"(?:[Vq]|c&)[fcFd]*y[fcNwd]*E{_END}",
    rf"(?:^|[.,?&])[cqSy]*E[co.]*[.?]$|[.?]c+E\.|^\.[cz]*Z[cz]*\.$|[.?]SVO{_END}|qE[co]*\.$|c+E[do]c*[.?]$|yf*Ec+\.$",
)
_LEANING: Final = (  # says enough only where texts, a list or a number are what the message is about
    rf"[.,?&]c*Z{_END}|E[do]{_END}|NV[do]d?A*{_END}|VO[fd]*{_END}|[wf][do]E{_END}|[.,?&]c*R{_END}",
    rf"NsP?[AZd]+{_END}|N[gG]A|gZ{_END}|[.,?]c*NA{_END}|V[zZ]{_END}",
)
_ABOUT: Final = re.compile(rf"[TL]|{_NUMBER}|[dYx][Xt]|WP|^\.J|E[WX]")


def _any_of(wishes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(wishes))


# What stands around a wish and makes it none
_KEPT: Final = re.compile(r"(?:N|!)[yVfcSGgrRlm]*$")  # "don't take me off"
_LIMITED: Final = re.compile(r"^[^.?,&]*(?:H|<9)")  # "before noon"
_SILENCE: Final = re.compile(r"[SyI%][fwGc]{0,2}$")  # "why don't you text me": a complaint
_DUTY: Final = ("no longer", "not", "must not", "may not", "shouldnt", "isnt", "nor")
_ANOTHER_WAY: Final = re.compile(  # "don't email me, text me"
    r"^[^.?]*?(?:, |and )(?:please |just |but |only |and )*(?:text|message|email|use|write to)"
    r" (?:me|us|my|this|to|is|on|only|the)\b"
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
_OF_THE_SHOP: Final = re.compile(r"^[OFfd][dYfZAx]*[wt](?![LXTW])")  # "opt out of the guarantee"


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
    return not (spared or wish.limited() or wish.after.startswith("y"))


def _refuses(wish: _Around) -> bool:
    if wish.limited() or wish.after.startswith("y") or wish.words_before.endswith((" on", " in")):
        return False
    if wish.roles.startswith("I") or not _SILENCE.search(wish.before) or re.search("[Vq]", wish.before):
        return True
    return wish.words.startswith(_DUTY) or (wish.words.startswith("wont") and wish.after.startswith("A"))


def _none_more(wish: _Around) -> bool:
    others = wish.roles.endswith("W") and wish.after.startswith("y")
    return not (_KEPT.search(wish.before) or others or wish.limited())


def _unwanted(wish: _Around) -> bool:
    others = wish.roles.endswith("W") and wish.after.startswith(("y", "o"))
    return not (_LIMITED.search(wish.after) or others or re.search("%[Sfy]*$", wish.before))


def _said_for_oneself(wish: _Around) -> bool:
    elsewhere = _OF_OTHERS.search(wish.words_before) or _NOT_NOW.search(wish.words_after)
    return not (_KEPT.search(wish.before) or elsewhere or _OF_THE_SHOP.search(wish.after))


_Meant = Callable[[_Around], bool]
_WAYS: Final[tuple[tuple[re.Pattern[str], _Meant], ...]] = (
    (_any_of(_OFF), _asked),
    (_any_of(_ENDING), _ends),
    (_any_of(_REFUSAL), _refuses),
    (_any_of(_NO_MORE), _none_more),
    (_any_of(_UNWANTED), _unwanted),
    (_any_of(_PLAINLY), _asked),
    (re.compile("U"), _said_for_oneself),
)
_LEANS: Final = _any_of(_LEANING)


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
    about = _ABOUT.search(reading.roles) or len(_LEANS.findall(reading.roles)) > 1
    return bool(about) and _stands(reading, _LEANS, _ends)


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
