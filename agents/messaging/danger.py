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
    "<inedible|corrosive> ~4 <in> ~1 <the>? <eye>",
    "<corrosive> ~6 <limb|airway|eye>",
    "<in> ~1 <the> <eye> .* <blood|unconscious|swelling>",
    "<in> ~1 <the> <eye> ~6 <not>",
    "<limb> <^.|,|?>{0,3} <colour>",
    "<in> ~1 <the> <limb|airway|eye> .* <blood|wounded>",
    # a hand is caught
    "<limb|child|loose> ~3 <stuck_in>",
    "<stuck_in|failing> ~2 <the>? <airway>",
    "<stuck_in> ~2 <limb>",
    "<limb> ~3 <trapped>",
    "<place> ~2 <in> ~1 <the> <limb>",
    "<limb> ~3 <failing>",
    "<grave>",
    # swallowed
    "<person|child> ~3 <eat> ~4 <inedible|gas|corrosive|battery>",
    "<child> ~4 <inedible> ~4 <eat>",
    "<person|child> ~1 <swallow>",
    "<child> ~5 <in> ~1 <the>? <airway|limb>",
    # no oxygen, no inhaler
    "<lifeline> ~5 <used_up|not>",
    "<used_up> ~7 <lifeline>",
    "<not> ~2 <lifeline>",
    "<call> ~2 <lifeline>",
    # the boiler, and everybody dizzy
    "<boiler|gas> .* <dizzy>",
    "<dizzy> .* <boiler|gas>",
    # lost a finger
    "<lost> ~1 <the> <limb>",
)
_PLACE: Final = (
    "<hazard>",
    "^ <.> <fire> <.>",
    # things burn or smoke
    "<place|boiler|electrics> ~6 <fire>",
    "<place|boiler|electrics|battery> ~6 <smoking>",
    "<boiler> ~8 <fire>",
    "<fire> ~4 <place|boiler|electrics>",
    "<fire> ~1 <in|much>",
    "<in|person> ~1 <fire> <.>",
    "<battery> ~4 <pressure|swelling|fire|smoking>",
    "<electrics> ~3 <pressure>",
    # gas
    "<leak> ~4 <gas>",
    "<gas> ~3 <leak>",
    "<leak> ~2 <fire>",
    "<gas> ~4 <dizzy|unconscious>",
    "<boiler> .* <leak> ~1 <.>",
    "<gas> ~2 <dizzy>",
    # alarms
    "<co_alarm> ~3 <sounding|beeping>",
    "<alarm> ~3 <sounding>",
    "<sounding> ~3 <alarm|co_alarm>",
    "<gas> ~1 <sounding>",
    # water at the electrics
    "<water> ~7 <electrics>",
    "<electrics> ~4 <water>",
    "<water> ~3 <place> ~3 <electrics>",
    # about to burst
    "<place|boiler> ~3 <pressure> ~3 <pressure>",
    "<pressure> ~2 <pressure> ~4 <place|boiler>",
)
_ROAD: Final = (
    # no brakes while driving
    "<brakes> ~5 <failing> .* <driving>",
    "<driving> .* <brakes> ~5 <failing>",
    "<brakes> ~1 <failing> ~3 <driving>",
    "<failing> ~1 <driving>",
    "<failing> .* <driving>",
    "<out_of_control>",
    # standing on the tracks
    "<place|brakes|person> ~5 <roadway>",
    "<roadway> ~5 <place>",
    "<stopped_in> ~3 <roadway|driving>",
    # off the road, in the river
    "<place> ~2 <off_road>",
    "<off_road> ~4 <depth|place>",
    "<person> ~2 <off_road> ~3 <depth>",
    "<gone_into> ~2 <depth>",
    # trapped
    "<person|child> ~4 <stuck_in> ~2 <place|depth|roadway>",
    "<person|child|place> ~4 <trapped>",
    # fallen
    "<child> <^.|?|limb|word>{0,2} <fall> (?!<inedible> <used_up>)",
    "<fall> ~5 <unconscious|wounded|blood>",
    "<fall> ~2 <person|child> <.|,|?>",
    "<the> <person> ~1 <fall>",
    "<fall> ~4 <airway>",
    "<person> ~2 <fall> ~2 <depth|place>",
    # an accident
    "<person|the> ~2 <have> <the>? <word>? <accident>",
    "<person> ~1 <in> <the>? <word>? <accident>",
    "<.|,> <accident> ~1 <the> <place>",
    "<person> ~2 <accident> <.|,|?>",
    "<accident> ~6 <unconscious|wounded|blood>",
    "<person|child> ~3 <accident> ~1 <the> <place>",
    "<place> ~1 <have> <accident>",
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
    "<.|,> <rescuers> <word>? <.|,>",
    "<cry>",
    "^ <.> (?:<help> <.|,>?)+ <.> $",
)


def _any_of(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return DANGER.pattern(*map(_near, kinds))


_SELF_HARM: Final = DANGER.pattern("<self_harm>")
_PRICES: Final = DANGER.pattern("<price>")
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
        kinds = [kind for kind in kinds if not (kind is _BODY_KIND and _PRICES.search(reading.roles))]
        found = next((match for kind in kinds if (match := kind.search(reading.roles))), None)
    return reading.said(*found.span()).strip(" .,?") if found else ""
