"""Does a message say, in whatever words, that the customer wants no more messages?

A wish to be left alone must be met however it is put, and without a model: what a provider's bad day may lose is not
consent. So this is a small grammar rather than a list: an ending ("stop", "don't", "no more") close to a word for
writing, a removal close to a list or a number, and consent taken back. What looks alike is kept out by what stands
beside it ("don't stop", "before noon", "the waiting list"). Read in lower case without apostrophes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ALONE: Final = frozenset(
    ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"]
)
BACK: Final = frozenset(["start", "unstop"])

_WRITING = (
    r"(?:text|txt|messag|msg|email|contact|writ|spam|bug|bother|pester|hassl|harass|annoy|disturb|ping"
    r"|communicat|reach)"
    r"(?:e|es|ing|ed|ging|ming)?(?: out)?"
)
_TEXTS = r"(?:texts?|txts?|messages?|msgs?|sms|communications?|notifications|offers|promotions|ads|spam)"
_US = r"(?:me|us|this (?:number|phone|line))"
_MORE = r"(?:again|any ?more|any further|any longer|further)"
_LIMITED = (  # a wish about when or where is none to be left alone
    r"(?! (?:before|until|till|after|during|unless|while|yet|today|tonight|at (?:work|night|\d)"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun|week)))"
)
_NOT = r"(?:dont|do not|no longer|never|not|may not|must not|cannot|didnt|wont)"
_OF_THEM = (
    r"(?: (?:with|the|these|those|this|all|any|of|your|it|me|us|to|more|future|further|automated|getting|receiving))*"
)
_MINE = (
    r"(?:me|us|my (?:\w+ )?(?:number|name|phone|info|details|contact)|(?:this|my) (?:phone |cell )?(?:number|phone))"
)
_LISTS = (
    r"(?:lists?|texts?|messages|messaging|database|contacts|system|systems|campaign|chat|records|subscription|books)"
)

WISHES: Final = tuple(
    re.compile(rf"(?<![a-z])(?:{wish})(?![a-z])")
    for wish in (
        # an ending close to a word for writing
        rf"(?:stop|quit|cease|discontinue|halt|refrain)(?:ped|s)?(?: and desist| from| sending)?{_OF_THEM}"
        rf" (?:{_WRITING}|{_TEXTS}){_LIMITED}",
        rf"(?:stop|quit|cease)(?: sending| asking| calling){_OF_THEM} (?:me|stuff|things|anything)",
        rf"(?:stop|quit) \w+ing (?:and|or) {_WRITING}|(?:cut it out|knock it off) with{_OF_THEM} {_TEXTS}",
        rf"{_TEXTS} (?:[\w,]+ ){{0,3}}?stop (?:them|it)(?=\W*$)",
        rf"keep (?:on )?{_WRITING} {_US}\W+(?:please )?(?:dont|do not|stop)(?=\W*$)",
        r"(?:stop|quit) (?:blowing up my phone|(?:sending|getting|receiving) (?:these|this|those|them))",
        rf"{_NOT}(?: you)?(?: ever| even| please| dare| keep)*(?: again)? {_WRITING}(?: to)? (?:{_US}|it"
        rf"|{_MORE}){_LIMITED}",
        rf"(?:not|without) (?:text|messag|contact|writ|bother)ing(?: to)? {_US}{_LIMITED}",
        rf"{_NOT}(?: \w+)? send(?: {_US})?(?: any| more| further| another| these| those| your| of)*"
        rf" (?:{_TEXTS}|stuff|anything|nothing)(?! by (?:post|mail))",
        rf"(?:end|cancel|terminate|turn off|switch off)(?: \w+){{0,2}}{_OF_THEM} {_TEXTS}",
        rf"(?:make|get)(?: \w+)? {_TEXTS} (?:to )?stop",
        rf"enough(?: (?:with|of|already))?{_OF_THEM} {_TEXTS}",
        rf"(?:no|not any|without any) (?:more|further|future) (?:{_TEXTS}|contact|texting|messaging|writing)",
        # a wish not to get them
        rf"{_NOT} (?:want|wish|care|like|agree|agreed|consent|sign up)(?: you)?"
        r"(?: to| get| receive| see| be| being| have| any| more| your| these| those| further| of| for)*"
        rf" (?:{_TEXTS}|(?:text|messag|contact|bother)(?:ed|ged|ing)|text(?: me)?)(?! (?:my|him|her|them))",
        rf"{_NOT} want(?: to)? hear(?: any ?more)? from (?:you|this)",
        rf"{_NOT} want you (?:to )?{_WRITING}",
        r"rather(?: \w+)? not (?:get|receive|be contacted|be texted|hear from)",
        rf"prefer(?: \w+){{0,2}} (?:you|not)(?: \w+){{0,2}} (?:get|receive|be|{_WRITING})"
        rf" (?:{_US}|{_TEXTS}|any|more|contacted|texted|messaged)",
        r"(?:revok|withdraw|retract|tak(?:e|ing) back|remov)(?:e|ing|al of)?(?: \w+){0,2} (?:consent|permission)",
        rf"{_NOT}(?: \w+){{0,3}} (?:consent|permission)(?: \w+){{0,3}} (?:{_WRITING}|{_TEXTS})",
        rf"{_NOT} (?:consent|agree) to (?:these|this|your|those|any) (?:{_TEXTS}|{_WRITING})",
        rf"{_NOT}(?: \w+)? (?:authori[sz]e|allow|permit) you to {_WRITING}",
        rf"(?:not|no longer) interested in(?: getting| receiving)? (?:your|these|any|more)"
        rf"(?: more)? {_TEXTS}(?<!offers)",
        rf"(?:nobody|no one|no body)(?: \w+){{0,2}} (?:wants?|needs?|asked for)(?: \w+)? {_TEXTS}",
        rf"{_TEXTS} (?:are|is) (?:unwanted|not wanted|unwelcome|not welcome|harassment|spam)",
        # off the list
        rf"(?:take|remove|get|drop|strike|delete|erase|scratch|pull|let|cross|sign) {_MINE} (?:off|from|out)(?: of)?"
        rf" (?:(?!wait)\w+ ){{0,4}}{_LISTS}",
        r"(?:off|out of|from) (?:this|these|your|the|that)(?: (?:texting|mailing|messaging|contact|marketing|sms))?"
        r" (?:list|texts|messages|chat|thread)(?<!waiting list)",
        rf"(?:off|out) of (?:this|these|your|the) (?:list|{_TEXTS}|chat|thread)",
        rf"{_MINE} (?:should be |to be |must be )?(?:removed|deleted|erased|taken off)",
        r"(?:asked|want|like|wish|need)(?: \w+)? to be (?:removed|taken off|deleted|unsubscribed)(?! (?:from"
        r"|off) (?!your|this|the list))",
        r"(?:take (?:me|my (?:\w+ )?number|this number) (?:off|out)|remove me|unsub)(?=(?: please| pls| now)*\W*$)",
        r"(?:delete|remove|erase|lose|forget|drop|get rid of) (?:my|this) (?:phone |cell |mobile )?(?:number"
        r"|contact)(?! plate)",
        r"do[- ]not[- ](?:call|text|contact|message|disturb)[- ](?:list|registry)",
        # the words themselves, in a sentence
        r"(?<!not )(?<!dont )(?:unsubscribe|unsub)",
        r"opt(?:ing)?(?: me| us)?[- ]?out(?! (?:of|for) (?!(?:all |any |these |this |your |the |further |receiving )*"
        r"(?:text|messag|sms|contact|list)))",
        r"leave me (?:alone|be|in peace)|let me be(?=\W*$|,)",
        r"(?:please stop|stop it|stop this|stop please|stop now|(?:said|told) (?:\w+ )?stop|you to stop"
        r"|(?<=[,.!;] )stop)"
        r"(?=(?: already| now| please)?\W*$)",
        r"^(?:please )?(?:do not|dont) (?:text|contact|message|write|disturb)(?=(?: please| pls)?\W*$)",
    )
)


def plain(text: str) -> str:
    """Lower case, one kind of letters, no apostrophes or signs that cannot be seen; a doubled "no" taken out."""
    letters = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    words = " ".join(re.sub(r"['’‘`´]", "", letters.lower()).split())
    return re.sub(r"\b(?:dont|do not|never|not|wont) (?:ever )?stop\b", "go on", words)


def alone(text: str) -> str:
    """The message's words without what stands around and between them, one said several times counted once."""
    words = re.findall(r"[a-z]+(?:-[a-z]+)?", plain(text)) if not re.search(r"\d", text) else []
    once = next((words[:size] for size in (1, 2) if words == words[:size] * (len(words) // size)), words)
    return " ".join(once)


def wishes_to_leave(text: str) -> bool:
    """Does the message ask, in plain language, for no more messages?"""
    said = plain(text)
    return any(wish.search(said) for wish in WISHES)
