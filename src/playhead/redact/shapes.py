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
    r"(?:[\s\S]{0,10000}?-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\\\s]{40,})",
    "password in address": BEGINS + r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^/\s:@]{0,200}+:[^@\s/]{1,200}+@",
    # A run of numbers that stands alone: not in a word or an id, not behind a decimal point.
    "card number": rf"(?:{ESCAPED}|(?<![\w#+])(?<!\d[. ])(?<!\w-))(?:{GROUPED}|\d+(?:[ -]\d+)*)"
    rf"(?!\w|\.\d|-[\da-fA-F])|(?:{ON_CARD})\d{{13,19}}+(?!\d)",
}

NAMED: Final = r"(?i:pass(?:word|wd)|pwd)"
QUOTE: Final = r"\\{0,3}[\"']"
VALUE: Final = r"[^\s&;,\"'`<>(){}\[\]$*\\|]"
NO_PAGE: Final = r"(?<!page)(?<!Page)(?<!page_)(?<!next)(?<!next_)"
LABELLED_SECRETS: Final = (
    # Unquoted, it needs more than letters: `password=settings.password` is a program's text.
    ("password", rf"({NAMED}=)(?={VALUE}{{0,60}}?[\d!@#%^~?:/+]){VALUE}{{6,400}}+"),
    ("password", rf"((?:{NAMED}|(?i:secret))\s?=\s?({QUOTE}))(?![\[<$%{{*])[^\s\"'\\]{{6,200}}+(?=\2)"),
    ("secret", rf"({NO_PAGE}(?i:secret|token)=)(?={VALUE}{{0,60}}?\d){VALUE}{{8,400}}+"),
    (
        "api key",
        r"((?i:api[_-]?key)=|(?i:x-api-key)\W{1,6})"
        rf"(?=[A-Za-z0-9]{{16}})(?={VALUE}{{0,60}}?\d){VALUE}{{16,400}}+",
    ),
    ("secret", r"((?i:secret_?access_?key)\W{1,6})[A-Za-z0-9/+]{30,}+=*"),
    ("secret", r"((?i:account_?key|shared_?access_?key)=)[A-Za-z0-9/+]{40,}+=*"),
    (
        "password",
        r"((?:(?i:authorization)\W{1,8}|\A)[Bb]asic\s{1,4})(?=[A-Za-z+/]{0,200}(?:[\d=]|(?<=[a-z])[A-Z]))"
        r"[A-Za-z0-9+/]{12,}+=*",
    ),
)
"""Secrets that only the words before them tell; these stay."""
