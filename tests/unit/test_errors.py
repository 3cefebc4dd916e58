"""Each error says what happened, with which values, and what to do next."""

from __future__ import annotations

import inspect

import pytest

from playhead import errors
from playhead.errors import NotFound, PlayheadError, nearest_name
from playhead.records import Divergence, Replay

REPLAY = Replay(
    id="p-1",
    thread="c-1",
    graph="desk",
    cause="r-1",
    status="done",
    attempt=1,
    owner="here:1",
    started=0.0,
    ended=1.0,
    refs={},
    read=lambda _: None,
    load_steps=lambda read: (),
    divergences=(Divergence("draft@6", "output.reply", "Yes.", "No."),),
)

EXAMPLES: dict[str, PlayheadError] = {
    made.__class__.__name__: made
    for made in (
        errors.RunNotFound("r-12", ["r-123"]),
        errors.PromptNotFound("replay", ["reply"]),
        errors.GraphNotFound("deks", ["desk"]),
        errors.NotAgreed("Nothing was erased."),
        errors.PromptVersionNotFound("reply", "9z", ["a1b2"]),
        errors.RecordingNotFound("runs.db"),
        errors.MissingInput("reply", "business", ["busines"]),
        errors.UnknownInput("reply", "mesage", ["message"]),
        errors.WrongInput("reply", "price", "it is not a number"),
        errors.PromptSyntax("reply.md", 3, "the tag is not closed.", "Close it.", "open-tag"),
        errors.BadAnswer("reply", "it is not JSON", "Sure! Here you"),
        errors.StepNotFound("draft@5", ["draft@6"]),
        errors.TapeNotFound("ready.jsn", ["ready.json"]),
        errors.NothingSelected("outcome=lost"),
        errors.CannotJudge("default"),
        errors.ExperimentNotFound("x-12", ["x-1234"]),
        errors.Diverged(REPLAY),
        errors.NotRecorded("model call 0 of draft@6", "its request changed"),
        errors.NotAsked("the next call would pass the limit of 5"),
        errors.EffectHeldBack("send", "its text changed"),
        errors.NotReplayable("r-12", "its input was erased"),
        errors.OnlyRecorded("Tool 'book'"),
        errors.NothingToResume("c-1", "done"),
        errors.NodeGone("c-1", "approve", "desk"),
        errors.GraphFailed("c-1", ValueError("no oven")),
        errors.StillRunning("r-1", 4711),
        errors.ThreadBusy("c-1", "host/4026531836:4711:a1b2", 60),
        errors.LeaseLost("c-1", 30),
        errors.EffectUnknown("send", "c-1/e/send/0"),
        errors.NothingToSettle("c-1", ["c-1/e/send/0", "c-1/e/send/1"]),
        errors.SchemaTooNew("runs.db", 9, 1),
        errors.Corrupt("runs", "r-1"),
        errors.Unopenable("runs.db", "its pages are malformed"),
        errors.NotTrusted("vals", "7", "it names os.system, which is not known to hold data only"),
        errors.StoreBusy("runs.db", 10),
        errors.StillRead("runs.db"),
        errors.ConversationForgotten(),
        errors.StoreClosed(),
        errors.DriverMissing("postgresql://127.0.0.1/shop", "No module named 'psycopg'"),
        errors.StoreUnusable("runs.db", "its folder does not exist"),
        errors.ServerUnreachable("postgresql://127.0.0.1/shop", "connection refused"),
        errors.TapeTooNew("ready.json", 9, 1),
        errors.TapeDamaged("ready.json", "run r-1", "its seal does not match"),
        errors.TapeConflict("ready.json", "Run r-1", "it is here already with other content"),
        errors.GraphNotLoadable("shop:graph", "there is no shop"),
        errors.UnknownModel("embeded", ["embedded"]),
        errors.ModelUnusable("openai:gpt-5-mini", "OPENAI_API_KEY"),
        errors.NoResource("calender", ["calendar"]),
        errors.BadInput("file.jsonl line 3", "it is not JSON.", "Write one object a line."),
    )
}
KINDS = {
    PlayheadError,
    NotFound,
    errors.PromptError,
    errors.ReplayError,
    errors.ResumeError,
    errors.StoreError,
    errors.ConfigError,
}


def classes() -> list[type[PlayheadError]]:
    """All that can be raised."""
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PlayheadError)]
    return [kind for kind in found if kind not in KINDS]


@pytest.mark.parametrize("kind", classes())
def test_an_error_has_an_example_here(kind: type[PlayheadError]) -> None:
    assert kind.__name__ in EXAMPLES
    assert kind.__doc__


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_says_what_happened_and_what_to_do(name: str) -> None:
    error = EXAMPLES[name]
    assert error.happened[0].isupper() or error.happened.split(":")[0] in str(vars(error))
    for part in (error.happened, error.remedy):
        assert part.endswith((".", "?", "`"))
    assert str(error) == f"{error.happened} {error.remedy}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_tells_its_values(name: str) -> None:
    error = EXAMPLES[name]
    given = [value for key, value in vars(error).items() if key not in ("happened", "remedy", "rule", "replay")]
    for value in given:
        assert str(value) in str(error)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_error_belongs_to_one_kind_and_ends_the_command_with_its_code(name: str) -> None:
    error = EXAMPLES[name]
    assert sum(isinstance(error, kind) for kind in KINDS - {PlayheadError}) == 1
    assert error.exit_code in (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("name", ["RunNotFound", "PromptNotFound", "GraphNotFound", "UnknownModel", "NoResource"])
def test_a_mistyped_name_is_answered_with_the_nearest(name: str) -> None:
    assert "Did you mean" in str(EXAMPLES[name])


def test_where_nothing_is_near_nothing_is_suggested() -> None:
    assert nearest_name("calendar", ["outbox", "clock"]) == ""
    assert nearest_name("calendar", []) == ""


def test_the_tree_in_the_page_is_the_tree_in_the_code() -> None:
    assert errors.__doc__
    for kind in classes():
        assert kind.__name__ in errors.__doc__


def test_a_name_that_several_share_is_told_with_them() -> None:
    told = str(errors.RunNotFound("c-1", ["c-10", "c-11", "d-1"]))
    assert told.startswith("'c-1' stands for several runs or conversations: c-10, c-11. Name one of them.")


def test_of_many_that_share_a_name_a_few_are_named() -> None:
    assert "c4, …." in str(errors.RunNotFound("c", [f"c{number}" for number in range(9)]))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.NothingToResume("c-1", "interrupted", "May I?"), "It asks: May I?"),
        (errors.NothingToResume("c-1", "failed", given=True), "waits for no answer"),
        (errors.NothingToResume("c-1", "done", given=True), "has nothing to resume"),
    ],
)
def test_it_is_said_why_there_is_nothing_to_resume(error: PlayheadError, told: str) -> None:
    assert told in str(error)
