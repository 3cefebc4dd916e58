"""How is a value gone through, and what is put in a secret's place?"""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, quote_plus

import ormsgpack

from playhead.codec import IN_MSGPACK
from playhead.errors import BadInput
from playhead.redact.cards import NUMBERS, hide_cards, is_card_value, without_cards
from playhead.redact.encoded import STANDS, written_again
from playhead.redact.shapes import CALLED, LABELLED_SECRETS, SHAPES
from playhead.redact.suspicion import SHORTEST, suspect

GONE: Final = "[redacted secret]"
ARRAY: Final = 6  # LangGraph's extension for arrays of numpy, whose bytes must keep their number
NAMES: Final = 4096  # kept at hand
SHORTEST_SECRET: Final = 8  # characters
IN_RUNS: Final = 15  # bytes that base64 is long enough of to be read
ENDINGS: Final = [(name, re.compile(rf"(?i:{called})\Z")) for name, called in CALLED.items()]


def _replacement(kind: str) -> Callable[[re.Match[str]], str]:
    return hide_cards if kind == "card number" else lambda _: f"[redacted {kind}]"


def _labelled_replacement(kind: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}[redacted {kind}]"


def _forms(secret: str) -> set[str]:
    """A secret as it stands in text, in JSON, in what Python prints, in an address or a page; a short one in base64."""
    plain, ascii_only = json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]
    said = {secret, plain, ascii_only, repr(secret)[1:-1], html.escape(secret), json.dumps(plain)[1:-1]}
    said |= {json.dumps(ascii_only)[1:-1], plain.replace("/", "\\/"), ascii_only.replace("/", "\\/")}
    said |= {quote(secret, safe=safe, errors="surrogateescape") for safe in ("", "/")}
    said.add(quote_plus(secret, errors="surrogateescape"))
    data = secret.encode(errors="surrogateescape")
    return said if len(data) >= IN_RUNS else said | {b64encode(data).decode().rstrip("=")}


@lru_cache(maxsize=4096)
def _called(key: str) -> str | None:
    """What a secret is called that stands under this key; None where none would."""
    return next((name for name, ending in ENDINGS if ending.search(key)), None)


@lru_cache(maxsize=4096)
def _any_called(keys: tuple[Any, ...]) -> bool:
    """Would a secret stand under one of these keys?"""
    return any(type(key) is str and _called(key) is not None for key in keys)


@lru_cache(maxsize=1024)
def _mark(name: str) -> str:
    """What tells a name from others that hold a secret of the same kind, and takes a guesser long to try."""
    return hashlib.scrypt(name.encode(errors="surrogateescape"), salt=b"playhead", n=2**14, r=8, p=1, dklen=6).hex()


def given_secrets(secrets: Sequence[str]) -> Sequence[str]:
    """The secrets that somebody gave. One that would not be taken out is refused, and is not shown: `BadInput`."""
    if isinstance(secrets, str):
        raise BadInput("redact", "it is one text, of which every letter would be a secret.", "Give a list of texts.")
    if any(len(each) < SHORTEST_SECRET for each in secrets):
        problem = f"a secret of fewer than {SHORTEST_SECRET} characters is too likely to be an ordinary word."
        raise BadInput("redact", problem, "Leave it out: it is not taken out of what is recorded.")
    return secrets


class Redactor:
    """Replaces secrets in text, in bytes and in packed values.

    `declared` are exact secret values (an API key read from the environment, say); those that are shorter than
    `SHORTEST_SECRET` are left: they are too likely to be ordinary words.
    """

    def __init__(self, declared: Iterable[str] = ()) -> None:
        forms = {form for value in declared if len(value) >= SHORTEST_SECRET for form in _forms(value)}
        exact = sorted(forms, key=lambda form: (-len(form), form))
        self._rules = [(re.compile(re.escape(value)), lambda _: GONE) for value in exact]
        self._rules += [(re.compile(shape), _replacement(kind)) for kind, shape in SHAPES.items()]
        self._rules += [(re.compile(shape), _labelled_replacement(kind)) for kind, shape in LABELLED_SECRETS]
        self._rules.append((STANDS, lambda run: written_again(run, self.text)))
        self._declared = tuple(value.encode(errors="surrogateescape") for value in exact)
        self._names: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text with every secret replaced."""
        for rule, replace in self._rules:
            text = rule.sub(replace, text)
        return text

    def name(self, name: str) -> str:
        """A name with every secret in it replaced; two names stay two, and what was made of one stays as it is."""
        if (found := self._names.get(name)) is None:  # a conversation's is asked for with everything that is saved
            if len(self._names) >= NAMES:
                self._names.clear()
            found = self._names[name] = self._clean_name(name)
        return found

    def _clean_name(self, name: str) -> str:
        if not suspect(name.encode(errors="surrogatepass"), self._declared) or (clean := self.text(name)) == name:
            return name
        return f"{clean}#{_mark(name)}"

    def fact(self, value: Any) -> Any:
        """A fact that names somebody or something, with every secret in the name replaced; any other as it is."""
        if not isinstance(value, str | int):
            return value
        clean = self.name(said := str(value))
        return value if clean == said else clean

    def under(self, key: Any, value: Any) -> Any:
        """What stands under this key of a mapping, redacted as the same is in JSON: as a leaf it is without the key."""
        if type(value) is not str or type(key) is not str or (called := _called(key)) is None:
            return value
        said = json.dumps({called: value}, ensure_ascii=False)
        return value if (clean := self.text(said)) == said else json.loads(clean)[called]

    def by_key(self, value: Any, depth: int = 2) -> Any:
        """A value before it is cut at its keys, down to this depth: without what these say is secret."""
        if type(value) is not dict:
            return value
        clean = {}
        if _any_called(tuple(value)):
            clean = {key: gone for key, element in value.items() if (gone := self.under(key, element)) is not element}
        for key, element in value.items() if depth > 1 else ():  # a plain loop: this is asked of every step's input
            if type(element) is dict and (below := self.by_key(element, depth - 1)) is not element:
                clean[key] = below
        return {**value, **clean} if clean else value

    def leaf(self, kind: int, data: bytes) -> bytes:
        """The bytes of a leaf of this kind, redacted."""
        return self.packed(data) if kind in IN_MSGPACK else self.raw(data)

    def raw(self, data: bytes) -> bytes:
        """Bytes with every secret in their text replaced."""
        if len(data) < SHORTEST - 1 or not suspect(data, self._declared):
            return data
        return self.text(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def packed(self, data: bytes) -> bytes:
        """The msgpack bytes with every text, bytes and number in them redacted, extension payloads included."""
        if len(data) < SHORTEST or not suspect(data, self._declared):
            return data
        value = ormsgpack.unpackb(data, ext_hook=self._extension, option=ormsgpack.OPT_NON_STR_KEYS)
        return ormsgpack.packb(self._walk(value), option=ormsgpack.OPT_NON_STR_KEYS)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.raw(value)
        if type(value) in (int, float) and is_card_value(value):
            return "[redacted card number]"
        if isinstance(value, list | tuple):  # as a key, a list is a tuple
            return type(value)(self._elements(value))
        if isinstance(value, dict):
            return self._mapping(value)
        return value

    def _elements(self, value: Sequence[Any]) -> Iterable[Any]:
        """Those of a list, or what a value of a class is made of: what pydantic calls a secret is one."""
        match value:
            case ["pydantic.types", "SecretStr", str()]:
                return (*value[:2], GONE)
            case ["pydantic.types", "SecretBytes", bytes()]:
                return (*value[:2], GONE.encode())
        return (self._walk(element) for element in value)

    def _mapping(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """Keys that become the same are counted, so that nothing that stands under one is lost."""
        made: dict[Any, Any] = {}
        for name, element in value.items():
            key = clean = self._walk(name)
            while key in made:
                key = f"{clean} {len(made) + 1}"
            made[key] = self._walk(self.under(name, element))
        return made

    def _extension(self, tag: int, data: bytes) -> ormsgpack.Ext:
        try:
            return ormsgpack.Ext(tag, self._array(data) if tag == ARRAY else self.packed(data))
        except ValueError:  # an extension that holds raw bytes, not msgpack
            return ormsgpack.Ext(tag, self.raw(data))

    def _array(self, data: bytes) -> bytes:
        form, *others, content = ormsgpack.unpackb(data)
        order, kind, size = form[0], form[1], form[2:]
        if kind == "U" and size != "0":
            coding = "utf-32-be" if order == ">" else "utf-32-le"
            made = self._texts(content.decode(coding, "surrogatepass"), int(size)).encode(coding, "surrogatepass")
        elif kind in "iufcmM" and size != "1":  # numbers and times, in which there is no text
            code = NUMBERS.get(form[1:])
            return data if code is None else ormsgpack.packb([form, *others, without_cards(content, order, code)])
        else:
            made = self._fitting(content.decode("latin-1")).encode("latin-1")  # a character a byte
        return ormsgpack.packb([form, *others, made])

    def _texts(self, text: str, size: int) -> str:
        """Texts of one size, side by side."""
        return "".join([self._fitting(text[at : at + size]) for at in range(0, len(text), size)])

    def _fitting(self, text: str) -> str:
        for rule, replace in self._rules:
            text = rule.sub(lambda found, made=replace: _fitted(made(found), len(found[0])), text)  # type: ignore[misc]
        return text


def _fitted(text: str, size: int) -> str:
    return text[:size].ljust(size)
