"""Whole conversations in any order of events: what customers read, what the calendar holds and what was said agree.

Hypothesis writes the story: messages, double texts, thanks, bookings, STOP, a person who takes over, a process that
dies at some crossing and one that goes on in its place. After each event the promises must hold.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agents.messaging.nodes import closing
from playhead.errors import NothingToResume, RunNotFound
from tests.agents.crossing import WatchedShop
from tests.scale import at_scale

STEPS = at_scale(50, 20)
STORIES = at_scale(200, 10)

threads = st.sampled_from(["ana", "bo"])
ordinary = st.sampled_from(
    [
        "How much is a tune-up?", "Are you open on Sunday?", "Do you have parking?", "Hello", "my gears slip",
        "Which colours do city bikes come in?", "ok", "yes please", "the second one please", "Friday?",
        "👍", "Cheers, Ana",
    ]
)  # fmt: skip
leaving = st.sampled_from(
    ["Do you repair unicycles?", "can I talk to a person", "you idiots", "the battery is on fire"]
)
days = st.sampled_from(["Wednesday", "Thursday", "Friday", "Saturday", "Friday 19 June"])
hours = st.sampled_from(["10", "11", "10:30", "14:00"])
services = st.sampled_from(["tune-up", "flat repair", "bike fitting"])
stops = st.sampled_from(["STOP", "unsubscribe", "please stop texting me", "take me off your list", "Cancel!"])

BOOKED = re.compile(r"your ([\w -]+?) is (booked for|moved to) (\w+ \d+ \w+ at \d\d:\d\d)")
CANCELLED = re.compile(r"your ([\w -]+?) on (\w+ \d+ \w+ at \d\d:\d\d)[\w ]* is cancelled")


class Died(BaseException):
    """The process is gone: no `except Exception` of the agent may catch it."""


class Conversations(RuleBasedStateMachine):
    """Two customers and the bike shop."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="conversations-"))
        self.lives = 0
        self.shop = WatchedShop(self.folder / "0")
        self.messages = 0
        self.states: dict[str, dict[str, Any]] = {}
        self.cut_off: dict[str, list[dict[str, Any]]] = {}  # batches of runs that died and nobody went on with
        self.inbound: dict[str, list[dict[str, Any]]] = {"ana": [], "bo": []}
        self.silent_since: dict[tuple[str, str], list[str]] = {}  # (thread, why): what had been sent by then
        self.untold: set[str] = set()  # threads in which something was done and its confirmation refused

    # ── what customers say ──────────────────────────────────────────────────────────────────────────────────────

    @rule(thread=threads, text=ordinary | leaving)
    def message(self, thread: str, text: str) -> None:
        self.say(thread, text)

    @rule(thread=threads, first=ordinary, second=ordinary)
    def double_text(self, thread: str, first: str, second: str) -> None:
        self.go_on(thread)
        before = len(self.shop.sent(thread))
        self.say(thread, first, second)
        assert len(self.shop.sent(thread)) <= before + 1

    @rule(thread=threads, words=st.sampled_from(["Thanks!", "thank you, bye", "Perfect, thanks a lot"]))
    def thanks(self, thread: str, words: str) -> None:
        self.go_on(thread)
        open_question = self.states.get(thread, {}).get("open_question", closing.NONE)
        before = self.shop.sent(thread)
        self.say(thread, words)
        if open_question not in (closing.QUESTION, closing.PROMISE):
            assert self.states[thread]["outcome"]["outcome"] == "silent"
            assert self.shop.sent(thread) == before

    @rule(thread=threads, service=services, day=days, hour=hours)
    def book(self, thread: str, service: str, day: str, hour: str) -> None:
        self.say(thread, f"Can I book a {service} on {day} at {hour}?")

    @rule(thread=threads, day=days, hour=hours)
    def move(self, thread: str, day: str, hour: str) -> None:
        self.say(thread, f"Please move my appointment to {day} at {hour}")

    @rule(thread=threads)
    def cancel(self, thread: str) -> None:
        self.say(thread, "Please cancel my appointment")

    @rule(thread=threads, word=stops)
    def stop(self, thread: str, word: str) -> None:
        self.say(thread, word)
        assert self.shop.query("SELECT 1 FROM opt_outs WHERE customer = ?", thread)
        self.silent_since[thread, "stop"] = self.shop.sent(thread)

    @rule(thread=threads)
    def start(self, thread: str) -> None:
        self.silent_since.pop((thread, "stop"), None)
        self.say(thread, "START")

    @rule(thread=threads)
    @precondition(lambda self: any(self.inbound.values()))
    def delivered_again(self, thread: str) -> None:
        if not self.inbound[thread] or thread in self.cut_off:
            return
        before = self.shop.sent(thread)
        self.states[thread] = self.shop.deliver([dict(self.inbound[thread][-1])], thread)
        assert self.shop.sent(thread) == before

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(thread=threads)
    def take_over(self, thread: str) -> None:
        self.shop.others.take_over(thread, "Maya", thread)
        self.silent_since.setdefault((thread, "person"), self.shop.sent(thread))

    @rule(thread=threads)
    def release(self, thread: str) -> None:
        self.shop.others.release(thread)
        self.silent_since.pop((thread, "person"), None)

    # ── what fails ──────────────────────────────────────────────────────────────────────────────────────────────

    @rule(thread=threads, text=ordinary | st.just("Can I book a tune-up on Friday at 11?"), at=st.integers(1, 12))
    def kill(self, thread: str, text: str, at: int) -> None:
        self.dies_at(at, lambda: self.say(thread, text))

    @rule(thread=threads, at=st.integers(1, 8))
    def kill_while_going_on(self, thread: str, at: int) -> None:
        self.dies_at(at, lambda: self.go_on(thread))

    @rule(thread=threads)
    def resume(self, thread: str) -> None:
        self.go_on(thread)

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_sent_after_a_stop_or_a_take_over(self) -> None:
        for (thread, _), sent in self.silent_since.items():
            assert self.shop.sent(thread) == sent

    @invariant()
    def each_event_sends_at_most_once(self) -> None:
        rows = self.shop.query("SELECT key FROM outbox WHERE refused IS NULL")
        events = [key.split("/")[:-1] for (key,) in rows]
        assert len(events) == len({tuple(event) for event in events}), events

    @invariant()
    def no_hour_of_anybody_is_given_away_twice(self) -> None:
        sql = "SELECT resource, start, held_until FROM bookings WHERE status = 'booked' ORDER BY resource, start"
        rows = self.shop.query(sql)
        for (one, _, ends), (other, begins, _) in pairwise(rows):
            assert one != other or ends <= begins

    @invariant()
    def every_message_is_recorded_and_accounted_for(self) -> None:
        for thread, messages in self.inbound.items():
            if thread in self.cut_off or not messages:
                continue
            state = self.states[thread]
            assert {each["id"] for each in messages[-100:]} <= set(state["seen"])
            said = [each["text"] for each in state["history"] if each["role"] == "customer"]
            assert said == [each["text"] for each in messages]
            assert state["outcome"]["reason"]
            ours = [each["text"] for each in state["history"] if each["role"] == "business"]
            assert ours == self.shop.sent(thread)

    @invariant()
    def the_calendar_holds_what_customers_were_told(self) -> None:
        for thread in set(self.inbound) - self.untold - set(self.cut_off):
            assert self.told(thread) == self.standing(thread), self.shop.sent(thread)

    # ── how it is done ──────────────────────────────────────────────────────────────────────────────────────────

    def say(self, thread: str, *texts: str) -> None:
        """The messages as one batch. An earlier run that was cut off is left to this one, as at a real door."""
        batch = []
        for text in texts:
            self.messages += 1
            batch.append({"id": f"m{self.messages}", "text": text})
        self.go_on(thread)
        self.inbound[thread] += batch
        self.cut_off[thread] = batch
        self.finish(thread, self.shop.deliver([dict(each) for each in batch], thread))

    def go_on(self, thread: str) -> None:
        """What whoever starts the process again does: resume, or bring again what was never recorded."""
        if thread not in self.cut_off:
            return
        try:
            state = self.shop.resume(thread)
        except (NothingToResume, RunNotFound):
            state = self.shop.deliver([dict(each) for each in self.cut_off[thread]], thread)
        self.finish(thread, state)

    def finish(self, thread: str, state: dict[str, Any]) -> None:
        """The run reached its end."""
        self.states[thread] = state
        del self.cut_off[thread]
        if state["done"] and not (state.get("sent") or {}).get("ok"):
            self.untold.add(thread)
        if state.get("ai_paused"):
            self.silent_since.setdefault((thread, "person"), self.shop.sent(thread))

    def dies_at(self, crossing: int, act: Callable[[], None]) -> None:
        """Do it; if it comes so far, the process dies at this crossing and another one opens what is on the disk."""
        self.lives += 1
        left = self.folder / str(self.lives)

        def die() -> None:
            self.shop.copy(left)
            raise Died

        self.shop.crossings.expect({crossing: die})
        try:
            act()
            self.shop.crossings.expect({})
        except Died:
            self.shop.close()
            self.shop = WatchedShop(left)

    def told(self, thread: str) -> int:
        """How many appointments the customer must believe in, from all that they read; a move changes no number."""
        texts = self.shop.sent(thread)
        booked = [found for text in texts for found in BOOKED.findall(text) if found[1] == "booked for"]
        return len(booked) - sum(len(CANCELLED.findall(text)) for text in texts)

    def standing(self, thread: str) -> int:
        """How many appointments the calendar holds for them."""
        sql = "SELECT count(*) FROM bookings WHERE customer = ? AND status = 'booked'"
        return int(self.shop.query(sql, thread)[0][0])

    def teardown(self) -> None:
        self.shop.close()
        shutil.rmtree(self.folder)


TestConversations = Conversations.TestCase
TestConversations.settings = settings(
    max_examples=STORIES, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
