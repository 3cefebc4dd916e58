"""Reading a message before any model does: shorthand spelled out, and every word by the part it plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.messaging import roles, rules
from agents.messaging.shorthand import spelled_out
from tests.ending import within_a_minute


@pytest.mark.parametrize(
    ("thumbed", "meant"),
    [
        ("Pls dnt txt me!!", "please dont text me"),
        ("do NOT msg  my no. again", "dont message my number again"),
        ("STOOOP", "stop"),
        ("u r spamming me", "you are spamming me"),
        ("stpo texitng me, plesae delete", "stop texting me, please delete"),
        ("dont wanna b on ur list anymore", "dont want to b on your list any more"),
    ],
)
def test_shorthand_reads_like_the_words_it_stands_for(thumbed: str, meant: str) -> None:
    assert spelled_out(thumbed) == spelled_out(meant)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", ". ."),
        ("?!", ". ."),
        ("Hi... ok? 10.30, bye", ". hi , ok ? 10.30 , bye ."),
        ("one\n\ntwo", ". one . two ."),
    ],
)
def test_stops_and_commas_are_words_of_their_own(said: str, read: str) -> None:
    assert " ".join(spelled_out(said)) == read


def vocabulary(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> roles.Vocabulary:
    (folder / "words.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(roles, "FOLDER", folder)
    return roles.Vocabulary("words")


def test_the_longest_phrase_gives_the_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = vocabulary(tmp_path, "fire: that burns\n    fire, car\n\nharmless: no fire\n    fire sale\n", monkeypatch)
    reading = words.read("Fire sale of 3 cars, on fire")
    assert words.pattern("<.> <harmless> <word> <number> <fire> <,> <word> <fire> <.>").fullmatch(reading.roles)
    assert reading.said(1, 2) == "fire sale"


SITES = "site.house: where people live\n    house\n\nsite.car: what they drive\n    car\n\ngas: smelly\n    gas\n"


def test_a_role_stands_for_every_kind_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = vocabulary(tmp_path, SITES, monkeypatch)
    heard = [words.pattern(order) for order in ("<gas> <site>", "<gas> <site.car>", "<gas> <^site|gas>")]
    found = [[bool(order.search(words.read(said).roles)) for order in heard] for said in ("gas house", "gas car")]
    assert found == [[True, False, False], [True, True, False]]


def test_a_role_that_no_vocabulary_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"no role 'sites' .*site\.car"):
        vocabulary(tmp_path, SITES, monkeypatch).pattern("<gas> <sites>")


@pytest.mark.parametrize(
    "listed", ["a: one\n    word\n\nb: two\n    word\n", "a: one\n    far too long for a phrase\n"]
)
def test_a_word_in_two_roles_or_a_phrase_that_is_never_found_is_refused(
    listed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="in two roles"):
        vocabulary(tmp_path, listed, monkeypatch)


@pytest.mark.parametrize("word", ["stop to the ", "unsubscribed still ", "brakes driving ", "boiler gas ", "a, ", "a"])
def test_to_read_a_message_of_thousands_of_words_ends(word: str) -> None:
    with within_a_minute():
        rules.opts_out(word * 1500)
        rules.danger(word * 1500)
