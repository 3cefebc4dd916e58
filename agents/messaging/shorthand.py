"""How does a message read once its case, its signs and the shorthand of phones no longer matter?

The rules that listen for a wish to leave and for a cry for help know meanings, not spellings: "dnt txt me" and "Do not
text me!" are one sentence to them. So every message is spelled out first: lower case, full words, a full stop, a
question mark or a comma as a word of its own, a full stop before the first word and one behind the last.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_SPELT: Final = {  # the word: how thumbs write it
    "you": "u ya yall yous yas", "your": "ur yr", "please": "pls plz plss plse plis pleas",
    "text": "txt tex whatsapp", "texts": "txts", "texting": "txting txtng txtin textin texin", "texted": "txted txtd",
    "message": "msg mssg mesage messege dm", "messages": "msgs mssgs mesages messeges", "messaged": "msgd msged",
    "messaging": "msging msgin messagin mesaging", "stop": "stp stopp stahp sotp", "dont": "dnt donot dnot",
    "any more": "anymore", "no more": "nomore", "want to": "wanna", "going to": "gonna", "could": "cud cld",
    "would": "wud wld", "and": "n nd", "them": "em dem", "because": "cos cuz coz bcos", "cant": "cannot",
    "number": "num nbr nmbr", "phone": "fone", "unsubscribe": "unsub unsuscribe unsubcribe unsubsribe unsubscrib",
    "opt out": "optout", "why": "y", "are": "r", "hitting": "hittin", "sending": "sendin",
    "bothering": "botherin", "give me": "gimme", "let me": "lemme", "out of": "outta", "off of": "offa",
    "hit me up": "hmu", "until": "til till", "before": "b4", "contact": "contct", "someone": "sum1 some1",
    "people": "ppl", "right now": "rn", "nobody": "noone", "dont disturb": "dnd", "dont contact": "dnc",
}  # fmt: skip
_WORDS: Final = {short: word for word, shorts in _SPELT.items() for short in shorts.split()}
_PAIRS: Final = {
    "do not": "dont", "don t": "dont", "does not": "doesnt", "did not": "didnt", "will not": "wont",
    "can not": "cant", "can t": "cant", "is not": "isnt", "are not": "arent", "was not": "wasnt",
    "have not": "havent", "has not": "hasnt", "could not": "couldnt", "would not": "wouldnt", "no one": "nobody",
    "un subscribe": "unsubscribe", "e mail": "email", "opt outs": "opt out", "i am": "im", "he is": "hes",
    "she is": "shes", "it is": "its", "they are": "theyre", "i have": "ive", "we have": "weve", "there is": "theres",
    "want 2": "want to", "need 2": "need to", "like 2": "like to", "del my": "delete my", "del me": "delete me",
    "my no": "my number", "not int": "not interested",
}  # fmt: skip
_OFTEN: Final = (  # meant where two letters changed places or one is missing
    "stop", "text", "texts", "texting", "message", "messages", "messaging", "unsubscribe", "remove", "contact",
    "number", "please", "delete", "bleeding", "breathing", "unconscious", "emergency", "ambulance", "burning",
    "trapped", "smoke", "flooding",
)  # fmt: skip
_NUMERO: Final = re.compile(r"\b(my|this|mobile|phone) no\.(?=\s|$)")
_LENGTHENED: Final = re.compile(r"([a-z])\1{2,}")
_NOT_APART: Final = re.compile(r"\b(do|does|did|is|are|was|would|could|should|have|has|wo|ca) nt\b")
_WE_ARE: Final = re.compile(r"\bwe['’‘`´]re\b")  # and not "were"
_APOSTROPHES: Final = re.compile(r"['’‘`´]")
_SIGNS: Final = {"#": "number", "🛑": "stop", "🚫": "no"}
_TOKENS: Final = re.compile(r"\d+(?:[.:,]\d+)*|[^\W\d_]+|[.!?;\n]+|[,:()–—…🛑🚫]|#(?![\w#])|(?<=\s)-+(?=\s)")


def letters(text: str) -> str:
    """The text in lower case and one kind of letters, without apostrophes and signs that cannot be seen; a letter
    that is drawn out ("stooop") counts once."""
    seen = unicodedata.normalize("NFKC", text)
    if not seen.isascii():
        seen = "".join(each for each in seen if unicodedata.category(each) != "Cf")
    return _LENGTHENED.sub(r"\1", _NOT_APART.sub(r"\1nt", _APOSTROPHES.sub("", _WE_ARE.sub("we are", seen.lower()))))


def spelled_out(text: str) -> list[str]:
    """`[".", "please", "dont", "text", "me", "."]` from "Pls dnt txt me!!"."""
    said: list[str] = ["."]
    for found in _TOKENS.findall(_NUMERO.sub(r"\1 number", letters(text))):
        for word in _word(found).split(" "):
            pair = _PAIRS.get(f"{said[-1]} {word}")
            if pair is not None:
                said[-1:] = pair.split(" ")
            elif word not in ".,?" or said[-1] not in ".,?":
                said.append(word)
            elif said[-1] == "," or word == "?" != said[-1]:
                said[-1] = word if len(said) > 1 else "."  # the graver of two stops stays
    return said if said[-1] in ".?" and len(said) > 1 else [*(said if said[-1] != "," else said[:-1]), "."]


def _mistyped(word: str) -> str:
    """The word that was meant, where it can only be one: "stpo", "mesages"."""
    if len(word) < 4:
        return word
    return next((meant for meant in _OFTEN if meant[0] == word[0] and word in _slips(meant)), word)


@cache
def _slips(word: str) -> frozenset[str]:
    """The word with two neighbouring letters changed or, if it is long, one left out."""
    places = range(1, len(word))
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1]}
    missing = {word[:at] + word[at + 1 :] for at in places} if len(word) > 5 else set()
    return frozenset(swapped | missing) - {word, *_OFTEN}


def _word(found: str) -> str:
    if found in _SIGNS:
        return _SIGNS[found]
    if found.startswith(("unsub", "unsus")) and found != "unsubscribed":
        return "unsubscribe"
    if found[0].isalnum():
        return _WORDS.get(found) or _mistyped(found)
    return "?" if "?" in found else ("." if found[0] in ".!;\n" and not found.startswith("..") else ",")
