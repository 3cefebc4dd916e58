"""What can a user do with a recording? Every verb is a method here; doors call one and render what comes back.

A deck is one open recording: it records graphs, lists and reads runs, resumes them, checks and forgets. What only some
verbs need is imported by these, so that a recording can be looked at without waiting for LangGraph.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from playhead import lookup, tape, upkeep
from playhead.config import Config, load_config
from playhead.errors import BadInput
from playhead.graph.changes import NOTHING
from playhead.graph.glancing import glancing
from playhead.location import Server
from playhead.receipt import Prices, Receipt
from playhead.records import Label, PromptUse, Replay, Run
from playhead.redact import Redactor, given_secrets
from playhead.selection import newest_first, selection_of
from playhead.store import Store, integrity
from playhead.store.backend import Synchronous
from playhead.store.pruning import Pruned
from playhead.upkeep import Vacuumed
from playhead.versions import versions_of

if TYPE_CHECKING:
    from types import TracebackType

    from playhead.backtest import Backtest, Conversation, Limit, Plan, Progress, Wishes
    from playhead.backtest.planning import Ground
    from playhead.backtest.report import Report
    from playhead.backtest.until_sure import Watch
    from playhead.comparison import Comparison
    from playhead.graph.encoding import Encoder
    from playhead.graph.keeping import Origin
    from playhead.graph.models import Models
    from playhead.graph.recording import Recording
    from playhead.graph.saver import Saver
    from playhead.prompts import PromptFolder, PromptSet
    from playhead.replays import Wanted
    from playhead.resuming import Continuation
    from playhead.verifying import Verified


class Deck:
    """One open recording. Use it as a context manager, or `close()` it.

    `path` is a file, or a database's address such as `postgresql://user@host/database`; without it, the project's. It
    is made if it is not there; without `create`, that raises `RecordingNotFound`. What cannot be opened raises a
    `StoreError`: all that Playhead raises on purpose is a `playhead.PlayheadError`.

    `prompts` is the folder of prompt files, `models` says what names stand for (a `provider:model` or a LangChain chat
    model); `redact` are secrets, besides those that the project declares, that must not reach the disk. With
    `synchronous="NORMAL"` a failure of the power may cost the last moments.

    A recorded value of a class that this program has not imported raises `NotTrusted` when it is read; in a deck to
    `look_only` it reads as its data, `Unread`.

    Of one conversation's messages one is worked on at a time, by whatever process; another waits in line, for up to
    `patience` seconds (default: [tool.playhead] patience, or 60), and is then turned away with `ThreadBusy`.
    """

    def __init__(
        self,
        path: str | Path | Server | None = None,
        *,
        prompts: str | Path | None = None,
        models: Mapping[str, Any] | None = None,
        redact: list[str] | None = None,
        synchronous: Synchronous = "FULL",
        create: bool = True,
        patience: float | None = None,
        config: Config | None = None,
        look_only: bool = False,
    ) -> None:
        self.config = config or load_config()
        self.prompts = _folder(Path(prompts) if prompts else self.config.prompts)
        self._given_models = models or {}
        self._patience = self.config.patience if patience is None else patience
        self._prices = Prices.of(self.config.prices)
        self._redactor = Redactor([*self.config.secrets(), *given_secrets(redact or ())])
        if not look_only:
            _ = self._models  # what is wrong with them is said before anything is opened
        decode = glancing(lambda: self._encoder) if look_only else self._encoder.decode
        place = self.config.store if path is None else path
        self.store = Store(place, synchronous=synchronous, create=create, decode=decode)
        if not look_only:
            _ = self._saver

    @cached_property
    def _encoder(self) -> Encoder:
        from playhead.graph.encoding import Encoder

        return Encoder(self._redactor)

    @cached_property
    def _models(self) -> Models:
        from playhead.graph.models import models_of

        return models_of(self.config.models, self._given_models)

    @cached_property
    def _saver(self) -> Saver:
        from playhead.graph.saver import Saver

        return Saver(self.store, self._encoder)

    def __repr__(self) -> str:
        return f"<Deck {self.store.location}>"

    def __enter__(self) -> Deck:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is queued and close the recording."""
        self.store.close()

    def record(
        self,
        graph: Any,
        name: str = "graph",
        *,
        resources: Mapping[str, Any] | None = None,
        prompts: PromptSet | None = None,
        strict: bool = False,
    ) -> Any:
        """The same compiled LangGraph graph, recorded from now on; the graph given is not changed.

        `resources` are the handles to the world that its effects ask for, `prompts` a set to ask instead of the deck's
        folder. With `strict`, what cannot be recorded raises instead of leaving a logged gap.

        A run's config may name the message that it is for: `{"configurable": {"thread_id": …, "event": …}}`. Brought
        again with the same input, one that was answered is given its recorded answer, one that failed goes on.
        """
        from playhead.graph.recorded import record

        return record(graph, self._recording(name, prompts or self.prompts, resources, strict=strict))

    def _recording(
        self,
        name: str,
        prompts: PromptFolder | PromptSet | None,
        resources: Mapping[str, Any] | None,
        *,
        strict: bool = False,
    ) -> Recording:
        from playhead.graph.recording import Recording

        return Recording(
            name,
            self.store,
            self._saver,
            self._encoder,
            prompts,
            self._models,
            resources or {},
            versions_of(self.config.root, prompts),
            strict,
            self._patience,
        )

    def _today(self) -> PromptSet | None:
        """The prompts as they are now: a replay is played with one set, and looks at the folder once for it."""
        return self.prompts.current() if self.prompts else None

    def replay(
        self,
        run: Run,
        graph: Any,
        *,
        prompts: PromptSet | Path | str | None = None,
        models: Mapping[str, str] | None = None,
        state: Mapping[str, Any] | None = None,
        code: bool = False,
        strict: bool = False,
        live_reads: bool = False,
        resources: Mapping[str, Any] | None = None,
        hear: Callable[[Any], None] | None = None,
        stream_mode: str = "messages",
    ) -> Replay:
        """Play a recorded run again, from the state it began from, on today's code.

        With nothing changed it is an exact replay: no model is called, every step is compared. With `prompts` (a folder
        or set, laid over the recorded one by name), `models` (names by alias), `state` or `code` it is a replay with
        changes: only the calls whose request is another are asked; its `receipt` says how many. Nothing is ever sent:
        an effect that the recording does not answer is held back. `strict` refuses every call that would be asked;
        `live_reads` lets effects that only read use `resources`. What the graph streams in `stream_mode`, one of
        LangGraph's, is told to `hear`, chunk by chunk as it was recorded.

        Raises `Diverged` where an exact replay differs, `NotRecorded` with `strict`, `NotReplayable`, `BadInput`.
        """
        from playhead.foresight import spent_on
        from playhead.replays import Wanted, exact_or_raise, play, turn_of

        wanted = Wanted(prompts, models or {}, state or {}, code=code)
        recording = self._recording(lookup.a_run(run).graph, self._today(), resources)
        turn = turn_of(run, self.store.runs_of(run.thread))
        expected = self._receipt(recording, graph, turn, wanted) if wanted.any and not strict else None
        played = play(
            recording, graph, turn, wanted, strict=strict, live_reads=live_reads, hear=hear, stream_mode=stream_mode
        )
        made = exact_or_raise(played, wanted)
        return made if expected is None else replace(made, receipt=expected.settled(spent_on(made, self._prices)))

    def receipt(
        self,
        run: Run,
        graph: Any,
        *,
        prompts: PromptSet | Path | str | None = None,
        models: Mapping[str, str] | None = None,
        state: Mapping[str, Any] | None = None,
        code: bool = False,
    ) -> Receipt:
        """What `replay` with these changes would ask, and what that would cost; nothing is asked.

        Prices are those of `[tool.playhead.prices]`. Raises as `replay` does.
        """
        from playhead.replays import Wanted, turn_of

        wanted = Wanted(prompts, models or {}, state or {}, code=code)
        turn = turn_of(lookup.a_run(run), self.store.runs_of(run.thread))
        return self._receipt(self._recording(run.graph, self._today(), None), graph, turn, wanted)

    def _receipt(self, recording: Recording, graph: Any, turn: Sequence[Run], wanted: Wanted) -> Receipt:
        from playhead.foresight import Foresight, longest_turn, receipt_of
        from playhead.replays import beside, check_aliases

        check_aliases(recording, beside(recording, turn), wanted.models)
        reach = Foresight(recording, graph, wanted).of(turn)
        return receipt_of([reach], self._prices, longest_turn(self.store, recording.name))[0]

    def verify(
        self,
        runs: Iterable[Run] | None = None,
        graphs: Any = None,
        *,
        where: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Verified]:
        """Replay many turns exactly, on today's code: those of `runs`, else of the conversations that are selected.

        `where` are conditions such as `outcome=lost`, `since` and `until` a date or how long ago (`30d`), `limit` how
        many of the newest. `graphs` is the graph the runs were made with, or several by name; without it they are those
        of the project. What cannot be played is told with its `problem`. Raises `NothingSelected`, `BadInput`.
        """
        from playhead.verifying import Verifier, chosen_threads

        asked = None if runs is None else {run.id: run.thread for run in runs}
        threads = (
            chosen_threads(self.store, where, since=since, until=until, limit=limit)
            if asked is None
            else dict.fromkeys(asked.values())
        )
        ground = self._ground(graphs)
        return Verifier(ground.graph_of, ground.record).each(map(self.store.runs_of, threads), asked)

    def plan(self, graphs: Any = None, *, max_cost: float | None = None, **wishes: Unpack[Wishes]) -> Plan:
        """What a backtest would play, and its receipt; nothing is asked.

        `graphs` is the graph the runs were made with, or several by name; without it they are those of the project.
        With `max_cost` (USD), a model without a price that may be asked is refused. For the wishes see
        `playhead.backtest.Wishes`. Raises `NothingSelected`, `ExperimentNotFound`, `GraphNotFound`,
        `UnknownModel`, `PromptSyntax` and `BadInput`.
        """
        from playhead.backtest.planning import planned
        from playhead.backtest.reckoning import with_receipt

        ground = self._ground(graphs)
        return with_receipt(ground, planned(ground, wishes, time.time()), self._prices, max_cost)

    def backtest(
        self,
        graphs: Any = None,
        *,
        plan: Plan | None = None,
        concurrency: int = 8,
        max_cost: float | None = None,
        rate: Mapping[str, Limit] | None = None,
        progress: Callable[[Progress], None] | None = None,
        enough: Callable[[Conversation], bool] | None = None,
        **wishes: Unpack[Wishes],
    ) -> Backtest:
        """Replay many recorded conversations with changes: those of `plan`, else of what the wishes plan.

        `concurrency` turns ask at once; `max_cost` (USD) bounds what this session spends; `rate` limits models
        by name (default: [tool.playhead.limits]). `progress` is told how far it is, `enough` sees each conversation as
        it comes, in an order drawn by lot, and may end it. Ctrl-C stops it: what was answered is kept, and the same
        experiment goes on from there. Nothing is ever sent. Raises as `plan` does.
        """
        from playhead.backtest.limits import limits_of
        from playhead.backtest.running import run as run_backtest

        plan = plan or self.plan(graphs, max_cost=max_cost, **wishes)
        ground = self._ground(plan.graphs)
        limits = limits_of(self.config.limits) if rate is None else rate
        return run_backtest(
            ground,
            plan,
            self._prices,
            limits,
            concurrency=concurrency,
            max_cost=max_cost,
            progress=progress,
            enough=enough,
        )

    def report(
        self,
        backtest: Backtest,
        *,
        judge: bool = False,
        watch: Watch | None = None,
        concurrency: int = 8,
        max_cost: float | None = None,
    ) -> Report:
        """What a backtest says: what came out otherwise, and whether the prompt files' checks got better or worse.

        With `judge`, a model is asked what code cannot judge (the project's `judge`, else `default`), as part of the
        same experiment: within `max_cost`, and never twice. `watch` is who looked on, where one did (`deck.watch`).
        Raises `CannotJudge`, `UnknownModel`.
        """
        from playhead.backtest.limits import limits_of
        from playhead.backtest.reporting import Judging, report_on

        judging = Judging(concurrency, limits_of(self.config.limits), max_cost) if judge else None
        return report_on(self._ground(backtest.plan.graphs), backtest, self._prices, judging=judging, watch=watch)

    def judge_model(self, max_cost: float | None = None) -> str:
        """The name of the model that judges. Raises `CannotJudge`, `UnknownModel`, `BadInput` as `plan` does."""
        from playhead.foresight import check_priced
        from playhead.graph.judge import judging_model
        from playhead.graph.model_call import name_of

        name = name_of(judging_model(self._models))
        check_priced(self._prices.missing([name]), max_cost)
        return name

    def watch(self, plan: Plan) -> Watch:
        """Who looks at each conversation of a backtest (`enough=`), to stop it as soon as every check is clear."""
        from playhead.backtest.reporting import watch as watch_of

        return watch_of(self._ground(plan.graphs), plan)

    def _ground(self, graphs: Any) -> Ground:
        from playhead.backtest.planning import Ground

        return Ground(
            store=self.store,
            today=self._today(),
            graph_of=self.config.graphs_among(graphs),
            record=lambda name: self._recording(name, self.prompts, None),
            versions=lambda: versions_of(self.config.root, self.prompts),
            outcome_of=self.config.outcome_of,
        )

    def fork(
        self,
        run: Run,
        graph: Any,
        at: str | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        answer: Any = NOTHING,
        prompts: PromptSet | Path | str | None = None,
        models: Mapping[str, str] | None = None,
        live_reads: bool = False,
        resources: Mapping[str, Any] | None = None,
    ) -> Replay:
        """Go another way from a step of a recorded run, on a thread of its own: the replay's `thread`.

        Everything before the step `at` (an address such as `draft@6` or `gather@4/draft@2`) is as recorded, and costs
        no call. There `state` is put in, and from there on the `prompts` and `models` count; whatever still asks the
        same is served from the recording, so that a fork that changes nothing asks nothing. With `answer`, a run that
        stopped to ask is given it, in the place of a recorded one or for the first time; `at` is where it stopped then.
        The thread that is forked is not touched, and effects are held back as in any replay. To go on with the
        conversation, record it under the new thread's name.

        Raises `StepNotFound`, `BadInput`, `NotRecorded` where today's code asks otherwise before `at`, `NotReplayable`.
        """
        from playhead.replays import Wanted, play_fork

        wanted = Wanted(prompts, models or {}, state or {}, at, answer)
        recording = self._recording(lookup.a_run(run).graph, self._today(), resources)
        played = play_fork(recording, graph, run, self.store.runs_of(run.thread), wanted, live_reads=live_reads)
        return self._kept(played.replay, "forked_from", None)

    def keep(self, replay: Replay, thread: str | None = None) -> Run:
        """Write a replay into the recording, as a run on a thread of its own; gives that run.

        The thread is named after the original one, which is not touched: `c-1042~3fa2b1`. It can be looked at, gone on
        with, forked and replayed exactly. A turn of several runs is kept as several; the last is given. `thread` is
        that of another turn of the conversation that was kept: this one is put beside it. A replay that was stopped
        leaves the state it began from. Raises `BadInput` for what this deck did not play.
        """
        return self.run(self._kept(replay, "replay_of", thread).id)

    def _kept(self, replay: Replay, origin: Origin, thread: str | None) -> Replay:
        """The replay as it is kept: its thread, its metadata and the rest of its row are those on the recording."""
        from playhead.replays import kept

        return kept(self.store, replay, origin, thread)

    def runs(self, thread: str | None = None, *, limit: int = 50) -> list[Run]:
        """A conversation's runs, or the newest `limit` of all; oldest first. Raises `BadInput`."""
        _check_limit(limit)
        return self.store.runs_of(self._stored(thread)) if thread is not None else self.store.newest_runs(limit)[::-1]

    def run(self, id: str) -> Run:
        """The run of this id, which may be shortened. Raises `RunNotFound`."""
        return self.store.run(id)

    def threads(self) -> list[str]:
        """The names of all recorded conversations, oldest first."""
        return self.store.threads()

    def latest(
        self, limit: int = 20, *, where: Sequence[str] = (), since: str | None = None, until: str | None = None
    ) -> list[list[Run]]:
        """The runs of the `limit` conversations with the newest runs, newest first; each oldest first.

        `where`, `since` and `until` are conditions as `verify` takes them. Raises `BadInput`.
        """
        _check_limit(limit)
        if not where and since is None and until is None:
            return [self.store.runs_of(name) for name in self.store.newest_threads(limit)]
        selection = selection_of(where, since=since, until=until, limit=limit, now=time.time())
        return [self.store.runs_of(name) for name in newest_first(self.store, selection)]

    def thread(self, name: str) -> list[Run]:
        """The runs of a conversation whose name, a beginning of it, or one of whose runs' ids is given.

        Raises `RunNotFound`, naming the nearest.
        """
        return lookup.conversation(self.store, self._redactor, name)

    def label(self, of: Run | str, /, **facts: Any) -> None:
        """Say business facts of a run, or of a whole conversation: `deck.label("c-1042", outcome="lost")`.

        A name may be shortened, and may be a run's id. Values are plain data; None takes a fact away. Nothing is
        overwritten: of labels with one name the newest counts. Raises `RunNotFound`, `BadInput`.
        """
        from playhead.labelling import label_parts

        thread, run = self._meant(of)
        self.store.label(thread, run, label_parts(self._encoder, facts), time.time())

    def labels(self, of: Run | str) -> tuple[Label, ...]:
        """All that was said of a run or a conversation by labels, oldest first. Raises `RunNotFound`."""
        return self.store.labels(*self._meant(of))

    def _stored(self, name: str) -> str:
        """A conversation's name as it is stored: without the secrets that may be in it."""
        return self._redactor.name(str(name))  # LangGraph takes a number for a conversation's name, too

    def _meant(self, of: Run | str) -> tuple[str, str | None]:
        return lookup.meant(self.store, self._redactor, of)

    def diff(self, a: Run, b: Run | None = None) -> Comparison:
        """How run `b` differs from run `a`; of a replay or a fork alone, from the run it was made from.

        As text it is what `playhead diff` prints. Raises `BadInput` for one run that was made from no other.
        """
        from playhead.comparison import compare
        from playhead.replays import turn_of

        left, right = (self.originals([lookup.a_run(a)])[0], a) if b is None else (lookup.a_run(a), lookup.a_run(b))
        return compare(turn_of(left, self.store.runs_of(left.thread)) if isinstance(right, Replay) else left, right)

    def originals(self, runs: Iterable[Run]) -> list[Run]:
        """The runs that these replays and forks were made from. Raises `BadInput` for a run that is neither."""
        from playhead.comparison.findings import original_of

        return [self.run(original_of(run)) for run in runs]

    def prompt_version(self, name: str, version: str) -> PromptUse:
        """The recorded text of a prompt whose content or file hash begins so. Raises `PromptVersionNotFound`."""
        from playhead.comparison.prompts import recorded_version

        return recorded_version(self.store, name, version, self._encoder.decode)

    def resume(self, thread: str, graph: Any, *, answer: Any = None, resources: Mapping[str, Any] | None = None) -> Any:
        """Go on with a conversation: with `answer` after an interrupt, without it after a crash or an error.

        Gives the graph's output. Raises `RunNotFound`, `NothingToResume`, `NodeGone`, `StillRunning`.
        """
        going_on = self._continuation(thread, graph, answer, resources)
        return going_on.agent.invoke(going_on.given, going_on.config)

    async def aresume(
        self, thread: str, graph: Any, *, answer: Any = None, resources: Mapping[str, Any] | None = None
    ) -> Any:
        """As `resume`, for graphs with async nodes."""
        going_on = self._continuation(thread, graph, answer, resources)
        return await going_on.agent.ainvoke(going_on.given, going_on.config)

    def _continuation(self, thread: str, graph: Any, answer: Any, resources: Mapping[str, Any] | None) -> Continuation:
        from playhead.resuming import continuation

        def recording_of(name: str) -> Recording:
            return self._recording(name, self.prompts, resources)

        return continuation(self.store, recording_of, self._stored(thread), thread, graph, answer)

    def settle(
        self, of: Run | str, *, happened: bool, key: str | None = None, result: Any = None, by: str | None = None
    ) -> str:
        """Say whether an effect happened that was cut off and that nothing can look up; gives its key.

        `key` is needed where several of the conversation are in doubt; `result` is what it gave, as plain data. Going
        on with `resume` takes it for done, or does it. That it was said, by whom and when, stays as a label of the run:
        `settled`. Raises `NothingToSettle`, `StillRunning`, `RunNotFound`, `BadInput`.
        """
        from playhead.labelling import Settled, settle

        thread, _ = self._meant(of)
        said = Settled(happened, key, result, by)
        return settle(self.store, self._encoder, thread, said)

    def threads_of(self, customer: str) -> list[str]:
        """The conversations that `forget` would erase: of this name, or whose runs, pruned or not, name the `customer`.

        Raises `Corrupt` where one of the recording's conversations is not found.
        """
        return upkeep.threads_of(self.store, self._stored(customer))

    def forget(self, customer: str, resources: Mapping[str, Any] | None = None) -> int:
        """Erase a customer: conversations of this name, or whose runs, pruned or not, name them; gives how many.

        Every resource that has `forget(name)` erases there, too: the customer's, by all names they go by, and each
        conversation's. A run that is under way writes and does nothing more. Raises `StillRead` where the bytes stay in
        the files because another process uses them, and what a resource raises; all the rest is erased then.
        """
        return upkeep.forget(self.store, self._stored(customer), (resources or {}).values(), customer)

    def vacuum(self) -> Vacuumed:
        """Remove values that nothing refers to, and give freed pages back. Raises `StillRead`."""
        return upkeep.vacuum(self.store)

    def prune(
        self,
        *,
        older_than: str | None = None,
        keep_last: int = 0,
        statuses: Iterable[str] = (),
        origins: bool = False,
        state: bool = False,
        dry: bool = True,
    ) -> Pruned:
        """Remove runs for the room they take: what would go, or with `dry=False` what went.

        Turns that ended longer ago than `older_than` (`90d`, `12h`, a date), that are not among the newest `keep_last`
        of their conversation, and that ended in one of `statuses`. A conversation's newest state stays, so that it
        goes on; with `state`, one of which no run stays goes whole. What is running or waits for an answer stays unless
        its status is among these, and, unless `origins`, what a kept replay was made from. Raises `BadInput`,
        `StillRead`.
        """
        return upkeep.prune(self.store, upkeep.rule(older_than, keep_last, statuses, origins, state), dry=dry)

    def files_about(self, customer: str) -> list[Path]:
        """Files of the project that speak of a customer and are none of the recording: tapes, reports, copies.

        `forget` does not reach them. They are known by the ids of runs, by conversations' and the customer's names.
        """
        return upkeep.files_about(self.store, self._stored(customer), self.config.root, customer)

    def tape(
        self, runs: Run | Iterable[Run], path: str | Path | None = None, *, note: Mapping[str, Any] | None = None
    ) -> tape.Tape:
        """One or more runs as one portable file, with those of the same event; written to `path` if that is given.

        With those, too, that commands were given to at the same state: what each wrote there is told by all of them.
        `note` are facts to go with it (which model, when), as plain data. What is at `path` already is replaced. Raises
        `BadInput` where it cannot be written, or there is no run.
        """
        names = [lookup.a_run(run).id for run in ([runs] if isinstance(runs, Run | str) else runs)]
        made = tape.make(self.store, names, self._redactor, note or {})
        if path is not None:
            tape.write(made, Path(path))
        return made

    def load(self, path: str | Path) -> list[Run]:
        """Bring a tape's runs into this recording. One that is here already stays as it is.

        Raises `TapeNotFound`, `BadInput` (no tape), `TapeTooNew`, `TapeDamaged`, and `TapeConflict` where the tape
        contradicts what is recorded here; nothing was loaded then.
        """
        return [self.store.run(name) for name in tape.load(self.store, path, self._redactor)]

    def check(self) -> integrity.Findings:
        """Read every record and check its seal, its references and its values' hashes."""
        self.store.flush()
        with self.store.reading() as session:
            return integrity.check_all(session, self.store.backend)


def _folder(path: Path | None) -> PromptFolder | None:
    if path is None:
        return None
    from playhead.prompts import PromptFolder

    return PromptFolder(path)


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise BadInput("limit", f"{limit} is no number to stop at.", "Give 1 or more.")
