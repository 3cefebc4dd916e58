"""What would a changed prompt have said in the conversations that were recorded, and is it better?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from playhead.cli import options
from playhead.cli.codes import PROVIDER_FAILED, REFUSED, STOPPED

if TYPE_CHECKING:
    from playhead.backtest import Backtest, Plan, Progress
    from playhead.backtest.report import Report
    from playhead.deck import Deck

PLANNED: Final = ("prompts", "model", "since", "until", "sample", "by", "limit", "onward", "control", "resume", "yes")
"""What need not be typed again to go on: the experiment knows what it was begun with."""


def backtest(
    context: typer.Context,
    prompts: Annotated[
        Path | None, typer.Option("--prompts", metavar="FOLDER", help="The changed prompt files; the rest stays.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="ALIAS=NAME", help="Another model, such as default=embedded.")
    ] = None,
    where: options.Where = None,
    since: options.Since = None,
    until: options.Until = None,
    sample: options.Sample = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Balance the sample over this fact's values.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, max=options.MOST, help="Only the newest so many.")
    ] = None,
    onward: Annotated[
        bool, typer.Option("--onward", help="Let each conversation go on from its first changed turn.")
    ] = False,
    control: Annotated[
        int,
        typer.Option(
            "--control", metavar="N", min=0, help="Ask so many recorded calls again unchanged, to know the noise."
        ),
    ] = 0,
    concurrency: options.Concurrency = 8,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, metavar="USD", help="Stop before spending more.")
    ] = None,
    until_sure: Annotated[
        bool, typer.Option("--until-sure", help="Stop as soon as every check is clearly better or worse.")
    ] = False,
    judge: Annotated[
        bool, typer.Option("--judge", help="Ask a model the checks that need a reader; this costs calls.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would be asked, and its price.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before spending.")] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="EXPERIMENT", help="Go on with one that was stopped.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="The report as a page.")] = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead backtest --prompts drafts/warmer --where outcome=lost --since 30d

    Plays recorded conversations again with changed prompts: only the calls that the change can reach are asked, and
    nothing is ever sent. Says first what it will cost, and asks. Then: what would be done otherwise, which
    conversations change most, and whether each check of the prompt files got better, worse, or cannot be told.

    Exit code 0 if nothing got worse, 1 if a check did, 6 if it was refused.
    """
    from playhead.backtest.before import plan_data, plan_lines
    from playhead.cli.printing import say, write, write_json
    from playhead.cli.typed import named_models

    _check_together(until_sure=until_sure, control=control)
    _check_writable(html)
    with options.open_to_replay(store) as deck:
        judged_by = deck.judge_model(max_cost) if judge else ""
        plan = deck.plan(
            prompts=prompts,
            models=named_models(model or ()),
            where=where or (),
            since=since,
            until=until,
            sample=sample,
            by=by,
            limit=limit,
            onward=onward,
            control=control,
            resume=resume,
            max_cost=max_cost,
        )
        checks = len(deck.watch(plan).bets)
        if dry:
            write_json(plan_data(plan, checks)) if json else write("\n".join(plan_lines(plan, checks)))
            return
        for each in plan_lines(plan, checks):
            say(each)
        if judged_by:
            say(f"Checks that need a reader are judged by {judged_by}, two answers a call each at most.")
        if not yes:
            _check_agreed(plan, judge=judge)
        watch = deck.watch(plan) if until_sure else None
        came = _run(deck, plan, concurrency=concurrency, max_cost=max_cost, enough=watch)
        report = deck.report(came, judge=judge, watch=watch, concurrency=concurrency, max_cost=max_cost)
        _show(report, html, json=json)
        _say_how_to_go_on(context, came)
        raise typer.Exit(_code(came, is_worse=report.is_worse))


def _check_together(*, until_sure: bool, control: int) -> None:
    from playhead.errors import BadInput

    if until_sure and control:
        problem = "it cannot be used with --control: the noise is known only when every control was asked."
        raise BadInput("--until-sure", problem, "Leave out one of the two.")


def _check_writable(html: Path | None) -> None:
    """What is found out when all is paid for is found out too late."""
    from playhead.errors import BadInput

    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        problem = "it is a folder." if html.is_dir() else "the report cannot be written there: there is no such folder."
        raise BadInput(str(html), problem, "Give --html a path in a folder that exists.")


def _check_agreed(plan: Plan, *, judge: bool) -> None:
    """Ask whether to go on. Where nothing is to be asked, nobody need say yes. Raises `NotAgreed`."""
    from playhead.cli.agreeing import check_agreed

    nothing = plan.receipt is not None and plan.receipt.worst.calls == 0
    if plan.controls or judge or not nothing:
        check_agreed("Add --yes to go on, or --max-cost USD with it.")


def _run(deck: Deck, plan: Plan, **options: Any) -> Backtest:
    """Run it, with a bar on stderr that tells what was asked and spent so far."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from playhead.backtest.wording import count, money
    from playhead.cli.printing import talk

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs · {task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=talk()) as bar:
        task = bar.add_task(count(0, "call"), total=None)

        def tell(progress: Progress) -> None:
            price = progress.spent.price
            spent = f", {money(price)} USD" if price else ""
            bar.update(
                task,
                completed=progress.done,
                total=progress.runs,
                description=f"{count(progress.asked, 'call')}{spent}",
            )

        return deck.backtest(plan=plan, progress=tell, **options)


def _show(report: Report, html: Path | None, *, json: bool) -> None:
    from playhead.backtest.page import page
    from playhead.cli.printing import say, write_json
    from playhead.cli.reporting import print_report

    if html is not None:  # first: whoever reads what is printed may not read to its end
        _write(html, page(report))
    if json:
        write_json(report.data)
    else:
        print_report(report)
    if html is not None:
        say(f"The report is in {html}.")


def _write(file: Path, text: str) -> None:
    from playhead.errors import BadInput

    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        problem = f"the report cannot be written there: {error.strerror}."
        raise BadInput(str(file), problem, "Give --html a path in a folder that exists.") from error


def _say_how_to_go_on(context: typer.Context, came: Backtest) -> None:
    from playhead.backtest.running import SURE
    from playhead.cli.going_on import same_command
    from playhead.cli.printing import say

    if came.stopped and came.stopped != SURE:
        say(f"Stopped: {came.stopped}. What was answered is kept. This goes on with it:")
        say(same_command(context, "--resume", came.experiment, "--yes", without=PLANNED))


def _code(came: Backtest, *, is_worse: bool) -> int:
    from playhead.backtest.desk import STOPPED as BY_HAND
    from playhead.backtest.running import SURE

    if came.stopped == BY_HAND:
        return STOPPED
    if is_worse:
        return 1
    if came.was_never_answered:
        return PROVIDER_FAILED
    return 0 if came.stopped in ("", SURE) else REFUSED
