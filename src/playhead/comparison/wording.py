"""How is a comparison told, line by line?

New and lost effects come first: a booking that moves matters more than a word. What is the same is only counted. The
words for what became of a call are those of the whole project: reused, re-asked, new, held back.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from playhead.comparison.findings import CallComparison, Comparison, RunComparison, Said, StepComparison
from playhead.diff import MISSING, Difference, Words, words
from playhead.records import Run
from playhead.views import asked, brief

Manner = Literal["heading", "effect", "step", "call", "plain", "dim"]
_AROUND: Final = 80  # characters of what stays that are told beside a change


@dataclass(frozen=True, slots=True)
class Told:
    """A line: a label, and what became of a text; `left` or `right` is None where that side has none."""

    text: str
    manner: Manner = "plain"
    level: int = 0
    left: str | None = None
    right: str | None = None

    @property
    def words(self) -> list[Words]:
        """What became of the words; long stretches that stay are cut to what stands beside a change."""
        return shortened(words(self.left or "", self.right or ""))

    def __str__(self) -> str:
        return "  " * self.level + " ".join(filter(None, [self.text, marked(self.words)]))


def marked(found: Iterable[Words]) -> str:
    """The words in one text without colour: `[-removed-]{+added+}`."""
    forms = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(forms[each.op].format(each.text) for each in found)


def shortened(found: list[Words]) -> list[Words]:
    """The same with `…` in the place of what is far from every change."""
    return [_cut(each, place > 0, place < len(found) - 1) for place, each in enumerate(found)]


def _cut(each: Words, after: bool, before: bool) -> Words:
    """Stays: what follows a change keeps its beginning, what precedes one its end."""
    room = _AROUND * (after + before)
    if each.op != "same" or not room or len(each.text) <= room + 1:
        return each
    return Words("same", (each.text[:_AROUND] if after else "") + "…" + (each.text[-_AROUND:] if before else ""))


def text_of(value: Any) -> str | None:
    """A value as it is told: text as it is, data as compact JSON, None where there is nothing."""
    if value is MISSING:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def told(comparison: Comparison, kind: str = "") -> list[Told]:
    """A comparison, line by line; `kind` is what the right side is, where that is known."""
    lines = [Told(_heading(comparison, kind), "heading"), Told(_summary(comparison), "dim")]
    for turn, step, call in comparison.effects:
        lines += _effect(turn, step, call)
    for same, turns in itertools.groupby(comparison.turns, lambda turn: turn.unchanged and not _asked_anew(turn)):
        together = [*turns]
        lines += [_unchanged(together)] if same else itertools.chain.from_iterable(map(_turn, together))
    return lines


def _heading(comparison: Comparison, kind: str) -> str:
    left = [turn.left for turn in comparison.turns if turn.left]
    right = [turn.right for turn in comparison.turns if turn.right]
    if comparison.of_replay:
        return f"{_named(right)} · {_made(comparison, right, kind)} of {_named(left)}"
    return f"{_named(left)} ↔ {_named(right)}"


def _made(comparison: Comparison, right: Iterable[Run], kind: str) -> str:
    """What the right side is. An exact replay was given nothing else, and asked nothing."""
    if any(run.metadata.get("forked_from") for run in right):
        return "fork"
    if kind:
        return kind
    sets = [{side.versions.get("prompts") for side in (turn.left, turn.right) if side} for turn in comparison.turns]
    anew = any(count for fate, count in comparison.fates.items() if fate != "reused")
    changed = anew or any(len(each) > 1 for each in sets) or not (comparison.fates or comparison.unchanged)
    return "replay with changes" if changed else "exact replay"


def _named(runs: list[Run]) -> str:
    if not runs:
        return "nothing"
    return f"{runs[0].thread} {runs[0].id}" if len(runs) == 1 else f"{runs[0].thread} ({len(runs)} runs)"


def _summary(comparison: Comparison) -> str:
    differ = sum(not turn.unchanged for turn in comparison.turns)
    steps = sum(len(turn.steps) for turn in comparison.turns)
    parts = [
        f"the same: {_count(len(comparison.turns), 'turn')}, {_count(steps, 'step')}"
        if comparison.unchanged
        else f"{differ:,} of {_count(len(comparison.turns), 'turn')} {'differs' if differ == 1 else 'differ'}"
    ]
    parts += [f"{count:,} {fate}" for fate, count in comparison.fates.items() if count]
    alone = [call.what for _, _, call in comparison.effects]
    parts += [f"{_count(alone.count(what), 'effect')} {what}" for what in ("lost", "new") if what in alone]
    return " · ".join(parts)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def _effect(turn: RunComparison, step: StepComparison, call: CallComparison) -> Iterator[Told]:
    """An effect that differs, with what it was to do."""
    what = {"same": "held back", "follows": "otherwise", "asked otherwise": "otherwise"}.get(call.what, call.what)
    if call.fate == "held back" and what != "held back":
        what += ", held back"
    label = f"effect {what}: {call.call.name} · turn {turn.number} · {step.step.address} ·"
    left, right = (asked(side) if side else None for side in (call.left, call.right))
    yield Told(label, "effect", 0, left, right)


def _unchanged(turns: list[RunComparison]) -> Told:
    first, last = turns[0].number, turns[-1].number
    return Told(f"Turn {first}: the same" if first == last else f"Turns {first} to {last}: the same", "dim")


def _asked_anew(turn: RunComparison) -> bool:
    return any(call.fate not in (None, "reused") for _, call in turn.calls)


def _turn(turn: RunComparison) -> Iterator[Told]:
    sides = " ↔ ".join(run.id if run else "nothing" for run in (turn.left, turn.right))
    yield Told(f"Turn {turn.number} · {sides}", "heading")
    for said in turn.said:
        same = said.left is not None and said.left == said.right
        yield Told(f"{said.role}: {brief(said.left)}", "dim", 1) if same else _said(said)
    yield from _differences(turn.differences, 1)
    for following, steps in itertools.groupby(turn.steps, _only_follows):
        if following:
            yield _following([*steps])
        else:
            yield from itertools.chain.from_iterable(map(_step, steps))


def _said(said: Said) -> Told:
    return Told(f"{said.role}:", "plain", 1, said.left, said.right)


def _only_follows(step: StepComparison) -> str:
    """What a step follows from, if there is nothing else to tell of it."""
    causes = {call.follows for call in step.calls if call.what == "follows"}
    causes |= {step.follows} if step.what == "follows" else set()
    if len(causes) != 1 or step.what not in ("same", "follows") or step.differences:
        return ""
    telling = [call for call in step.calls if call.what not in ("same", "follows") or call.fate is not None]
    return "" if telling else causes.pop()


def _following(steps: list[StepComparison]) -> Told:
    cause = _only_follows(steps[0])
    verb = "follows" if len(steps) == 1 else "follow"
    return Told(f"{', '.join(each.step.address for each in steps)}: {verb} from {cause}; not compared", "dim", 1)


def _step(step: StepComparison) -> Iterator[Told]:
    calls = [call for call in step.calls if call.what != "same" or call.fate not in (None, "reused")]
    if step.what == "same" and not calls:
        return
    label = {"same": "its output is the same", "differs": "differs", "follows": f"follows from {step.follows}"}
    yield Told(f"{step.step.address} · {label.get(step.what, step.what)}", "step", 1)
    for call in calls:
        yield from _call(call)
    shown = [(text_of(each.left), text_of(each.right)) for call in calls for each in call.differences]
    fresh = [each for each in step.differences if (text_of(each.left), text_of(each.right)) not in shown]
    yield from _differences(fresh, 2)


def _call(call: CallComparison) -> Iterator[Told]:
    what = f"follows from {call.follows}; not compared" if call.what == "follows" else call.what
    fate = f"{call.fate}: {call.why}" if call.fate and call.why else call.fate or ""
    yield Told(" · ".join(filter(None, [f"{call.call.kind} {call.call.name}", fate, what])), "call", 2)
    yield from _differences(call.differences, 3)


def _differences(found: Iterable[Difference], level: int) -> Iterator[Told]:
    for each in found:
        yield Told(f"{each.path}:", "plain", level, text_of(each.left), text_of(each.right))
