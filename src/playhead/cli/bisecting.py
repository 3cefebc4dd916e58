"""Which commit of the prompt folder changed how recorded conversations would go?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.backtest import Backtest, Plan
    from playhead.backtest.scoring import Criterion
    from playhead.bisecting import Found, Probe, Search, Version
    from playhead.prompts import PromptSet


def bisect(
    check: Annotated[str, typer.Option("--check", metavar="NAME", help="A check of a prompt file, by its name.")],
    prompts: options.Prompts = None,
    where: options.Where = None,
    since: options.Since = None,
    until: options.Until = None,
    sample: options.Sample = None,
    concurrency: options.Concurrency = 8,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, metavar="USD", help="Stop before spending more on one version.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before spending.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead bisect --check "No price quoted"

    Finds the commit of the prompt folder that changed how often a check passes on recorded conversations: the oldest
    and the newest version are tried, then always the one in the middle. Only calls that a version can reach are asked,
    and nothing is ever sent. Exit code 0 if a commit was found, 1 if the first and the last version do the same, 6 if
    it was refused.
    """
    from playhead.bisecting import Search, history
    from playhead.cli.printing import say
    from playhead.cli.prompts import folder_of
    from playhead.cli.words import count

    folder = folder_of(prompts)
    with options.open_to_replay(store) as deck:
        versions, skipped = history(folder)
        criterion = _criterion(check, versions[-1].prompts)
        for each in skipped:
            say(f"Left out {each}")
        say(f"{check} · {count(len(versions), 'version')} of {folder}")

        def run(plan: Plan) -> Backtest:
            return deck.backtest(plan=plan, concurrency=concurrency, max_cost=max_cost)

        wishes: dict[str, Any] = {"where": where or (), "since": since, "until": until, "sample": sample}
        wishes["max_cost"] = max_cost
        search = Search(deck, criterion, wishes, run, told=_tell)
        if not yes:
            _check_agreed(search, versions)
        found = search.among(versions)
    _show(found, json=json)
    raise typer.Exit(0 if found.after is not None else 1)


def _criterion(name: str, prompts: PromptSet) -> Criterion:
    from playhead.backtest.scoring import criteria_of
    from playhead.errors import BadInput, nearest_name

    known = {one.name: one for one in criteria_of(prompts)}
    if name not in known:
        problem = f"no prompt file has a check {name!r}.{nearest_name(name, known)}"
        raise BadInput("--check", problem, f"There are: {', '.join(known) or 'none'}.")
    if known[name].is_judged:
        raise BadInput("--check", f"{name!r} needs a judge.", "Name a check that is decided without a model.")
    return known[name]


def _check_agreed(search: Search, versions: list[Version]) -> None:
    """Ask before what trying the first and the last version costs, and those between at most as much.

    Raises `NotAgreed`.
    """
    from playhead.cli.agreeing import check_agreed
    from playhead.cli.printing import say
    from playhead.cli.words import count

    receipts = [plan.receipt for plan in (search.plan(versions[0]), search.plan(versions[-1]))]
    most = max(receipt.worst.calls for receipt in receipts if receipt is not None)
    tried = min(len(versions), 2 + max(len(versions) - 2, 0).bit_length())
    say(f"{count(tried, 'version')} at most will be tried, each asking about {count(most, 'call')} or fewer.")
    if most:
        check_agreed("Add --yes to go on.")


def _tell(probe: Probe) -> None:
    from playhead.backtest.wording import amount
    from playhead.cli.printing import say
    from playhead.cli.words import count

    unplayed = f" · {count(probe.unplayed, 'turn')} could not be played" if probe.unplayed else ""
    say(f"{_named(probe.version)} · passes {probe.rate:.0%} · {amount(probe.spent)}{unplayed}")


def _named(version: Version) -> str:
    if not version.commit:
        return version.subject
    return f"{version.commit[:10]} · {version.date[:10]} · {version.author} · {version.subject}"


def _show(found: Found, *, json: bool) -> None:
    from playhead.cli.printing import write, write_json

    if json:
        write_json(_data(found))
    elif found.before is None or found.after is None:
        rate = found.probes[0].rate
        write(f"The first and the last version pass alike, {rate:.0%}: no commit changed {found.verdict.check}.")
    else:
        _print_change(found, found.before, found.after)


def _print_change(found: Found, before: Version, after: Version) -> None:
    from playhead.cli.changes import print_change
    from playhead.cli.printing import data, line, text
    from playhead.comparison.wording import shortened
    from playhead.diff import words

    console = data()
    console.print(text(_named(after), "bold"), soft_wrap=True)
    verdict = found.verdict
    rates = f"{found.probes[0].rate:.0%} with the first version, {found.probes[-1].rate:.0%} with the last"
    console.print(text(f"changed {verdict.check}: {rates}; {verdict.reading}."), soft_wrap=True)
    for file in sorted({*before.files, *after.files}):
        texts = before.files.get(file, ""), after.files.get(file, "")
        if texts[0] != texts[1]:
            console.rule(line(file), style="dim", align="left")
            print_change(console, shortened(words(*texts)))


def _data(found: Found) -> dict[str, Any]:
    def told(version: Version | None) -> dict[str, str] | None:
        names = ("commit", "author", "date", "subject")
        return None if version is None else {name: getattr(version, name) for name in names}

    probes = [
        {"version": told(probe.version), "rate": probe.rate, "calls": probe.spent.calls}
        | {"price": probe.spent.price, "unplayed": probe.unplayed}
        for probe in found.probes
    ]
    return {
        "check": found.verdict.check,
        "changed_by": told(found.after),
        "before": told(found.before),
        "reading": found.verdict.reading,
        "probes": probes,
    }
