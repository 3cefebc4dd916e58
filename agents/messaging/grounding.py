"""Is a reply made of its facts?

Lists of forbidden words lose against whoever finds another word, so where something is at stake it is the other way
round: once money, terms or an order to the assistant are in the air, every word of a reply must stand in the facts or
be one that can give nothing away. A model that says it otherwise is told so and tries again, then a person answers.
"""

from __future__ import annotations

import re
from typing import Final

_STAKES: Final = re.compile(
    r"[$€£%]|\d\s?(?:usd|eur|gbp|k)\b|\b(?:pric\w*|cost\w*|cheap\w*|pay\w*|paid|bill\w*|charg\w*|invoice\w*|balance|owe\w*"
    r"|free|gift\w*|give|gave|gratis|discount\w*|deals?|offers?|sales?|sell\w*|sold|bargain\w*|coupon\w*|fees?|tax|rates?"
    r"|dollars?|bucks?|euros?|pounds?|quid|tenner|fiver|grand|cents?|zero|nothing|percent|half|third|extra|bonus"
    r"|bundle\w*|includ\w*|throw\w*|waive\w*|refund\w*|credit\w*|loan\w*|lend\w*|compensat\w*|pay|accept\w*|settle\w*"
    r"|agree\w*|promis\w*|guarant\w*|swear|assur\w*|vow|warrant\w*|cover\w*|honou?r\w*|binding|confirm\w*|contract"
    r"|approve\w*|authori[sz]\w*|allow\w*|entitle\w*|deserve\w*|lower|less|lowest|match|beat|same|lifetime|forever"
    r"|deliver\w*|trade|swap|worth|value|deposit|instal\w+"
    r"|say|tell|write|print|repl(?:y|ies)|repeat|answer with|translate|complete|decode|act|pretend|imagine|roleplay"
    r"|ignore|forget|override|system|assistant|developer|admin|manager"
    r"|owner|boss|policy|rules?|instructions?|prompt"
    r"|swore|how much|my word|your word|for life|for \d+|told me|said (?:i|it|you)|your ad|you said)\b",
    re.IGNORECASE,
)

ORDINARY: Final = frozenset(
    """
    a an the this that these those it its he she they them their i we us our ours you your yours me my am is are was
    were be been do does did don doesn didn isn aren wasn won t s ll re ve d m have has had having can could may might
    would should shall will not no nor and or but so if then than as at by for from in into of on to with about after
    before until till between during per up out again also too very here there when where what which who how why yes
    hello hi hey dear thanks thank welcome please sorry glad gladly happy great good nice lovely question questions
    help let know see look looking need needs like want wish ask asked check find appointment appointments time times
    day days suit suits work works choose pick one ones other another come comes coming bring call message contact
    reach write person people colleague colleagues team someone back soon possible shop store any some each both just
    feel interested exactly mean understand understood got noted note name moment moments while
    costs price prices warm wishes regards best kind cheers sincerely team enjoy ride safe take care
    """.split()  # noqa: SIM905 - words are read more easily than quotes
)


def at_stake(*texts: str) -> bool:
    """Are money, terms or an order to the assistant in the air?"""
    return any(_STAKES.search(text) for text in texts)


def strange_words(reply: str, known: str) -> list[str]:
    """The words of the reply that neither the known facts have, in whatever form, nor everybody may say."""
    facts = {_stem(word) for word in _words(known)}
    said = dict.fromkeys(_words(reply))
    return [word for word in said if word not in ORDINARY and _stem(word) not in facts]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def _stem(word: str) -> str:
    """ "repairs", "repaired" and "repairing" are one word."""
    for ending in ("ing", "ies", "ed", "es", "ly", "s", "d", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
