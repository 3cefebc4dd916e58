"""What does a comparison look like as JSON? A side that has nothing there is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playhead.comparison.findings import CallComparison, Comparison, RunComparison, StepComparison
from playhead.comparison.prompts import PromptComparison
from playhead.diff import MISSING, Difference, words
from playhead.records import PromptUse, Run


def comparison_view(comparison: Comparison) -> dict[str, Any]:
    """`{"unchanged", "fates", "effects", "divergences", "turns"}`; effects and divergences say where they are."""
    return {
        "unchanged": comparison.unchanged,
        "fates": comparison.fates,
        "effects": [_placed(*each) for each in comparison.effects],
        "divergences": [_placed(*each) for each in comparison.divergences],
        "turns": [_turn_view(turn) for turn in comparison.turns],
    }


def _placed(turn: RunComparison, step: StepComparison, call: CallComparison) -> dict[str, Any]:
    return {"turn": turn.number, "step": step.step.address, **_call_view(call)}


def _turn_view(turn: RunComparison) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "unchanged": turn.unchanged,
        "left": _run_view(turn.left),
        "right": _run_view(turn.right),
        "said": [{"role": one.role, "left": one.left, "right": one.right} for one in turn.said],
        "differences": _differences_view(turn.differences),
        "steps": [_step_view(step) for step in turn.steps],
    }


def _run_view(run: Run | None) -> dict[str, Any] | None:
    return None if run is None else {"run": run.id, "thread": run.thread, "status": run.status}


def _step_view(step: StepComparison) -> dict[str, Any]:
    return {
        "left": step.left.address if step.left else None,
        "right": step.right.address if step.right else None,
        "what": step.what,
        "follows": step.follows or None,
        "differences": _differences_view(step.differences),
        "calls": [_call_view(call) for call in step.calls],
    }


def _call_view(call: CallComparison) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": call.call.kind,
        "name": call.call.name,
        "left": call.left.number if call.left else None,
        "right": call.right.number if call.right else None,
        "what": call.what,
        "follows": call.follows or None,
        "differences": _differences_view(call.differences),
    }
    return made | {"fate": call.fate, "why": call.why} if call.fate else made


def _differences_view(found: Iterable[Difference]) -> list[dict[str, Any]]:
    return [
        {"path": each.path}
        | {side: value for side, value in (("left", each.left), ("right", each.right)) if value is not MISSING}
        for each in found
    ]


def prompt_comparison_view(comparison: PromptComparison) -> dict[str, Any]:
    """`{"unchanged", "left", "right", "files": [{"file", "words": [{"op", "text"}]}]}`."""
    return {
        "unchanged": comparison.unchanged,
        "left": _use_view(comparison.left),
        "right": _use_view(comparison.right),
        "files": [
            {"file": file, "words": [{"op": each.op, "text": each.text} for each in words(left or "", right or "")]}
            for file, left, right in comparison.files
        ],
    }


def _use_view(use: PromptUse) -> dict[str, str]:
    return {"name": use.name, "content_hash": use.content_hash, "file_hash": use.file_hash}
