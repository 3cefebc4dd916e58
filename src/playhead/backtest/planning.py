"""What would a backtest play, and what cannot change? Said before anything is asked.

Conversations are selected; of each run the index tells, without opening it, whether the change can reach it. A run
whose code is not today's is opened all the same: it is replayed exactly first, and what drifts is reported apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypedDict, cast

from playhead.backtest.records import Mode, Plan
from playhead.backtest.resuming import Begun, resumed
from playhead.codec import digest
from playhead.config import BUILT_IN
from playhead.errors import BadInput, NothingSelected, PromptSyntax
from playhead.graph.asking import settings_of
from playhead.graph.recording import Recording
from playhead.prompts import PromptSet
from playhead.prompts.source import is_partial
from playhead.records import PromptUse
from playhead.replays import Wanted, changes_of, check_aliases
from playhead.selection import Proof, Reach, Selected, Selection, affected, choose, selection_of
from playhead.store import Store
from playhead.transcript import Outcome
from playhead.views import brief

MANY: Final = 3  # names of unchanged files that are told one by one


class Wishes(TypedDict, total=False):
    """What a backtest may be asked for.

    The change: `prompts` (a folder or set, laid over the recorded one by name), `models` (names by alias), `state`,
    `code` (today's code, whose new calls are asked). The conversations: `where`, `since`, `until`, `sample`, `by`,
    `limit`, as `playhead backtest` takes them. `onward`: state flows from turn to turn. `control`: so many recorded
    calls are asked again unchanged. `experiment` names it, else its name is made of the change and the conversations;
    `resume` is the name of one that has begun.
    """

    prompts: PromptSet | Path | str | None
    models: Mapping[str, str] | None
    state: Mapping[str, Any] | None
    code: bool
    where: Sequence[str]
    since: str | None
    until: str | None
    sample: int | None
    by: str | None
    limit: int | None
    onward: bool
    control: int
    experiment: str | None
    resume: str | None


@dataclass(frozen=True)
class Ground:
    """What a backtest stands on.

    `today` are the prompts as they are and `versions` says, once the graphs are loaded, which code is today's;
    `graph_of` gives the graph of a name, `record` what it would be recorded with, `outcome_of` what its application
    says of a finished run.
    """

    store: Store
    today: PromptSet | None
    graph_of: Callable[[str], Any]
    record: Callable[[str], Recording]
    versions: Callable[[], Mapping[str, str]]
    outcome_of: Callable[[str], Outcome | None] = lambda _: None


def planned(ground: Ground, wishes: Wishes, now: float) -> Plan:
    """The plan for these wishes, `now` (Unix seconds) being the moment. Raises as `plan`, and `ExperimentNotFound`.

    An experiment that is gone on with wants what it was begun with, of the conversations that there were then.
    """
    if unknown := wishes.keys() - Wishes.__annotations__.keys():  # one that is misspelt would be none at all
        raise TypeError(f"a backtest cannot be asked for {', '.join(sorted(unknown))}")
    name = wishes.get("resume")
    begun = resumed(ground.store, name, wishes, now) if name is not None else Begun(wishes, now)
    wishes = cast("Wishes", begun.wishes)
    selection = selection_of(
        wishes.get("where") or (),
        since=wishes.get("since"),
        until=wishes.get("until"),
        sample=wishes.get("sample"),
        by=wishes.get("by"),
        limit=wishes.get("limit"),
        now=begun.at,
    )
    if begun.is_resumed and selection.until is None:
        selection = replace(selection, until=begun.at)
    wanted = Wanted(
        wishes.get("prompts"), wishes.get("models") or {}, wishes.get("state") or {}, code=wishes.get("code", False)
    )
    made = plan(ground, wanted, selection, onward=wishes.get("onward", False), control=wishes.get("control", 0))
    began_as = replace(begun, wishes={**wishes, "prompts": made.wanted.prompts})
    return replace(made, experiment=name or wishes.get("experiment") or made.experiment, begun=began_as)


def plan(ground: Ground, wanted: Wanted, selection: Selection, *, onward: bool = False, control: int = 0) -> Plan:
    """What would be played.

    Raises `NothingSelected`, `GraphNotFound`, `UnknownModel`, `PromptSyntax`, and `BadInput` where nothing is changed,
    or a state that a graph has not, or a model that nobody asks.
    """
    if isinstance(wanted.prompts, str | Path):
        wanted = replace(wanted, prompts=PromptSet.draft(wanted.prompts))
    if not wanted.any:
        raise BadInput("backtest", "nothing is to be changed.", "Give --prompts DIR or --model ALIAS=NAME.")
    if control < 0:
        raise BadInput("--control", f"{control} is no number of calls.", "Give 0 or more.")
    selected = choose(ground.store, selection)
    if not selected.runs:
        raise NothingSelected(in_words(selection))
    graphs = {name: ground.graph_of(name) for name in sorted({run.graph for run in selected.runs})}
    changes = {name: changes_of(wanted, graph, ground.today) for name, graph in graphs.items()}
    recordings = [ground.record(name) for name in graphs]
    for name in wanted.models:
        recordings[0].models.with_aliases(wanted.models).check(name)
    check_aliases(recordings[0], (ground.store.run(run.id) for run in selected.runs), wanted.models)
    changed_prompts = next(iter(changes.values())).prompts  # as the user gave it: the same for every graph
    proof = _proof(ground, selected, wanted, changed_prompts)
    mode: Mode = "onward" if onward else "per turn"
    changed = tuple(_changed(wanted, changed_prompts, ground.today))
    return Plan(
        experiment=_name(wanted, changed_prompts, mode, selected),
        changed=changed,
        mode=mode,
        selected=selected,
        reach=proof.reach,
        users=proof.users,
        wanted=wanted,
        graphs=graphs,
        controls=control,
    )


def _proof(ground: Ground, selected: Selected, wanted: Wanted, draft: PromptSet | None) -> Proof:
    """What the change can do to each run. A changed state, changed code and a model of no prompt's reach every one."""

    def is_changed(use: PromptUse) -> bool:
        return changes_use(use, draft, ground.today, wanted.models)

    proof = affected(ground.store, selected.runs, is_changed, ground.versions())
    everywhere = bool(wanted.state or wanted.code)
    reached = {run.id for run in selected.runs if everywhere or (wanted.models and run.graph in BUILT_IN)}
    known = ("unaffected", "other_code") if wanted.code else ("unaffected",)  # other code is then what is tried
    reach: dict[str, Reach] = {
        run: "affected" if run in reached and found in known else found for run, found in proof.reach.items()
    }
    return Proof(reach, proof.users | reached)


def changes_use(use: PromptUse, draft: PromptSet | None, today: PromptSet | None, models: Mapping[str, str]) -> bool:
    """Would a call made from this recorded prompt text be made from another, or go to another model?"""
    try:
        recorded = PromptSet.from_files(use.files, over=today)
        before = after = recorded.get(use.name)
        if draft is not None:
            own = {f"{use.name}.md", *(name for name in draft.source_files if is_partial(name))}
            files = {name: source for name, source in draft.source_files.items() if name in own}
            after = PromptSet.of(files, over=recorded).get(use.name)
    except PromptSyntax:
        return True  # it is opened, and the replay says what is wrong
    return before.content_hash != after.content_hash or settings_of(after)[0] in models


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────


def in_words(selection: Selection) -> str:
    """What was asked for, as it is written at a shell."""
    where = [f"{one.name}{one.sign}{one.value}" for one in selection.where]
    times = [name for name, at in (("--since", selection.since), ("--until", selection.until)) if at is not None]
    return " ".join([*where, *times])


def _changed(wanted: Wanted, draft: PromptSet | None, today: PromptSet | None) -> Iterator[str]:
    if draft is not None:
        yield from _changed_files(draft, today)
    for alias, name in wanted.models.items():
        yield f"model {alias} = {name}"
    for name, value in wanted.state.items():
        yield f"state {name} = {brief(value, 60)}"
    if wanted.code:
        yield "today's code"


def _changed_files(draft: PromptSet, today: PromptSet | None) -> Iterable[str]:
    """`prompt reply.md line 12`, of each file that is not as it is today; where none is, all, or how many they are."""
    known = today.files if today is not None else {}
    other = {name: text for name, text in draft.files.items() if known.get(name) != text}
    if not other and len(draft.files) > MANY:
        yield f"{len(draft.files)} prompt files as they are today"
        return
    for name, text in (other or draft.files).items():
        line = _first_line(known[name], text) if name in other and name in known else None
        yield f"prompt {name} line {line}" if line else f"prompt {name}"


def _first_line(before: str, after: str) -> int:
    left, right = before.splitlines(), after.splitlines()
    same = (number for number, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1])
    return next(same, min(len(left), len(right))) + 1


def _name(wanted: Wanted, draft: PromptSet | None, mode: Mode, selected: Selected) -> str:
    """The same for the same change to the same runs."""
    said = {
        "prompts": None if draft is None else draft.files,
        "models": dict(wanted.models),
        "state": dict(wanted.state),
        "code": wanted.code,
        "mode": mode,
        "runs": [run.id for run in selected.runs],
    }
    return f"x-{digest(json.dumps(said, sort_keys=True, default=repr).encode()).hex()[:12]}"
