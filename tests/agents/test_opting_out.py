"""Opting out: nine words alone, or the wish in any words; then nothing is sent, not even a confirmation."""

from __future__ import annotations

from typing import Any

import pytest

from agents.messaging import rules
from tests.agents.said import sayings
from tests.scale import at_scale

WORDS = [
    "STOP",
    "STOPALL",
    "STOP ALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "OPT OUT",
    "OPT-OUT",
]
CASES = [str.upper, str.lower, str.title, str.swapcase, lambda word: word[0].lower() + word[1:].upper()]
AROUND = [
    "{}", " {} ", "{}.", "{}!", "{}!!!", "{}?", "{}...", "'{}'", "“{}”", "({})", "*{}*", "-{}-",
    "\n{}\n", "{} 🙏", "😡{}",
    "\u200b{}", "{},", "{}/", "#{}", "{}\u00a0", "{} {}", "{}\n{}\n{}",
]  # fmt: skip
SENTENCES = [
    "where does the bus {}?", "I will {} by on Friday", "can you {} the noise?", "please {} my appointment",
    "I had to {} my old plan", "the {} of the month is fine", "{} 2 is the one next to you",
    "what does {} mean on the lever?",
    "the motor seems to {} after a mile", "my {} date is in June", "why did it {}?", "{} date or start date?",
]  # fmt: skip
WISHES, OTHERS = sayings("opt_outs"), sayings("not_opt_outs")


@pytest.mark.parametrize("word", WORDS)
def test_an_opt_out_word_alone_opts_out_in_any_case_and_whatever_stands_around_it(word: str) -> None:
    forms = [around.replace("{}", case(word)) for around in AROUND for case in CASES]
    assert [form for form in forms if not rules.opts_out(form)] == []


@pytest.mark.parametrize("word", ["stop", "cancel", "end", "quit", "revoke"])
def test_the_word_in_a_sentence_about_something_else_does_not(word: str) -> None:
    sentences = [sentence.format(form) for sentence in SENTENCES for form in (word, word.upper(), word.title())]
    assert [sentence for sentence in sentences if rules.opts_out(sentence)] == []


def test_more_than_a_hundred_wishes_in_plain_language_opt_out() -> None:
    assert len(WISHES) >= 100
    said = [form for wish in WISHES for form in (wish, wish.upper(), wish.replace("'", "’"), wish.replace("'", ""))]
    assert [form for form in said if not rules.opts_out(form)] == []


def test_more_than_fifty_messages_that_only_sound_alike_do_not() -> None:
    assert len(OTHERS) >= 50
    assert [other for other in OTHERS if rules.opts_out(other) or rules.opts_out(other.upper())] == []


@pytest.mark.parametrize("ending", ["stop", "quit", "cease", "knock it off with", "give it a rest with", "no more of"])
@pytest.mark.parametrize("written", ["these texts", "your messages", "the sms", "all this marketing", "ur txts"])
def test_any_ending_of_anything_written_opts_out_unless_it_is_to_go_on(ending: str, written: str) -> None:
    wish = f"{ending} {written}"
    assert all(rules.opts_out(said) for said in (wish, f"ok {wish} please", f"I moved away. {wish}, thanks"))
    assert not rules.opts_out(f"please dont {wish}, I like them")


@pytest.mark.parametrize("who", ["me", "my number", "this phone", "my mum's number", "us"])
@pytest.mark.parametrize("where", ["your list", "the mailing list", "your system", "these texts", "ur contacts"])
def test_whoever_is_to_be_taken_off_whatever_list_opts_out_unless_it_is_the_waiting_list(who: str, where: str) -> None:
    assert all(rules.opts_out(f"{please} {who} off {where}") for please in ("take", "can you get", "pls pull"))
    assert not rules.opts_out(f"don't take {who} off {where}")
    assert not rules.opts_out(f"take {who} off the waiting list")


@pytest.mark.parametrize("limit", ["before 9", "until Monday", "while I'm at work", "at night", "after dinner"])
def test_a_wish_about_when_to_be_written_to_does_not_opt_out(limit: str) -> None:
    assert not rules.opts_out(f"please don't text me {limit}")
    assert not rules.opts_out(f"no more messages {limit}, thanks")


def test_a_complaint_of_silence_does_not_opt_out() -> None:
    complaints = [
        "why did you stop texting me?",
        "you never text me back",
        "why don't you message me",
        "they didn't email me",
    ]
    assert [said for said in complaints if rules.opts_out(said)] == []


def test_a_wish_to_leave_is_heard_in_the_middle_of_a_message_about_something_else() -> None:
    said = "Thanks for the tune-up. {} The bike runs fine, see you next year maybe."
    wishes = ["Please stop texting me.", "Don't contact me again.", "Take me off your list.", "I want to opt out."]
    assert all(rules.opts_out(said.format(wish)) for wish in wishes)


def test_after_each_wish_there_is_silence_and_a_record_and_not_even_a_confirmation(shop: Any) -> None:
    for number, wish in enumerate(WISHES[: at_scale(len(WISHES), 30)]):
        thread = f"customer-{number}"
        assert shop.say(wish, thread=thread)["outcome"] == "opted_out", wish
        assert shop.resources["optouts"].contains(thread)
        assert shop.say("Are you open on Sunday?", thread=thread)["outcome"] == "silent"
        assert shop.sent(thread) == []


def test_what_only_sounds_alike_leaves_the_conversation_open(shop: Any) -> None:
    for number, other in enumerate(OTHERS[: at_scale(len(OTHERS), 12)]):
        thread = f"customer-{number}"
        assert shop.say(other, thread=thread)["outcome"] != "opted_out", other
        assert not shop.resources["optouts"].contains(thread)


def test_an_opt_out_among_several_messages_counts_for_all_of_them(shop: Any) -> None:
    assert shop.say("Can I book a tune-up on Friday at 11?", "STOP")["outcome"] == "opted_out"
    assert (shop.sent(), shop.bookings()) == ([], [])


def test_an_opt_out_counts_while_a_person_has_the_conversation_and_when_the_agent_is_switched_off(shop: Any) -> None:
    shop.resources["optouts"].take_over("ana", "Maya")
    shop.resources["optouts"].halt()
    assert shop.say("please don't text me anymore")["outcome"] == "opted_out"
    shop.resources["optouts"].release("ana")
    shop.resources["optouts"].unhalt()
    assert shop.say("Are you open on Sunday?")["outcome"] == "silent"


def test_an_opt_out_in_one_conversation_holds_in_every_other(shop: Any) -> None:
    shop.say("STOP", thread="by-text", customer="ana")
    assert shop.say("Are you open on Sunday?", thread="by-chat", customer="ana")["outcome"] == "silent"
    assert shop.sent("by-chat") == []
