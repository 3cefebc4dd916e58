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
    return re.sub(r"~(\d)", r"<^.|?>{0,\1}?", pattern)


_SITE: Final = "thing|building|wire"

_BODY: Final = (
    # cannot breathe
    "<not> ~2 <breathe>",
    # the throat closes
    "<airway> ~4 <swelling|wounded>",
    "<eye|limb> ~3 <swelling>",
    "<one_side> ~4 <numb|swelling|broken|wounded>",
    "<limb> ~2 <numb>",
    "<numb> ~2 <one_side|limb>",
    "<airway|eye> ~3 <fire|smoking>",
    "<limb> ~2 <fire>",
    "<through> <the> <limb|eye>",
    "<airway> ~3 <colour>",
    # somebody is unconscious, but "I collapsed the bike"
    "<person|child|limb> ~4 <unconscious> (?!<the>)",
    "<unconscious> <.>",
    "<person> <helpless> <.|,|?>",
    # bleeding
    "<blood> ~4 <much>",
    "<much> ~3 <blood>",
    "<limb> ~4 <blood>",
    "<person|child> ~3 <blood> (?!<the>)",
    "<not> ~2 <blood>",
    "<blood_thinner> .* <blood|grave>",
    "<blood|grave> .* <blood_thinner>",
    "<blood> ~2 <not>",
    # wounded, broken, burnt
    "<person|child|airway|limb|eye> ~4 <wounded>",
    "<wounded> ~1 <the> <limb|airway|eye>",
    "<limb|airway|eye> ~4 <broken>",
    "<broken> ~1 <the> <limb|airway|eye|child>",
    "<broken> ~2 <the> <person|child>",
    # in the eye, on the skin
    "<inedible|pills|corrosive> ~4 <in> ~1 <the>? <eye>",
    "<corrosive> ~6 <limb|airway|eye>",
    "<in> ~1 <the> <eye> .* <blood|unconscious|swelling>",
    "<in> ~1 <the> <eye> ~6 <not>",
    "<limb> <^.|,|?>{0,3} <colour>",
    "<in> ~1 <the> <limb|airway|eye> .* <blood|wounded>",
    # a hand is caught
    "<limb|child|loose> ~3 <stuck_in>",
    "<stuck_in|failing|bursting> ~2 <the>? <airway>",
    "<stuck_in> ~2 <limb>",
    "<limb> ~3 <trapped>",
    f"<{_SITE}> ~2 <in> ~1 <the> <limb>",
    "<limb> ~3 <failing|bursting>",
    "<grave>",
    # swallowed
    "<person|child> ~3 <eat> ~4 <inedible|pills|gas|monoxide|corrosive|battery>",
    "<child> ~4 <inedible|pills> ~4 <eat>",
    "<person|child> ~1 <swallow>",
    "<child> ~5 <in> ~1 <the>? <airway|limb>",
    # no oxygen, no inhaler
    "<lifeline> ~5 <used_up|not>",
    "<used_up> ~7 <lifeline>",
    "<not> ~2 <lifeline>",
    "<call> ~2 <lifeline>",
    # the boiler, and everybody dizzy
    "<boiler|gas|monoxide> .* <dizzy>",
    "<dizzy> .* <boiler|gas|monoxide>",
    # lost a finger
    "<lost> ~1 <the> <limb>",
    # unable to move
    "<fall|failing|bursting|accident|struck|numb> ~4 <helpless>",
    "<person|child|.> <word>? <broke> <the> <limb>",
    # too many pills
    "<took|eat|swallow> ~2 <amount|number> ~3 <pills|inedible>",
)
_PLACE: Final = (
    "<hazard>",
    "<^person> <exploded>",
    "<battery> ~2 <leak>",
    "^ <.> <fire> <.>",
    # things burn or smoke
    f"<{_SITE}|boiler|electrics> ~6 <fire>",
    f"<{_SITE}|boiler|electrics|battery> ~6 <smoking>",
    "<boiler> ~8 <fire>",
    f"<fire> ~4 <{_SITE}|boiler|electrics>",
    "<fire> ~1 <in|much>",
    "<in|person> ~1 <fire> <.>",
    "<battery> ~4 <pressure|swelling|fire|smoking>",
    "<electrics> ~3 <pressure>",
    # gas
    "<leak> ~4 <gas|monoxide>",
    "<gas|monoxide> ~3 <leak>",
    "<leak> ~2 <fire>",
    "<gas|monoxide> ~4 <dizzy|unconscious>",
    "<boiler> .* <leak> ~1 <.>",
    "<gas|monoxide> ~2 <dizzy>",
    # alarms
    "<co_alarm> ~3 <sounding|beeping>",
    "<alarm> ~3 <sounding>",
    "<sounding> ~3 <alarm|co_alarm>",
    "<gas|monoxide> ~1 <sounding>",
    # water at the electrics
    "<reading> ~2 <monoxide>",
    "<monoxide|co_alarm> ~3 <reading|dizzy>",
    # water that comes in
    "<building> ~2 <flooding>",
    "<flooding> ~3 <building>",
    "<pipe> ~2 <bursting|broke>",
    "<bursting> ~1 <pipe>",
    # lines that are down
    "<wire> ~2 <fall|used_up>",
    "<water|flooding> ~7 <electrics>",
    "<electrics> ~4 <water|flooding>",
    f"<water|flooding> ~3 <{_SITE}> ~3 <electrics>",
    # about to burst
    f"<{_SITE}|boiler> ~3 <pressure> ~3 <pressure>",
    f"<pressure> ~2 <pressure> ~4 <{_SITE}|boiler>",
)
_ROAD: Final = (
    # no brakes while driving
    "<brakes> ~5 <failing|bursting> .* <driving>",
    "<driving> .* <brakes> ~5 <failing|bursting>",
    "<brakes> ~1 <failing|bursting> ~3 <driving>",
    "<failing|bursting> ~1 <driving>",
    "<failing|bursting> .* <driving>",
    "<out_of_control>",
    # standing on the tracks
    f"<{_SITE}|brakes|person> ~5 <roadway>",
    f"<roadway> ~5 <{_SITE}>",
    "<stopped_in> ~3 <roadway|driving>",
    # off the road, in the river
    f"<{_SITE}> ~2 <off_road>",
    f"<off_road> ~4 <depth|{_SITE}>",
    "<person> ~2 <off_road> ~3 <depth>",
    "<gone_into> ~2 <depth>",
    # trapped
    f"<person|child> ~4 <stuck_in> ~2 <{_SITE}|depth|roadway>",
    "<.|,> <word>? <stuck_in> ~2 <building|depth>",
    "<person|.|,> <word>{0,2} <stopped_in> ~2 <building|depth>",
    "<stuck_in> ~5 <trapped>",
    f"<fall> ~3 <{_SITE}> ~3 <person|child> ~1 <in> <.|,>",
    f"<person|child|{_SITE}> ~4 <trapped>",
    # fallen
    "<child> <^.|?|limb|word>{0,2} <fall> (?!<inedible|pills> <used_up>)",
    "<fall> ~5 <unconscious|wounded|blood>",
    "<fall> ~2 <person|child> <.|,|?>",
    "<the> <person> ~1 <fall>",
    "<fall> ~4 <airway>",
    f"<person> ~2 <fall> ~2 <depth|{_SITE}>",
)
_ACCIDENT: Final = (
    "<person|the> ~2 <have> <the>? <word>? <accident|struck>",
    "<person> ~1 <in> <the>? <word>? <accident|struck>",
    f"<.|,> <accident|struck> ~1 <the> <{_SITE}>",
    f"<person|child|.|,> <word|have>{{0,2}} <struck> <the>? <{_SITE}>",
    "<person> ~2 <accident|struck> <.|,|?>",
    "<accident|struck> ~6 <unconscious|wounded|blood>",
    f"<person|child> ~3 <accident|struck> ~1 <the> <{_SITE}>",
    f"<{_SITE}> ~1 <have> <accident|struck>",
)
_HARM: Final = (
    # armed
    "<person> ~5 <with> ~2 <weapon>",
    "<.|,> <with> ~1 <weapon>",
    # a crime
    "<crime>",
    # beaten
    "<person> ~2 <hurt> ~1 <person|the|child|limb>",
    "<hurt> <the>? <person|child>",
    # a child is gone
    "<child> ~4 <missing>",
    "<missing> ~3 <child>",
    "<lost> <the>? <child> <.|,|?|person|in>",
)
_HELP: Final = (
    "<call> ~2 <rescuers>",
    "<rescuers> <help>",
    "<.|,> <rescuers> <word|help>{0,2} <.|,>",
    "<cry>",
    "<.> <plea> <.>",
    "^ <.> (?:<help> <.|,>?)+ <.> $",
)


def _any_of(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return DANGER.pattern(*map(_near, kinds))


_SELF_HARM: Final = DANGER.pattern("<self_harm>", "<harm|hurt|broken|unconscious|inedible> <oneself>")
_PRICES: Final = DANGER.pattern("<price>")
_BODY_KIND, _PLACE_KIND, _ACCIDENT_KIND, _HARM_KIND = map(_any_of, (_BODY, _PLACE, _ACCIDENT, _HARM))
_DANGERS: Final = (_BODY_KIND, _PLACE_KIND, _any_of(_ROAD), _ACCIDENT_KIND, _HARM_KIND, _any_of(_HELP))
_REPAIRS: Final = DANGER.pattern("<repair>")
_TELLING: Final = tuple(
    DANGER.pattern(f"<{role}>")
    for role in (
    "fire", "unconscious", "wounded", "broken", "trapped", "helpless", "blood", "weapon", "hurt", "stuck_in", "dizzy",
    "numb", "missing", "swallow", "lifeline", "flooding", "monoxide", "co_alarm", "struck", "crime",
    )
)  # fmt: skip
_CALLING: Final = DANGER.pattern("<help|rescuers|plea>")
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
        found = next((match for kind in _kinds(reading.roles, said) if (match := kind.search(reading.roles))), None)
        if found is None and _adds_up(reading.roles):
            return said.strip(" .,?")
    return reading.said(*found.span()).strip(" .,?") if found else ""


def _kinds(roles: str, said: str) -> list[re.Pattern[str]]:
    """The kinds of danger that the message may tell of: not of one that it only asks the price or the repair for."""
    harmless = {
        _PLACE_KIND: _SMALL.search(said),
        _BODY_KIND: _PRICES.search(roles),
        _ACCIDENT_KIND: _REPAIRS.search(roles),
    }
    return [kind for kind in _DANGERS if not harmless.get(kind)]


def _adds_up(roles: str) -> bool:
    """Do two things that tell of danger stand in the message, or one and a call for help, in whatever order?"""
    telling = sum(bool(each.search(roles)) for each in _TELLING)
    return telling > 1 or bool(telling and _CALLING.search(roles))
