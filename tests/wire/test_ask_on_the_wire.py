"""Whatever a provider does on the wire, `ask` ends with an answer or with an error of the right class.

Every attempt is on the recording.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import openai
import pytest

from playhead import aask, ask
from playhead.deck import Deck
from playhead.errors import BadAnswer
from playhead.records import Call
from tests.graphs.shapes import NOTHING, chain
from tests.wire.conftest import Provider, completion, dropping, failure

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
ANSWER = completion("Hello!")


def say(deck: Deck, prompt: str = "say") -> Any:
    graph = chain(("node", lambda state: {"notes": [ask(prompt, word="hi")]}))
    return deck.record(graph).invoke(NOTHING, CONFIG)["notes"][0]


def calls(deck: Deck) -> list[Call]:
    return list(deck.runs("t-1")[0].calls)


def seen(deck: Deck) -> list[tuple[int, str, str | None]]:
    """Attempt, status and the error's class, of every call."""
    return [(call.attempt, call.status, call.error and call.error.kind.rsplit(".", 1)[-1]) for call in calls(deck)]


def test_text_is_asked_for_with_the_prompts_parameters(deck: Deck, provider: Provider) -> None:
    provider.answers = [ANSWER]
    assert say(deck) == "Hello!"
    (asked,) = provider.asked
    assert (asked["model"], asked["temperature"]) == ("gpt-test", 0)
    assert asked["messages"] == [{"role": "user", "content": "The word: hi"}]
    assert 50 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    (call,) = calls(deck)
    assert (call.input_tokens, call.output_tokens, call.name) == (11, 3, "gpt-test")
    assert call.prompt is not None


def test_a_schema_is_sent_as_json_schema_and_the_answer_checked(deck: Deck, provider: Provider) -> None:
    provider.answers = [completion('{"n": 3}')]
    assert say(deck, "count") == {"n": 3}
    form = provider.asked[0]["response_format"]
    assert (form["type"], form["json_schema"]["name"]) == ("json_schema", "count")
    assert calls(deck)[0].request["params"]["response_format"] == form


async def test_async_it_is_the_same(deck: Deck, provider: Provider, pauses: list[float]) -> None:
    provider.answers = [failure(429, Retry_After="3"), completion('{"n": 3}')]

    async def node(state: Any) -> Any:
        return {"notes": [await aask("count", word="hi")]}

    assert (await deck.record(chain(("node", node))).ainvoke(NOTHING, CONFIG))["notes"] == [{"n": 3}]
    assert [status for _, status, _ in seen(deck)] == ["failed", "done"]
    assert 3.0 in pauses


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0.25"}, 0.25),
        ({"retry_after_ms": "1500"}, 1.5),
        ({"Retry_After": "soon"}, 0.5),
        ({}, 0.5),
    ],
)
def test_too_many_requests_are_waited_out_as_long_as_asked(
    deck: Deck, provider: Provider, pauses: list[float], headers: dict[str, str], seconds: float
) -> None:
    provider.answers = [failure(429, **headers), ANSWER]
    assert say(deck) == "Hello!"
    assert pauses == [seconds]
    assert seen(deck) == [(1, "failed", "OpenAIRateLimitError"), (2, "done", None)]


def test_a_date_to_come_back_at_is_waited_for(deck: Deck, provider: Provider, pauses: list[float]) -> None:
    provider.answers = [failure(429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=30))), ANSWER]
    assert say(deck) == "Hello!"
    assert 25 < pauses[0] <= 30


def test_too_many_requests_for_ever_end_in_the_providers_error(
    deck: Deck, provider: Provider, pauses: list[float]
) -> None:
    provider.answers = [failure(429, Retry_After="2")]
    with pytest.raises(openai.RateLimitError):
        say(deck)
    assert pauses == [2.0, 2.0, 2.0]
    assert seen(deck) == [(attempt, "failed", "OpenAIRateLimitError") for attempt in (1, 2, 3, 4)]
    assert calls(deck)[0].error.details["status_code"] == 429  # type: ignore[union-attr]


def test_a_longer_pause_than_the_budget_allows_is_not_waited_for(
    deck: Deck, provider: Provider, pauses: list[float]
) -> None:
    provider.answers = [failure(429, Retry_After="3600")]
    with pytest.raises(openai.RateLimitError):
        say(deck)
    assert (pauses, len(provider.asked)) == ([], 1)


def test_an_empty_purse_is_not_asked_again(deck: Deck, provider: Provider, pauses: list[float]) -> None:
    body = {"error": {"message": "quota", "type": "insufficient_quota", "code": "insufficient_quota", "param": None}}
    provider.answers = [(429, {}, json.dumps(body).encode())]
    with pytest.raises(openai.RateLimitError):
        say(deck)
    assert len(provider.asked) == 1


def test_server_errors_are_asked_again_after_growing_pauses(
    deck: Deck, provider: Provider, pauses: list[float]
) -> None:
    provider.answers = [failure(500), failure(503), failure(502), ANSWER]
    assert say(deck) == "Hello!"
    assert pauses == [0.5, 1.0, 2.0]
    assert [attempt for attempt, _, _ in seen(deck)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("status", "kind"), [(400, openai.BadRequestError), (401, openai.AuthenticationError)])
def test_our_own_mistakes_are_not_asked_again(
    deck: Deck, provider: Provider, pauses: list[float], status: int, kind: type[Exception]
) -> None:
    provider.answers = [failure(status)]
    with pytest.raises(kind):
        say(deck)
    assert len(seen(deck)) == 1


@pytest.mark.parametrize("silent", [False, True])
def test_a_dropped_connection_or_a_time_out_is_asked_again(
    deck: Deck, provider: Provider, pauses: list[float], silent: bool
) -> None:
    provider.answers = [(lambda request: provider.released.wait(30)) if silent else dropping, ANSWER]
    assert say(deck) == "Hello!"
    kind = "OpenAITimeoutError" if silent else "OpenAIConnectionError"
    assert seen(deck) == [(1, "failed", kind), (2, "done", None)]


def test_a_connection_dropped_for_ever_ends_in_the_providers_error(
    deck: Deck, provider: Provider, pauses: list[float]
) -> None:
    provider.answers = [dropping]
    with pytest.raises(openai.APIConnectionError):
        say(deck)
    assert len(seen(deck)) == 4


NONSENSE = {
    "json that ends too soon": (200, {}, b'{"id": "x", "choi'),
    "a web page": (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"),
    "no choices": {**ANSWER, "choices": []},
    "an error with status 200": {"error": {"message": "boom"}},
}


@pytest.mark.parametrize("prompt", ["say", "count"])
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_asked_again_and_then_a_bad_answer(
    deck: Deck, provider: Provider, pauses: list[float], nonsense: Any, prompt: str
) -> None:
    provider.answers = [nonsense]
    with pytest.raises(BadAnswer, match="the call failed with"):
        say(deck, prompt)
    assert [attempt for attempt, _, _ in seen(deck)] == [1, 2, 3, 4]


@pytest.mark.parametrize("prompt", ["say", "count"])
def test_an_answer_cut_off_at_the_token_limit_is_asked_for_again_shorter(
    deck: Deck, provider: Provider, pauses: list[float], prompt: str
) -> None:
    whole = "Hello!" if prompt == "say" else '{"n": 3}'
    provider.answers = [completion(whole[:4], "length"), completion(whole)]
    assert say(deck, prompt) in ("Hello!", {"n": 3})
    assert "cut off" in provider.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize("prompt", ["say", "count"])
@pytest.mark.parametrize("body", [completion(None, refusal="I cannot."), completion(None, "content_filter")])
def test_a_refusal_is_a_bad_answer_at_once(
    deck: Deck, provider: Provider, pauses: list[float], prompt: str, body: Any
) -> None:
    provider.answers = [body]
    with pytest.raises(BadAnswer, match="refused"):
        say(deck, prompt)
    assert len(seen(deck)) == 1


def test_an_answer_that_does_not_fit_the_schema_is_asked_for_again(
    deck: Deck, provider: Provider, pauses: list[float]
) -> None:
    provider.answers = [completion("three"), completion('{"n": "three"}'), completion('{"n": 3}')]
    assert say(deck, "count") == {"n": 3}
    assert [(attempt, status) for attempt, status, _ in seen(deck)] == [(1, "done"), (2, "done"), (3, "done")]


def test_the_key_is_nowhere_in_the_recording(deck: Deck, provider: Provider, pauses: list[float]) -> None:
    provider.answers = [failure(401)]
    with pytest.raises(openai.AuthenticationError):
        say(deck)
    deck.close()
    assert all(b"test-key-of-no-worth" not in file.read_bytes() for file in deck.store.location.parent.glob("runs.db*"))
