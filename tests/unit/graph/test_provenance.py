"""The prompt that a request came from is found by what its messages say."""

from __future__ import annotations

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from playhead.graph.provenance import Asked, Renderings

SYSTEM, QUESTION = SystemMessage("Be brief."), HumanMessage("How are you?")


def named(name: str) -> Asked:
    return Asked({"name": name}, {})


def renderings() -> Renderings:
    made = Renderings()
    made.remember([SYSTEM, QUESTION], named("greet"))
    return made


def test_the_very_messages_are_found() -> None:
    assert renderings().find([SYSTEM, QUESTION]) == named("greet")


def test_copies_of_them_are_found() -> None:
    assert renderings().find([SystemMessage("Be brief.", id="7"), HumanMessage("How are you?")]) == named("greet")


def test_messages_around_and_between_them_do_not_matter() -> None:
    history = [HumanMessage("Hi"), AIMessage("Hello")]
    assert renderings().find([history[0], SYSTEM, *history, QUESTION, AIMessage("Well."), history[0]]) == named("greet")


def test_a_part_of_them_is_not_enough() -> None:
    assert renderings().find([SYSTEM]) is None
    assert renderings().find([QUESTION, SYSTEM]) is None


def test_another_role_is_another_message() -> None:
    assert renderings().find([SYSTEM, AIMessage("How are you?")]) is None


def test_of_two_prompts_the_longer_one_is_meant() -> None:
    made = renderings()
    made.remember([SYSTEM], named("tone"))
    assert made.find([SYSTEM, QUESTION]) == named("greet")
    assert made.find([SYSTEM, HumanMessage("Other")]) == named("tone")


def test_of_two_equal_ones_the_newer_is_meant() -> None:
    made = renderings()
    made.remember([SYSTEM, QUESTION], named("second"))
    assert made.find([SYSTEM, QUESTION]) == named("second")


def test_with_nothing_rendered_nothing_is_found() -> None:
    assert Renderings().find([SYSTEM]) is None
