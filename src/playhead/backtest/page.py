"""How does a backtest's report read as a page that one can send to somebody?

One file that loads nothing and runs nothing: its own style only, no script, and a content policy that says so. What
customers and models wrote is text there, whatever it looks like.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Final

from playhead.backtest import wording
from playhead.backtest.changed import ChangedConversation, ChangedTurn
from playhead.backtest.effects import EffectChange
from playhead.backtest.report import CheckReport, Report
from playhead.diff import Words, words

UNREADABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MARKS: Final = {"removed": "del", "added": "ins"}


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def page(report: Report) -> str:
    """The report as one HTML document."""
    style = resources.files("playhead.backtest").joinpath("page.css").read_text("utf-8")
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"
    title = "; ".join(report.changed)
    head = [
        Html('<meta charset="utf-8">'),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Backtest: {title}"),
        Html(f"<style>{style}</style>"),
    ]
    body = tag("body", tag("h1", title), *(tag("p", line, cls="soft") for line in _heading(report)), *_sections(report))
    return f'<!doctype html>\n<html lang="en">{tag("head", *head)}\n{body}</html>\n'


def tag(name: str, /, *content: str, cls: str = "", **attributes: str) -> Html:
    """An element; what is not markup already is escaped."""
    named = {"class": cls, **attributes} if cls else attributes
    told = "".join(f' {key.replace("_", "-")}="{_escaped(value)}"' for key, value in named.items())
    inside = "".join(map(_escaped, content))
    return Html(f"<{name}{told}>" if name == "meta" else f"<{name}{told}>{inside}</{name}>")


def _escaped(text: str) -> str:
    return text if isinstance(text, Html) else html.escape(UNREADABLE.sub("\ufffd", text))


def _heading(report: Report) -> list[str]:
    return [f"Backtest {report.experiment}", *wording.summary(report), wording.effects_line(report)]


def _sections(report: Report) -> Iterator[Html]:
    effects = [_effect(thread, effect) for thread, effect in report.effects]
    yield _section("What would be done otherwise", effects or [tag("p", wording.NO_EFFECT)])
    if report.reached.turns:
        yield _section("Checks", _checks(report))
    yield _section("Numbers", _measures(report))
    edits = [tag("div", tag("h3", edit.file), _words(edit.words)) for edit in report.edits]
    if edits:
        yield _section("What was changed", edits)
    changed = [_conversation(one) for one in report.conversations]
    yield _section("Conversations that changed, most first", changed or [tag("p", "None came out otherwise.")])
    for title, lines in wording.apart(report):
        yield _section(title, [tag("p", line) for line in lines])
    yield _section("What it took", [tag("p", line) for line in wording.cost_lines(report)])


def _section(title: str, content: Iterable[str]) -> Html:
    return tag("section", tag("h2", title), *content)


def _effect(thread: str, effect: EffectChange) -> Html:
    found = words(effect.before, effect.after)
    return tag("article", tag("p", wording.effect_line(thread, effect)), _words(found))


def _checks(report: Report) -> Iterator[Html]:
    heads = [tag("th", head) for head in ("check", "before", "after", "difference", "", "reading")]
    rows = [tag("tr", *_check(check)) for check in report.checks]
    if rows:
        yield tag("table", tag("tr", *heads), *rows)
    if noise := wording.noise_line(report.noise):
        yield tag("p", noise, cls="soft")
    for line in wording.judge_lines(report):
        yield tag("p", line, cls="soft")


def _check(check: CheckReport) -> Iterator[Html]:
    name, before, after, difference, reading = wording.check_row(check)
    note = tag("p", wording.check_note(check), cls="soft")
    cls = reading if reading in ("better", "worse") else ""
    yield tag("td", name, note)
    yield tag("td", before, cls="number")
    yield tag("td", after, cls="number")
    yield tag("td", difference)
    yield tag("td", _interval(check))
    yield tag("td", tag("span", reading, cls=f"reading {cls}".strip()))


def _interval(check: CheckReport) -> Html:
    """The difference and its interval on a line from −100 to +100 points."""
    found = check.verdict
    if found.interval is None or found.difference is None:
        return Html("")
    low, high, at = (f"{64 + 60 * max(-1.0, min(1.0, value)):.1f}" for value in (*found.interval, found.difference))
    middle = tag("line", x1="64", x2="64", y1="2", y2="18", cls="axis")
    reach = tag("line", x1=low, x2=high, y1="10", y2="10", cls="reach")
    point = tag("circle", cx=at, cy="10", r="4", cls="point")
    label = wording.check_row(check)[3]
    return tag("svg", middle, reach, point, width="128", height="20", role="img", aria_label=label)


def _measures(report: Report) -> Iterator[Html]:
    rows = [
        tag("tr", tag("td", name), *(tag("td", side, cls="number") for side in sides))
        for name, *sides in map(wording.measure_row, report.measures)
    ]
    heads = [tag("th", "")] + [tag("th", head, cls="number") for head in ("before", "after", "difference")]
    yield tag("table", tag("tr", *heads), *rows) if rows else tag("p", "Nothing was compared.")


def _conversation(one: ChangedConversation) -> Html:
    facts = " · ".join(f"{name}: {_told(value)}" for name, value in one.facts.items())
    line = tag("h3", wording.conversation_line(one))
    return tag("article", line, tag("p", facts, cls="soft"), *(part for turn in one.changed for part in _turn(turn)))


def _turn(turn: ChangedTurn) -> Iterator[Html]:
    yield tag("p", f"Turn {turn.number}", cls="soft")
    yield tag("div", turn.customer, cls="said", dir="auto")
    if turn.words:
        yield _words(turn.words, "business")
    else:
        yield _said(tag("del", turn.before or f"({turn.silent_before})"))
        yield _said(tag("ins", turn.after or f"({turn.silent_after})"))
    for note in wording.turn_notes(turn):
        yield tag("p", note, cls="soft")


def _said(content: str) -> Html:
    return tag("div", content, cls="said business", dir="auto")


def _words(found: Iterable[Words], cls: str = "") -> Html:
    parts = [tag(MARKS[each.op], each.text) if each.op in MARKS else each.text for each in found]
    return tag("div", *parts, cls=f"said {cls}".strip(), dir="auto")


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
