"""What can go wrong, and what does the person who reads it do next?

One tree. Every class takes data and builds its own text in three parts: what happened, with which values,
what to do next (with the nearest match where a name was mistyped).

```
PlayheadError
├─ NotFound       RunNotFound · StepNotFound · PromptNotFound · PromptVersionNotFound · GraphNotFound ·
│                 RecordingNotFound · TapeNotFound · NothingSelected · ExperimentNotFound
├─ PromptError    MissingInput · UnknownInput · WrongInput · PromptSyntax · BadAnswer
├─ ReplayError    Diverged · NotRecorded · NotAsked · EffectHeldBack · NotReplayable · OnlyRecorded
├─ ResumeError    NothingToResume · NodeGone · GraphFailed · StillRunning · ThreadBusy · LeaseLost ·
│                 EffectUnknown · NothingToSettle · ConversationForgotten
├─ StoreError     SchemaTooNew · Corrupt · Unopenable · NotTrusted · StoreBusy · StillRead · StoreClosed ·
│                 StoreUnusable · ServerUnreachable · DriverMissing · TapeTooNew · TapeDamaged · TapeConflict
└─ ConfigError    GraphNotLoadable · UnknownModel · ModelUnusable · NoResource · BadInput · CannotJudge · NotAgreed
```
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable

from playhead.records import Divergence, Replay


class PlayheadWarning(UserWarning):
    """Something was left out of a recording; the customer's conversation went on."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """`" Did you mean 'x'?"` for the closest of the known names, or `""`."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""


LONGEST_NAME = 200  # letters of a name that are said again
NAMED = 5  # of several that a short name stands for


PLAIN_AT_A_SHELL = re.compile(r"[\w@%+=:,./][\w@%+=:,./~-]*")


def at_a_shell(name: str) -> str:
    """A name as it has to be typed in a command: in quotes where a shell would take it for something else."""
    return name if PLAIN_AT_A_SHELL.fullmatch(name) else shlex.quote(name)


def apart(left: str, right: str, length: int) -> tuple[str, str]:
    """Two texts, each cut to `length` characters so that the place where they part is seen."""
    same = next((n for n, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    start = min(len(left), len(right)) if same is None else same
    if max(len(left), len(right)) <= length or start < length // 2:
        return _cut(left, 0, length), _cut(right, 0, length)
    start = left.rfind(" ", 0, max(start - length // 4, 1)) + 1
    return _cut(left, start, length), _cut(right, start, length)


def _cut(text: str, start: int, length: int) -> str:
    shown = f"…{text[start:]}" if start else text
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


class PlayheadError(Exception):
    """Any error Playhead raises on purpose.

    `happened` says what and with which values, `remedy` what to do next; `exit_code` is what the CLI ends with
    (1 the result is bad, 2 wrong usage, 3 not found, 4 a recorded answer is missing, 5 a provider failed, 6 refused).
    """

    exit_code = 1

    def __init__(self, happened: str, remedy: str) -> None:
        self.happened, self.remedy = happened, remedy
        super().__init__(f"{happened} {remedy}".strip())


PROVIDERS = ("openai", "langchain_openai", "httpx", "httpcore")
"""Packages whose exceptions mean that a model's provider, or the way to it, failed."""


def exit_code_of(error: BaseException) -> int:
    """What a command ends with for this error: an error of ours says it, 5 for a provider's, 1 for any other."""
    if isinstance(error, PlayheadError):
        return error.exit_code
    return 5 if type(error).__module__.split(".")[0] in PROVIDERS else 1


# ── not found ────────────────────────────────────────────────────────────────────────────────────────────────


class NotFound(PlayheadError):
    """A name or id that nothing answers to."""

    exit_code = 3
    thing = "thing"
    look = "Check the spelling."

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        shown = repr(_cut(name, 0, LONGEST_NAME))
        super().__init__(f"There is no {self.thing} {shown}.{nearest_name(name, known)}", self.look)


class RunNotFound(NotFound):
    """No run or conversation has this id, or several share the shortened one."""

    thing = "run or conversation"
    look = "`playhead ls` lists what is recorded."

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        known = list(known)
        several = [each for each in known if name and each.startswith(name)]
        if len(several) < 2:
            super().__init__(name, known)
            return
        self.name = name
        shown = f"{', '.join(several[:NAMED])}{', …' if len(several) > NAMED else ''}"
        PlayheadError.__init__(
            self,
            f"{_cut(name, 0, LONGEST_NAME)!r} stands for several runs or conversations: {shown}.",
            f"Name one of them. {self.look}",
        )


class PromptNotFound(NotFound):
    """The prompt set has no file of this name."""

    thing = "prompt"
    look = "`playhead prompt ls` lists the prompts; the file must be <name>.md in the prompt folder."


class PromptVersionNotFound(NotFound):
    """No recorded call was made from this version of the prompt, or several share the shortened hash."""

    def __init__(self, name: str, version: str, known: Iterable[str]) -> None:
        self.name, self.version = name, version
        versions = [f"{name}@{each[:12]}" for each in dict.fromkeys(known)]
        several = [each for each in versions if each.startswith(f"{name}@{version}")]
        problem = "stands for several versions" if several else "is no recorded version"
        PlayheadError.__init__(
            self,
            f"{name}@{version} {problem}; there are: {', '.join(versions) or 'none of this name'}.",
            f"Name one of them, or {name}@now for the file as it stands.",
        )


class GraphNotFound(NotFound):
    """No graph of this name is configured."""

    thing = "graph"
    look = "Name it under [tool.playhead.graphs] in pyproject.toml, or run `playhead init` to start a project."


class RecordingNotFound(NotFound):
    """There is no database at this path; one that is only read is never created."""

    thing = "recording"
    look = "`playhead run` or `playhead chat` make one; --store or PLAYHEAD_STORE say where it is."


class StepNotFound(NotFound):
    """The run has no step at this address."""

    thing = "step"
    look = "`playhead show RUN` lists the run's steps with their addresses."


class TapeNotFound(NotFound):
    """There is no tape at this path."""

    thing = "tape"
    look = "`playhead tape RUN -o FILE` makes one."


class NothingSelected(NotFound):
    """No recorded conversation is what was asked for."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        PlayheadError.__init__(
            self,
            f"No recorded conversation matches {wanted}." if wanted else "No conversation is recorded here.",
            "`playhead ls` lists what is recorded; take a condition away, or name another recording with --store.",
        )


class ExperimentNotFound(NotFound):
    """Nothing was kept of an experiment of this name."""

    thing = "experiment"
    look = "A backtest says its name when it begins, and when it is stopped."


# ── prompts ──────────────────────────────────────────────────────────────────────────────────────────────────


class PromptError(PlayheadError):
    """A prompt file or its use is wrong."""


class MissingInput(PromptError):
    """A prompt was rendered without an input it declares, or with null for it."""

    exit_code = 2

    def __init__(self, prompt: str, name: str, given: Iterable[str] = ()) -> None:
        self.prompt, self.name = prompt, name
        given = sorted(given)
        super().__init__(
            f"Prompt {prompt!r} needs the input {name!r} and got {', '.join(given) or 'nothing'}."
            f"{nearest_name(name, given)}",
            "Pass it, or declare it `required: false` and use it inside a section only.",
        )


class UnknownInput(PromptError):
    """A prompt was given an input that its header does not declare."""

    exit_code = 2

    def __init__(self, prompt: str, name: str, declared: Iterable[str] = ()) -> None:
        self.prompt, self.name = prompt, name
        declared = sorted(declared)
        super().__init__(
            f"Prompt {prompt!r} has no input {name!r}; it declares {', '.join(declared) or 'none'}."
            f"{nearest_name(name, declared)}",
            "Declare it under `inputs:` or drop it.",
        )


class WrongInput(PromptError):
    """A prompt was given a value that does not fit the input's declaration."""

    exit_code = 2

    def __init__(self, prompt: str, name: str, problem: str) -> None:
        self.prompt, self.name, self.problem = prompt, name, problem
        super().__init__(
            f"Prompt {prompt!r} cannot use the value given for the input {name!r}: {problem}.",
            "Pass a value that fits, or widen the input's declaration under `inputs:`.",
        )


class PromptSyntax(PromptError):
    """A prompt file cannot be read: bad header, bad tag, bad block, or an attack refused.

    `rule` is the lint rule that the file breaks.
    """

    def __init__(self, path: str, line: int, problem: str, remedy: str, rule: str = "bad-file") -> None:
        self.path, self.line, self.problem, self.rule = path, line, problem, rule
        super().__init__(f"{path}:{line}: {problem}", remedy)


class BadAnswer(PromptError):
    """A model's answer did not fit the prompt's output schema within the retries, or the model refused."""

    exit_code = 5

    def __init__(self, prompt: str, problem: str, answer: str) -> None:
        self.prompt, self.problem, self.answer = prompt, problem, answer
        super().__init__(
            f"The model's answer to prompt {prompt!r} cannot be used: {problem}. It began {answer[:120]!r}.",
            "Every attempt is recorded; simplify the output schema, add an example, or use a stronger model.",
        )


# ── replaying ────────────────────────────────────────────────────────────────────────────────────────────────


class ReplayError(PlayheadError):
    """A replay cannot go on, or did not come out as it must."""


class Diverged(ReplayError):
    """An exact replay came out otherwise than the recording. `replay` is the whole of it."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        first = replay.divergence
        assert first is not None
        run = replay.original.id if replay.original else "?"
        super().__init__(
            f"Run {run} does not replay: at {first.step}, {_parting(first)}.",
            f"{first.hint} If the code was changed on purpose, record the run anew; `playhead diff` shows both side "
            "by side.".strip(),
        )


def _parting(first: Divergence) -> str:
    """How a step came out otherwise, in words."""
    what = "this step" if first.field == "step" else first.field
    match first.recorded, first.replayed:
        case "not on the recording", "made" | "reached":
            return f"{what} is {first.replayed} now; it is not on the recording"
        case "made" | "reached", "not made" | "not reached":
            return f"{what} was {first.recorded} on the recording and is {first.replayed} now"
    left, right = apart(repr(first.recorded), repr(first.replayed), 120)
    return f"{what} was {left} on the recording and is {right} now"


class NotRecorded(ReplayError):
    """A replay that may not ask needs an answer that is not on the recording."""

    exit_code = 4

    def __init__(self, call: str, why: str) -> None:
        self.call, self.why = call, why
        super().__init__(
            f"{call} has no recorded answer: {why}.",
            "Replay it with changes, without --strict, to have it asked.",
        )


class NotAsked(ReplayError):
    """A backtest turned a question away: its money, its worst case or its user's patience was at an end."""

    exit_code = 6

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"Not asked: {why}.", "What was answered is kept; go on with --resume.")


class EffectHeldBack(ReplayError):
    """An effect would have happened otherwise than recorded, and has no `simulate` to answer for it."""

    exit_code = 6

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(
            f"Effect {name!r} was held back: {why}.",
            "Nothing was done. Give the effect a pure `simulate=` so that replays can go on past it.",
        )


class NotReplayable(ReplayError):
    """The recording lacks what a replay of this run needs."""

    exit_code = 4

    def __init__(self, run: str, problem: str, remedy: str = "Choose another run.") -> None:
        self.run, self.problem = run, problem
        super().__init__(f"Run {run} cannot be replayed: {problem}.", remedy)


class OnlyRecorded(ReplayError):
    """A model or tool of an imported conversation was called where its recorded answers do not reach."""

    exit_code = 4

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} is known by its recorded answers only: the conversation was imported.",
            "Replay its runs, or record an agent of your own.",
        )


# ── resuming ─────────────────────────────────────────────────────────────────────────────────────────────────


class ResumeError(PlayheadError):
    """A run cannot go on."""

    exit_code = 6


class NothingToResume(ResumeError):
    """The conversation's last run is finished; or it asks something and got no answer, or was `given` one unasked.

    `asks` is what it waits to be told, as text.
    """

    def __init__(self, thread: str, status: str, asks: str = "", *, given: bool = False) -> None:
        self.thread, self.status, self.asks = thread, status, asks
        happened = f"Conversation {thread!r} has nothing to resume: its last run is {status!r}."
        remedy = f"Send it a new message, or look at it with `playhead show {at_a_shell(thread)}`."
        if asks:
            happened = f"Conversation {thread!r} waits for an answer. It asks: {asks}"
            remedy = f"Give one: `playhead resume {at_a_shell(thread)} --answer …`, in Python deck.resume(…, answer=…)."
        elif given and status != "done":
            happened = f"Conversation {thread!r} waits for no answer: its last run is {status!r}."
            remedy = "Resume it without one."
        super().__init__(happened, remedy)


class NodeGone(ResumeError):
    """The graph that is to go on does not have the node where the conversation stands: LangGraph would just end it."""

    def __init__(self, thread: str, node: str, graph: str) -> None:
        self.thread, self.node = thread, node
        super().__init__(
            f"Conversation {thread!r} stands at the node {node!r}, which the graph given does not have.",
            f"Give the graph {graph!r} that it was recorded with, or one that still has this node.",
        )


class GraphFailed(ResumeError):
    """What went on at the command line failed with an error of the graph's own."""

    exit_code = 1

    def __init__(self, thread: str, error: Exception) -> None:
        self.thread = thread
        said = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(".")
        typed = at_a_shell(thread)
        super().__init__(
            f"Conversation {thread!r} went on, and its graph failed: {said}.",
            f"`playhead show {typed}` says where; mended, it goes on with `playhead resume {typed}`.",
        )


class StillRunning(ResumeError):
    """A living worker, in this process or another, is at work on the run's conversation."""

    def __init__(self, run: str, process: int) -> None:
        self.run, self.process = run, process
        super().__init__(
            f"Run {run} is still being worked on by process {process}.",
            "Wait for it, or stop that process first: two workers on one conversation lose messages.",
        )


class ThreadBusy(ResumeError):
    """Another worker was at work on the conversation for longer than this message would wait in line."""

    def __init__(self, thread: str, holder: str, seconds: float) -> None:
        machine, process, _ = holder.rsplit(":", 2)
        self.thread, self.process, self.machine, self.seconds = thread, int(process), machine.split("/")[0], seconds
        super().__init__(
            f"Conversation {thread!r} is being worked on by process {process} on {self.machine}; "
            f"this message waited {seconds} s for its turn and was not taken.",
            "Bring it again, or let messages wait longer: playhead.open(…, patience=SECONDS) or [tool.playhead] "
            "patience.",
        )


class LeaseLost(ResumeError):
    """This worker was not heard of for so long that another may have gone on with its conversation."""

    def __init__(self, thread: str, seconds: float) -> None:
        self.thread, self.seconds = thread, seconds
        super().__init__(
            f"Conversation {thread!r} was taken over: this process was not heard of for more than {seconds} s.",
            "Nothing more of this run is written or done. Look at the conversation with `playhead show`; what was cut "
            "off goes on with `playhead resume`.",
        )


class ConversationForgotten(ResumeError):
    """The customer of this conversation was forgotten while a run of it was at work."""

    def __init__(self) -> None:
        super().__init__(  # whose it was is what must not be said any more
            "The conversation of this run was forgotten while it was at work.",
            "Nothing more of the run is written or done. A new message begins a new conversation.",
        )


class EffectUnknown(ResumeError):
    """An effect was started before a crash and nobody can say whether it happened."""

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        super().__init__(
            f"Effect {name!r} was started before the run stopped, and whether it happened is unknown (key {key}).",
            "Look it up by hand, say so with `playhead settle CONVERSATION --done` (or `--not-done`), then `playhead "
            "resume` it. With `verify=` the effect would be looked up, with `idempotent=True` done again.",
        )


class NothingToSettle(ResumeError):
    """No effect of the conversation is in doubt, or it is not said which of several is meant."""

    def __init__(self, thread: str, keys: Iterable[str]) -> None:
        self.thread, self.keys = thread, ", ".join(keys)
        happened = f"of its effects these are in doubt: {self.keys}" if self.keys else "none of its effects is in doubt"
        super().__init__(
            f"Conversation {thread!r} cannot be settled so: {happened}.",
            "Name one of them with --key."
            if self.keys
            else f"`playhead show {at_a_shell(thread)} --calls` shows its effects.",
        )


# ── the store ────────────────────────────────────────────────────────────────────────────────────────────────


class StoreError(PlayheadError):
    """The recording cannot be read or written."""


class SchemaTooNew(StoreError):
    """The database was written by a newer Playhead."""

    def __init__(self, path: str, found: int, known: int) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"{path} has schema version {found}; this Playhead knows versions up to {known}.",
            "Upgrade Playhead, or open another database. Nothing was changed.",
        )


class Corrupt(StoreError):
    """A record on disk is not what was written."""

    def __init__(self, table: str, key: str, problem: str = "its seal does not match its bytes") -> None:
        self.table, self.key = table, key
        super().__init__(
            f"Record {key} of {table} is damaged: {problem}.",
            "Run `playhead db check` for the extent, and restore that record from a backup.",
        )


class Unopenable(Corrupt):
    """The database is damaged where it begins, so that nothing of the recording can be read."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        StoreError.__init__(
            self,
            f"The recording {path} is damaged and cannot be opened: {problem}.",
            "Restore the file from a backup.",
        )


class NotTrusted(StoreError):
    """A record on disk names a function or a class that reading it would have to call, and is not read."""

    exit_code = 6

    def __init__(self, table: str, key: str, problem: str) -> None:
        self.table, self.key = table, key
        super().__init__(
            f"Record {key} of {table} is not read: {problem}.",
            "Nothing was imported or called. If no graph of yours recorded this, restore the file from a backup.",
        )


class StoreBusy(StoreError):
    """Another process held the database for longer than we wait."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(
            f"{path} was locked by another process for more than {seconds:g} s.",
            "Close the other process, or give each its own database.",
        )


class StillRead(StoreError):
    """What was erased is gone from the recording, but not from its files."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"It is erased, but its bytes are still in the files of {path}: another process is using them.",
            "End that process, then run `playhead db vacuum`, which removes the bytes.",
        )


class StoreClosed(StoreError):
    """The recording was closed before this was to be written."""

    def __init__(self) -> None:
        super().__init__("The recording is closed.", "Open it again with playhead.open(…).")


class StoreUnusable(StoreError):
    """The database cannot be opened, created or written."""

    def __init__(
        self,
        path: str,
        problem: str,
        remedy: str = "Check that the folder exists and can be written and that the disk has room, or pass --store.",
    ) -> None:
        self.path = path
        super().__init__(f"The recording {path} cannot be used: {problem}.", remedy)


class ServerUnreachable(StoreUnusable):
    """The recording is on a server, and none answers there, or it went away."""

    exit_code = 5


class DriverMissing(StoreError):
    """The recording is on a server, and what speaks to such is not installed."""

    exit_code = 2

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"The recording {path} cannot be opened without PostgreSQL's driver: {problem}.",
            "`pip install 'playhead[postgres]'`",
        )


class TapeTooNew(StoreError):
    """The tape was made by a newer Playhead."""

    def __init__(self, path: str, found: int, known: int) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"Tape {path} has version {found}; this Playhead knows versions up to {known}.",
            "Upgrade Playhead, or make the tape again with this one.",
        )


class TapeDamaged(StoreError):
    """The tape does not say what was recorded: it was cut, edited, or says what no tape says."""

    def __init__(self, path: str, where: str, problem: str) -> None:
        self.path, self.where = path, where
        super().__init__(
            f"Tape {path} is damaged at {where}: {problem}.",
            "Take it from where it came, or make it again with `playhead tape`. Nothing of it was loaded.",
        )


class TapeConflict(StoreError):
    """What is on the tape and what is recorded here contradict each other; what is recorded stays."""

    exit_code = 6

    def __init__(self, path: str, what: str, problem: str) -> None:
        self.path, self.what = path, what
        super().__init__(
            f"{what} on tape {path} cannot be loaded: {problem}.",
            "Load the tape into a recording of its own (--store). Nothing was changed.",
        )


# ── configuration ────────────────────────────────────────────────────────────────────────────────────────────


class ConfigError(PlayheadError):
    """The project or the call is set up wrongly."""

    exit_code = 2


class GraphNotLoadable(ConfigError):
    """A configured `module:name` does not lead to a graph."""

    def __init__(
        self,
        target: str,
        problem: str,
        remedy: str = "It must be `package.module:name`, importable from the project's folder.",
    ) -> None:
        self.target = target
        super().__init__(f"{target!r} cannot be loaded: {problem}.", remedy)


class UnknownModel(ConfigError):
    """A model name is neither an alias of the project nor `provider:model`."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        super().__init__(
            f"There is no model {name!r}.{nearest_name(name, known)}",
            "Use `embedded`, `openai:<model>`, or an alias from [tool.playhead.models].",
        )


class ModelUnusable(ConfigError):
    """A model is to be asked, and what it needs for that is not there."""

    def __init__(self, name: str, missing: str) -> None:
        super().__init__(
            f"The model {name!r} cannot be asked: {missing} is not set.",
            f"Set {missing} (to anything, for a server of your own that asks for none), or name another model.",
        )


class CannotJudge(ConfigError):
    """A criterion needs a model that can read, and the embedded one would be asked."""

    exit_code = 6

    def __init__(self, alias: str) -> None:
        self.alias = alias
        super().__init__(
            f"The model {alias!r} is the embedded one, which cannot judge an answer.",
            'Name one under [tool.playhead.models], such as judge = "openai:gpt-5-mini", or leave out --judge.',
        )


class NoResource(ConfigError):
    """A node asked for a resource that the recording was not given."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        known = sorted(known)
        super().__init__(
            f"There is no resource {name!r}; given: {', '.join(known) or 'none'}.{nearest_name(name, known)}",
            "Pass it: deck.record(graph, resources={...}). At the command line the graph's application gives it: "
            "[tool.playhead.applications].",
        )


class BadInput(ConfigError):
    """A file or option given by the user is not of the form it must have."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where = where
        super().__init__(f"{where}: {problem}", remedy)


class NotAgreed(ConfigError):
    """What costs money or cannot be undone was asked about, and nobody said yes."""

    exit_code = 6

    def __init__(self, left: str, remedy: str = "Say yes, or add --yes so that nobody is asked.") -> None:
        super().__init__(left, remedy)
