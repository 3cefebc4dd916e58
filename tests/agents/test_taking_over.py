"""A person who takes over is never talked over, whatever the agent was doing at that moment."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agents.crossing import WatchedShop
from tests.scale import at_scale

MESSAGES = [
    "Can I book a tune-up on Friday at 11?", "How much is a tune-up?", "Are you open on Sunday?", "Thanks!", "ok",
    "the battery is on fire", "Can I talk to a real person?", "cancel my appointment", "Can you do it for 50?",
    "Please move my appointment to Saturday at 10", "Hello", "Do you repair unicycles?",
]  # fmt: skip
MOST_CROSSINGS = 30


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WatchedShop]:
    opened = WatchedShop(tmp_path / "shop")
    yield opened
    opened.close()


def acts(shop: WatchedShop, thread: str, silent: list[tuple[int, int | None]]) -> list[tuple[str, Callable[[], None]]]:
    """What a person and the customer may do at a crossing; `silent`: from which message on, and up to which."""

    def last() -> int:
        return int(shop.query("SELECT coalesce(max(id), 0) FROM outbox")[0][0])

    def quiet_from_here() -> None:
        silent.append((last(), None))

    def speak_again() -> None:
        silent[:] = [(begin, last() if end is None else end) for begin, end in silent]

    return [
        ("take over", lambda: (shop.others.take_over(thread, "Maya", thread), quiet_from_here())[0]),
        ("release", lambda: (speak_again(), shop.others.release(thread))[0]),
    ]


def broken(shop: WatchedShop, thread: str, silent: list[tuple[int, int | None]]) -> list[str]:
    """Messages that went out while a person had the conversation."""
    rows = shop.query("SELECT id, text FROM outbox WHERE thread = ? AND refused IS NULL", thread)
    return [text for number, text in rows for begin, end in silent if begin < number <= (end or number)]


def test_no_message_while_a_person_has_the_conversation_in_a_thousand_interleavings(shop: WatchedShop) -> None:
    held_back = 0
    for seed in range(at_scale(1000, 40)):
        chance = random.Random(seed)
        thread, silent = f"customer-{seed}", []
        (_, take_over), (_, release) = acts(shop, thread, silent)
        for turn in range(chance.randint(1, 3)):
            first, second = chance.randint(1, 14), chance.randint(1, 14)
            shop.crossings.expect(dict([(first, take_over), (second, release)][: chance.randint(1, 2)]))
            message = {"id": f"m{seed * 10 + turn}", "text": chance.choice(MESSAGES)}
            state = shop.deliver([message], thread)
            held_back += (state.get("sent") or {}).get("reason") == "taken_over"
        shop.crossings.expect({})
        assert broken(shop, thread, silent) == [], f"interleaving {seed}"
    assert held_back > at_scale(100, 3), "the person came between a reply and its sending"


@pytest.mark.parametrize("way", ["take over", "stop", "kill switch", "kill switch of the business"])
@pytest.mark.parametrize(
    "text", ["How much is a tune-up?", "Can I book a tune-up on Friday at 11?", "Do you repair unicycles?"]
)
def test_from_whichever_crossing_on_the_agent_is_told_to_be_silent_it_is(
    shop: WatchedShop, way: str, text: str
) -> None:
    for number in range(1, MOST_CROSSINGS + 1):
        thread, before = f"customer-{number}", []
        tell = {
            "take over": lambda thread=thread: shop.others.take_over(thread, "Maya", thread),
            "stop": lambda thread=thread: shop.others.add(thread, "STOP"),
            "kill switch": shop.others.halt,
            "kill switch of the business": lambda: shop.others.halt("bike-shop"),
        }[way]
        shop.crossings.expect(
            {number: lambda tell=tell, thread=thread, before=before: (tell(), before.append(shop.sent(thread)))[0]}
        )
        shop.deliver([{"id": f"m{number}", "text": text}], thread)
        if not before:
            return
        later = shop.deliver([{"id": f"m{number + 50}", "text": "Are you open on Sunday?"}], thread)
        assert later["outcome"]["outcome"] == "silent"
        assert [shop.sent(thread)] == before
        shop.others.unhalt()
        shop.others.unhalt("bike-shop")
    raise AssertionError("a run has more crossings than are tried")


def test_released_the_agent_answers_again(shop: WatchedShop) -> None:
    shop.crossings.expect({1: lambda: shop.others.take_over("ana", "Maya", "ana")})
    assert shop.deliver([{"id": "m1", "text": "Are you open on Sunday?"}], "ana")["outcome"]["reply"] is None
    shop.others.release("ana")
    assert shop.deliver([{"id": "m2", "text": "Do you have parking?"}], "ana")["outcome"]["outcome"] == "answered"
    assert len(shop.sent("ana")) == 1
