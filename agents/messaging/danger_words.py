"""Does a message say that somebody is in danger now?

Read by code first, so that a cry for help is met the same way every time and on a provider's bad day too. By kinds of
danger, each with what makes it present and somebody's: brakes that failed, not brakes to be bled. What is told as long
past ("last year", "ago") is left to the model, but never a wish to die. Read in lower case without apostrophes.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging.leaving_words import plain

_LIMB = r"(?:arm|leg|hand|head|finger|wrist|ankle|foot|neck|back|rib|hip|shoulder|collarbone|face|eye|skin|throat)s?"
_WHOSE = r"(?:my|his|her|their|our|your)"
_ONE = (
    r"(?:i|we|he|she|they|ive|weve|hes|shes|im|someone|somebody|people|person|customer|man|woman|friend"
    r"|baby|child|kid"
    r"|kids|son|daughter|toddler|husband|wife|mother|father|mum|mom|dad|brother|sister|boyfriend|girlfriend)"
)
_DRIVING = (
    r"(?:while|and i|as i|im (?:driving|riding|going|still)|i am (?:driving|riding|going|still)|on the "
    r"(?:high|free|motor)way|downhill)"
)

SELF_HARM: Final = (
    r"(?:kill|hurt|harm|cut|shoot|hang)(?:t?ing)? myself(?! too| short| off| some)",
    r"suicid(?:e|al)",
    r"(?:end|ending|take|taking) my (?:own )?life",
    r"(?:want|going|gonna|wish|ready|wanna|like)(?: to| i)*(?: just)? (?:die|be dead|were dead|was dead"
    r"|ending it all|end it all)",
    r"(?:dont|do not|no longer|cant) (?:want to |wanna )?(?:live|be alive)(?: any ?more)?(?=\W*$| any| like)",
    r"(?:no reason|nothing left) to live",
    r"better off (?:dead|without me)",
)

DANGERS: Final = (
    # the body
    r"(?:cant|cannot|can not|not|isnt|hardly|stopped|trouble) breath(?:e|ing)",
    rf"(?:{_ONE}|is|are|am) (?:is |are |am )?(?:choking|unconscious|suffocating|drowning)(?! up)",
    rf"{_ONE}(?: \w+)? (?:collapsed|fainted|passed out)(?! the| my)",
    rf"{_ONE}(?: \w+){{0,3}} (?:is not|isnt|are not|arent|wont|does not|doesnt) (?:moving|move|responding"
    rf"|respond|wak(?:e|ing) up)",
    r"(?:cant|cannot) (?:get up|walk|move(?=\W*$))|(?:is|feel|feeling|like|im)(?: like)? (?:passing out|fainting)",
    r"(?:hes|shes|he is|she is|they are) dying(?! to| for)|in labou?r|giving birth|water broke",
    r"(?:needs?|get|call|send)(?: \w+)? (?:doctor|medic)(?: right)? (?:now|fast|quick|here)",
    r"(?:having|has|had|have|think) (?:an? )?(?:heart attack|stroke|seizure|asthma attack"
    r"|allergic reaction|concussion)",
    r"(?<!me a )heart attack",
    r"chest pains?|overdosed?|took too many|pois?on(?:ed|ing)|electrocuted|electric shock|swelling up",
    r"carbon monoxide(?! (?:detector|alarm|sensor))",
    r"swallowed(?! (?:the|my) (?:pride|price|cost))",
    r"dr(?:ank|unk|inking)(?: \w+){0,2} (?:cleaner|oil|fluid|acid|bleach|antifreeze|fuel|petrol|solvent|polish)",
    rf"(?:acid|fluid|cleaner|chemicals?|solvent|spray|glass)(?: \w+){{0,4}} (?:in|into|on) {_WHOSE} {_LIMB}",
    rf"(?:{_LIMB}|{_ONE}|badly|wont stop) (?:is |are |am |wont stop |keeps |and )*bleeding(?! the| my)",
    r"bleeding (?:badly|a lot|heavily|from)",
    rf"(?:broke|broken|fractured|crushed|hit|burn(?:ed|t)|cut|cut off) {_WHOSE} {_LIMB}",
    rf"cut off(?: \w+){{0,4}} {_LIMB}|{_LIMB} (?:is|are|turned|went) (?:black|blue|purple|numb|gone)|circulation",
    rf"{_WHOSE} {_LIMB} (?:is|are|may be|might be|looks|look) (?:broken|crushed|burn(?:ed|t)|cut off)",
    rf"{_LIMB}(?: \w+){{0,3}} (?:is|are|got|gets|and) (?:stuck|trapped|caught|crushed|numb|swollen"
    rf"|turning (?:blue|purple))",
    r"(?:is|are|was|am|im|got|been|badly|people|someone|somebody|anyone|friend|son|daughter|child)(?: \w+)?"
    r" (?:hurt|injured|wounded|trapped|stabbed|shot)",
    r"(?:hit|run over|struck|knocked (?:down|over)) by (?:a|the|your) (?:car|truck|bus|van|lorry|train"
    r"|tram|motorbike)",
    # fire, smoke, gas
    r"(?:on|catch(?:es|ing)?|caught) fire|there(?:s| is) (?:a )?fire|^fire(?=\W*$)",
    r"flames (?:under|from|in|out|coming|everywhere)|in flames|full of smoke|smoke (?:is )?(?:coming"
    r"|everywhere|from)",
    r"(?:is|are|its|started|starts|keeps) smoking|(?:is|its|are) burning(?! question)",
    r"explod(?:ed|ing|es)(?! view)|explosion|sparks? (?:and|from|flying|coming)",
    r"smell(?:s|ing)?(?: of| like| a lot of| strongly of)? (?:gas|petrol|fuel)|(?:gas|petrol|fuel) "
    r"(?:is )?leak(?:ing)?",
    r"leaking (?:gas|petrol|fuel)",
    r"(?:battery|pack|cell|charger)(?: \w+){0,3} (?:and )?(?:swelling|swollen|hissing|smoking|sparking|burning)",
    # on the road
    r"brakes?(?: just| have| has| had)* (?:failed|gave out|given out)",
    rf"(?:brakes?|accelerator|gas pedal|pedal|throttle|steering(?: wheel)?)(?: \w+){{0,4}} {_DRIVING}",
    r"(?:accelerator|gas pedal|throttle) (?:is )?(?:stuck|jammed)",
    r"(?:cant|cannot) (?:slow down|stop (?:the|my) (?:car|bike|truck|van))",
    r"(?:wheel|fork|handlebars?|frame|chain|tires?|tyres?|pedal)(?: \w+){0,2} (?:came off|broke|snapped|burst)"
    r" (?:while|as) (?:i|we|he|she)",
    r"(?:car|truck|van|bus)(?: \w+)? (?:went|fell|drove|slid) (?:in|into|off) (?:the|a) (?:river|lake"
    r"|water|ditch|cliff|bridge|road)",
    r"(?:son|daughter|child|kid|baby|grandmother|grandfather|mother|father) (?:just )?(?:fell|slipped) "
    r"(?:out|off|from|in)",
    r"airbags? (?:just )?(?:went off|deployed|exploded)",
    r"(?:car|truck|van|bus)(?: just| has| is)? (?:flipped|overturned|rolled over|sinking)",
    r"(?:train|railway|railroad) tracks",
    rf"(?:{_ONE}|dog|i am)(?: \w+){{0,2}} (?:locked|trapped|stuck) (?:in|inside) (?:the|a|my|your|our)"
    r" (?:car|trunk|boot|van|truck|garage)",
    rf"{_ONE}(?: just| have| has| have just| has just)* (?:had|been in|was in|were in|got into) an?"
    r" (?:bad |car |bike |terrible |serious )*(?:accident|crash|collision|wreck)(?! free)",
    rf"{_ONE} crashed and(?: \w+)? (?:cant|cannot|hurt|hit|bleeding)|accident(?: \w+){{1,5}} (?:hurt|injured)",
    # people who do harm
    r"robbery|gunman|at (?:gun|knife)point|shooting at|(?:being|been|getting|got) (?:robbed|mugged|attacked|assaulted"
    r"|followed|stalked|beaten)",
    r"(?:with|has|have|got|pulled) an? (?:gun|knife)(?! (?:holder|for))|(?:a|the|his|her) gun(?! metal)",
    r"breaking into (?:my|our|the|your)|(?:someone|somebody|people|they|he|man)(?: \w+){0,4} break(?:ing)? in",
    r"(?:beating|beats|hitting|hits|attacking|strangling|threatening) (?:me|us|him|her|my (?:mother"
    r"|sister|kids?|child))",
    r"hit me(?! up| with| hard| back)|(?:burglar|intruder)s? (?:is|are|in)",
    # whoever asks for help at once
    r"ambulance|paramedics?|call(?:ing)? (?:911|999|112)|(?:call|need|send|get) (?:the |some )?(?:police"
    r"|cops|fire brigade)",
    r"(?:this is|its|it is|have|having|got|in|medical) (?:an |a )?(?:\w+ )?emergency(?=,? please|,? help"
    r"|\W*$|[!.:] )",
    r"send help",
)  # fmt: skip

_PAST = re.compile(
    r"\b(?:last|previous) (?:week|month|year|summer|winter|spring|fall|autumn|time)\b|\b(?:years?|months?"
    r"|weeks?) ago\b"
    r"|\bhistory\b|\bhaha|\blol\b"
)
_PRESENT = re.compile(r"\b(?:now|just|still)\b")


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(phrases)})(?![a-z])")


_SELF_HARM, _DANGERS = _any_of(SELF_HARM), _any_of(DANGERS)


def danger(text: str) -> str:
    """The words that tell of danger now, or nothing."""
    said = plain(text)
    found = _SELF_HARM.search(said)
    if found is None and (_PRESENT.search(said) or not _PAST.search(said)):
        found = _DANGERS.search(said)
    return found.group().strip() if found else ""
