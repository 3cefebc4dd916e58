"""What do secrets look like, and what is each kind called?"""

from __future__ import annotations

from typing import Final

# Every repetition is bounded or possessive: a customer's text may not be able to make these slow.
ESCAPED: Final = r"(?<=\\[nrtbf])|(?<=\\u[\da-fA-F]{4})"  # JSON in a text: the letter before is the end of an escape
BEGINS: Final = rf"(?:{ESCAPED}|(?<![A-Za-z0-9_]))"  # a letter of another script may stand before
WORD: Final = "[A-Za-z0-9_-]"
SERVICE_KEYS: Final = (
    *(r"whsec_[A-Za-z0-9+/]{24,}=*", rf"pypi-Ag{WORD}{{50,}}", r"npm_[A-Za-z0-9]{30,}", r"hf_[A-Za-z0-9]{30,}"),
    *(rf"SG\.{WORD}{{16,32}}\.{WORD}{{32,}}", r"gsk_[A-Za-z0-9]{32,}", rf"xai-{WORD}{{40,}}"),
    *(r"pplx-[A-Za-z0-9]{32,}", r"do[opr]_v1_[\da-f]{64}", r"shp(?:at|ss|ca|pa)_[\da-fA-F]{32}"),
    *(r"lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{10}", rf"hv[sbr]\.{WORD}{{24,}}", r"(?:SK|key-)[\da-f]{32}\b"),
    *(rf"\d{{8,10}}:AA{WORD}{{32,33}}(?!{WORD})", rf"[MNO]{WORD}{{23,27}}\.{WORD}{{6}}\.{WORD}{{27,}}"),
    *(r"c[ks]_[\da-f]{40}\b", rf"sq0(?:atp|csp)-{WORD}{{22,}}", r"shippo_(?:live|test)_[\da-f]{40}\b"),
    *(r"pat-[a-z]{2}\d-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b", r"xkeysib-[\da-f]{64}-[A-Za-z0-9]{16}\b"),
    *(r"pat[A-Za-z0-9]{14}\.[\da-f]{64}\b", r"(?:secret|ntn)_[A-Za-z0-9]{43,}", r"lin_api_[A-Za-z0-9]{40}"),
    *(
        r"EAA[A-Za-z0-9]{80,}",
        r"nvapi-[A-Za-z0-9_-]{60,}",
        rf"tskey-[a-z]{{3,8}}-{WORD}{{20,}}",
        rf"dckr_pat_{WORD}{{20,}}",
    ),
    *(r"dapi[\da-f]{32}\b", r"PMAK-[\da-f]{24}-[\da-f]{34}\b", r"r8_[A-Za-z0-9]{37}\b", rf"figd_{WORD}{{32,}}"),
    *(rf"GOCSPX-{WORD}{{28}}", rf"ATATT3x{WORD}{{100,}}", r"glsa_[A-Za-z0-9]{32}_[\da-f]{8}\b"),
)
SLACK: Final = r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,}"
SLACK_HOOK: Final = r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}"
GROUPED: Final = (
    r"(?<!\d[\t\n\u00a0\u2009\u202f\u2011\u2013./])(?<!\d  )"
    r"\d{4}(?P<gap>[\t\n\u00a0\u2009\u202f\u2011\u2013./]|\r\n|  )(?:(?:\d{4}(?P=gap)){2}\d{4}|\d{6}(?P=gap)\d{5})"
    r"(?!(?P=gap)\d)"
)
"""A card's own groups and no others, because what stands between them stands between other numbers, too."""

LINE_END: Final = r"(?:\r?\n|(?:\\r)?\\n)"
REST_OF_KEY: Final = (
    r"(?<![A-Za-z0-9+/])(?<![A-Za-z0-9+/=]\n)(?<![A-Za-z0-9+/=]\r\n)"
    rf"(?:[A-Za-z0-9+/]{{1,76}}+={{0,2}}{LINE_END}){{1,200}}+"
)
"""What comes of a key that was cut in two messages: its lines, up to the one that ends it."""

ON_CARD: Final = "|".join(rf"(?<={card}{mark})" for card in ("[Cc]ard", "CARD") for mark in ("", "[_#:=]", " #"))
SHAPES: Final = {
    "api key": rf"(?:(?:{ESCAPED}|(?<![A-Za-z]))sk(?:-|%2[Dd])|{BEGINS}(?:sk_|[pr]k[-_]))"
    r"(?=(?:[\w-]|%2[Dd]){0,200}?(?:\d|[A-Za-z]{16}))(?:[A-Za-z0-9_-]|%2[Dd]){16,}",
    "aws key": BEGINS + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github token": BEGINS + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    "gitlab token": BEGINS + r"glpat-[A-Za-z0-9_-]{20,}",
    "slack token": rf"{BEGINS}(?:{SLACK})|{SLACK_HOOK}",
    "google key": rf"{BEGINS}(?:AIza{WORD}{{35}}|ya29\.{WORD}{{20,}})",
    "service key": rf"{BEGINS}(?:{'|'.join(SERVICE_KEYS)})",
    "token": BEGINS + r"eyJ[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}",
    "bearer token": BEGINS + r"(?:[Bb]earer|BEARER)(?:\s|\\[nrt])++(?=\S{24}|\S{0,24}?\d)[A-Za-z0-9._~+/-]{16,}=*",
    "private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[\s\S]{0,10000}?-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\\\s]{40,})"
    rf"|{REST_OF_KEY}-----END [A-Z ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----",
    "password in address": BEGINS + r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^/\s:@\"]{0,200}+:[^@\s/\"]{1,200}+@"
    r"(?:[^@\s/\",;:?&=]{0,100}+@)?",
    # A run of numbers that stands alone: not in a word or an id, not behind a decimal point.
    "card number": rf"(?:{ESCAPED}|(?<![\w#+])(?<!\d[. ])(?<!(?<![A-Za-z.])\.)(?<!\w-))(?:{GROUPED}|\d+(?:[ -]\d+)*)"
    rf"(?!\w|\.\d|-[\da-fA-F])|(?:{ON_CARD})\d{{13,19}}+(?!\d)",
}

QUOTE: Final = r"\\{0,3}[\"']"
VALUE: Final = r"[^\s&;,\"'`<>(){}\[\]$*\\|]"
NO_WORDS: Final = rf"(?={VALUE}{{0,60}}?[\d!@#%^~?:/+])"
"""More than letters: unquoted, `password=settings.password` is a program's text."""

OPAQUE: Final = (
    r"(?=[\w+/=.~-]{0,60}?\d)(?=[\w+/=.~-]{0,60}?[A-Za-z])"
    r"(?=[A-Za-z0-9]{16}|[\da-f]{8}-[\da-f]{4}-|(?=[A-Z0-9_+/-]{0,15}[a-z])(?=[a-z0-9_+/-]{0,15}[A-Z])[A-Za-z0-9_+/-]{16})"
    r"[\w+/=.~-]{16,4000}+"
)
"""What nobody would write, and no program calls anything: letters with digits, and long."""

NO_PAGE: Final = "".join(
    rf"(?<!{name}{gap}token)" for name in ("page", "next", "sync", "cursor", "continuation") for gap in ("", "_", "-")
)
"""Behind `token`: it says where a list goes on."""

CALLED: Final = {
    "password": r"(?:passw(?:or)?d|passphrase|pwd)\d?",
    "secret": r"secret(?:[_-]?value)?",
    "api_key": r"(?:api|access|private|account|signing|encryption|subscription|secret(?:[_-]?access)?)[_-]?key",
    "access_token": r"(?:access|refresh|auth|bearer|api|session|security)[_-]?token",  # not a booking's
    "authorization": r"authorization",
    "cookie": r"cookie",
}
"""What a secret is called, with whatever stands before; by one name for all that are called alike."""

CALLS: Final = {name: f"(?i:{called})" for name, called in CALLED.items()}
IS: Final = r"[\s\"'\\]{0,6}(?:=>|[:=])[\s\"'\\]{0,6}"
QUOTED: Final = rf"(?:{QUOTE})?\s{{0,4}}(?:=>|:=|[:=])\s{{0,20}}({QUOTE})"
WITHIN: Final = r"(?:(?!\2)(?:\\{3}[\"']|\\\S|[^\s\\]))"
"""A character between quotes, which may be escaped ones."""

SAID: Final = "string|required|optional|invalid|incorrect|missing|hidden|expired|unknown|changed|password"
NOT_SAID: Final = rf"(?![\[<$%{{*(]|(?i:{SAID})\2)"  # what forms and schemas say of passwords
NO_NAME: Final = rf"(?={WITHIN}{{0,60}}?(?:[\d!@#%^~?:/+=]|[a-z][A-Z]))"  # as `db-credentials` is one
LABELLED_SECRETS: Final = (
    ("password", rf"((?i:pass(?:word|wd)|pwd)=){NO_WORDS}{VALUE}{{6,400}}+"),
    ("password", rf"({CALLS['password']}{QUOTED}){NOT_SAID}{WITHIN}{{6,400}}+(?=\2)"),
    (
        "password",
        r"((?:(?i:authorization)\W{1,8}|\A)[Bb]asic\s{1,4})(?=[A-Za-z+/]{0,200}(?:[\d=]|(?<=[a-z])[A-Z]))"
        r"[A-Za-z0-9+/]{12,}+=*",
    ),
    ("secret", rf"((?i:secret|token{NO_PAGE})=)(?={VALUE}{{0,60}}?\d){VALUE}{{8,400}}+"),
    ("secret", rf"({CALLS['secret']}{QUOTED})(?![\[<$%{{*(]){NO_NAME}{WITHIN}{{8,4000}}+(?=\2)"),
    ("secret", r"((?i:secret_?access_?key)\W{1,6})[A-Za-z0-9/+]{30,}+=*"),
    ("secret", r"((?i:account_?key|shared_?access_?key)=)[A-Za-z0-9/+]{40,}+=*"),
    ("secret", rf"({CALLS['secret']}{IS}){OPAQUE}"),
    ("api key", rf"({CALLS['api_key']}{IS}){OPAQUE}"),
    ("token", rf"({CALLS['access_token']}{IS}){OPAQUE}"),
    ("token", rf"({CALLS['authorization']}{IS}[A-Za-z][\w-]{{0,20}}\s{{1,4}}){OPAQUE}"),
    (
        "cookie",
        rf"({CALLS['cookie']}{IS})(?=[^\n\"'\\]{{0,400}}?=[^\s\"'\\;]{{16}})"
        r"[^\s\"'\\;=]{1,60}=[^\s\"'\\;]{1,4000}+(?:;\s{0,4}[^\s\"'\\;]{1,4000}+)*+",
    ),
)
"""Secrets that only the words before them tell; these stay."""
