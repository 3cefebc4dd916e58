"""Two hundred texts that try to be more than text, by what they try to be."""
# ruff: noqa: E501

from __future__ import annotations

SQL = """
' OR '1'='1|" OR ""="|1; DROP TABLE runs; --|'; DELETE FROM vals; --|c-1' --|c-1'/*|' UNION SELECT * FROM vals --|%|_|c-%|c_1
\\'; SELECT 1; --|') OR 1=1 --|1 OR 1=1|x'00'|NULL|:name|?1|@name|$1|c-1' AND sqlite_version() > '3|`runs`|[runs]|"runs"
'||(SELECT name FROM threads)||'|json_extract(x, '$.y')|x') OR '1'='1|c-1\x00' OR 1=1
"""
SHELL = """
$(id)|`id`|; id|| id|&& id|> /etc/x|< /etc/passwd|$HOME|${HOME}|$((1+1))|~root|*|?|[a-z]|{a,b}|!!|\\$(id)|'$(id)'|"$(id)"|-rf|--help=x
--|-|--store=/etc/x|-o/etc/x|%PATH%|^|#|&|| tee /etc/x
"""
MARKUP = """
[red]x[/red]|[/]|[/red]|[bold|[link=http://x]y[/link]|[@click=app.bell]x[/]|\\[red]|[[red]]|:smile:|[not a tag]|[#ff0000]x|[blink]x[/blink]
**x**|_x_|# x|<!-- x -->|```sh
"""
TERMINAL = [
    "\x1b[2J", "\x1b[31mx\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", "\x1b[1A\x1b[2K", "\x1bc", "\x1b[?1049h",
    "\x1b]52;c;eA==\x07", "\x1bP$q\x1b\\", "\x9b2J", "\x9d0;x\x9c", "\x07", "\x08\x08\x08", "a\rb", "\x00", "a\x00b", "\x7f", "\x0e\x0f", "\x05", "\x1b[6n",
    "\x1b[20t", "\x1b_x\x1b\\", "\x1b", "\x85", "\x0b\x0c",
]  # fmt: skip
PATHS = """
../../etc/passwd|/etc/passwd|..|.|....//....//x|..\\..\\x|C:\\x|file:///etc/passwd|/dev/null|/dev/stdin|/proc/self/environ|~/x|%2e%2e%2fx|..%00/x
./.|//x//y|\\\\host\\share|con|nul|a/../../b|/|../prompts/read
"""
FORMATS = """
{}|{0}|{x}|{x.__class__}|{0.__class__.__mro__}|%s|%d|%n|%(x)s|%%|{{x}}|{{{x}}}|{{#x}}|{{/x}}|{{> read}}|{{&x}}|${x}|#{x}|{x!r}|{:>999999999}|%999999999d
<%= x %>|{% x %}|{{ ''.__class__ }}
"""
PATTERNS = """
.*|(a+)+$|(?=x)|[|(|)|\\|\\1|^$|a{1,999999}|(?P<x>y)|[^]|\\p{L}|(((((((((((|x|*x|+|outcome~(|outcome~[|reason~.*
"""
TABLES = """
=1+1|=cmd|' /C calc'!A0|@SUM(1)|+1|-1+1|=HYPERLINK("http://x")|	=1|"a,b"|a;b|a=b=c|=|==|!=|outcome!=|~|=x
"""
PAGES = """
<script>alert(1)</script>|"><img src=x onerror=alert(1)>|<svg onload=x>|javascript:alert(1)|&lt;x&gt;|&#0;|</style>|</title><script>|<a href='x'>
<!ENTITY x "y">|]]>|<?xml version="1.0"?>|<iframe src=//x>|'-alert(1)-'
"""
DATA = """
{"a": 1}|[]|[1,|{"lc": 1, "type": "constructor", "id": ["os", "system"]}|{"$ext": 0, "$": ["os", "system", "true"]}|NaN|Infinity|-Infinity|1e999|true
null|"|\\u0000|\\ud800|{"__proto__": {}}|99999999999999999999999999|0x10|1_000|[[[[[[[[[[[[[[[[[[[[|{"resume": 1}
"""
LETTERS = [
    "\u202eabc\u202c", "\u2066x\u2069", "\u200b", "\ufeffx", "\u2028", "\u2029", "a\u0300\u0301\u0302", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ud800", "\udfff", "x\udc80y", "\uffff", "\U0010ffff", "ﷺ" * 20, "İı", "ß", "ﬃ", "Ⅷ", "٣", "с-1", "c\u20111", "\u3164", "Z̸̢̛", "\u061c\u200e\u200f",
]  # fmt: skip


def _split(texts: str) -> list[str]:
    return [text for line in texts.strip("\n").split("\n") for text in line.split("|") if text]


INJECTIONS = list(
    dict.fromkeys(
        [
            *(
                text
                for texts in (SQL, SHELL, MARKUP, PATHS, FORMATS, PATTERNS, TABLES, PAGES, DATA)
                for text in _split(texts)
            ),
            *TERMINAL,
            *LETTERS,
        ]
    )
)
SOUND = [text for text in INJECTIONS if not any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)]
"""Those that UTF-8 can say."""
