from __future__ import annotations

import pytest

import playhead as face
from playhead.errors import BadInput, RunNotFound


@pytest.fixture
def recorded(played, conversation):
    played(conversation("When are you open?", "Thanks!", id="c-1042"), conversation("Are you open?", id="d-7"))


@pytest.fixture
def deck(recorded, tmp_path):
    with face.open(tmp_path / "runs.db") as opened:
        yield opened


def said(ended):
    return [(one["name"], one["value"]) for one in ended.json["labels"]]


def run_ids(playhead, thread="c-1042"):
    return [run["id"] for run in playhead("show", thread, "--json").json["runs"]]


@pytest.mark.usefixtures("recorded")
class TestLabel:
    def test_a_conversation_is_labelled_and_its_facts_are_shown(self, playhead):
        ended = playhead("label", "c-1042", "outcome=lost", "reason=too dear")
        assert ended.code == 0
        assert "outcome" in ended.out
        assert "too dear" in ended.out
        facts = playhead("ls", "--json").json[1]["facts"]
        assert (facts["outcome"], facts["reason"]) == ("lost", "too dear")
        assert "outcome lost" in playhead("show", "c-1042").out

    def test_values_are_json_where_they_read_as_it(self, playhead):
        given = ["stars=4", "paid=true", 'basket=["cake", 2]', "zip=01234", "worth=NaN", "said=", "sum=a=b", "q='x'"]
        assert said(playhead("label", "c-1042", *given, "--json")) == [
            ("stars", 4),
            ("paid", True),
            ("basket", ["cake", 2]),
            ("zip", "01234"),
            ("worth", "NaN"),
            ("said", ""),
            ("sum", "a=b"),
            ("q", "'x'"),
        ]

    def test_without_facts_those_there_are_are_printed(self, playhead):
        assert "Nothing is said of c-1042 yet" in playhead("label", "c-1042").err
        assert playhead("label", "c-1042", "--json").json == {"labels": []}
        playhead("label", "c-1042", "outcome=lost")
        playhead("label", "c-1042", "outcome=null")
        assert said(playhead("label", "c-1042", "--json")) == [("outcome", "lost"), ("outcome", None)]
        assert "(taken away)" in playhead("label", "c-1042").out

    def test_a_run_is_labelled_for_itself(self, playhead):
        first, second = run_ids(playhead)
        playhead("label", first[:8], "outcome=booked")
        runs = playhead("show", "c-1042", "--json").json["runs"]
        assert [run["facts"].get("outcome") for run in runs] == ["booked", None]
        assert playhead("label", "c-1042", "--json").json["labels"][0]["run"] == first
        assert said(playhead("label", second, "--json")) == []

    def test_names_may_be_shortened(self, playhead):
        playhead("label", "c-10", "outcome=lost")
        assert said(playhead("label", "c-1042", "--json")) == [("outcome", "lost")]

    def test_a_conversation_nobody_knows_is_not_found(self, playhead):
        ended = playhead("label", "c-1043x", "outcome=lost")
        assert ended.code == 3
        assert "c-1042" in ended.err

    @pytest.mark.parametrize("fact", ["outcome", "=lost", "two words=x", "status=done", "prompt=x", "a;b=1", "a!=b"])
    def test_what_is_no_fact_is_refused_and_nothing_is_said(self, playhead, fact):
        ended = playhead("label", "c-1042", "stars=4", fact)
        assert ended.code == 2
        assert said(playhead("label", "c-1042", "--json")) == []

    def test_a_secret_is_not_written_down(self, playhead, tmp_path):
        playhead("label", "c-1042", "note=paid with 4111 1111 1111 1111")
        assert said(playhead("label", "c-1042", "--json")) == [("note", "paid with [redacted card number]")]

    def test_a_terminal_is_safe_from_what_was_said(self, playhead):
        playhead("label", "c-1042", "note=\x1b[31mred")
        assert "\x1b[31m" not in playhead("label", "c-1042").out


def test_a_run_and_a_conversation_are_labelled_in_python(deck):
    first, second = deck.runs("c-1042")
    deck.label(first, outcome="booked")
    deck.label("c-1042", outcome="lost", stars=4)
    assert (first.facts["outcome"], second.facts["outcome"], first.facts["stars"]) == ("booked", "lost", 4)
    assert [label.run for label in deck.labels("c-1042")] == [first.id, None, None]
    assert [label.value for label in deck.labels(second)] == ["lost", 4]


@pytest.mark.parametrize("value", [{1, 2}, object(), {"a": {3: 4}}, 2**80], ids=["set", "object", "keys", "large"])
def test_what_is_no_plain_data_cannot_be_said(deck, value):
    with pytest.raises(BadInput, match="outcome"):
        deck.label("c-1042", outcome=value)
    assert deck.labels("c-1042") == ()


def test_a_run_of_another_recording_cannot_be_labelled(deck, tmp_path):
    with face.open(tmp_path / "other.db") as other, pytest.raises(RunNotFound):
        other.label(deck.runs("d-7")[0], outcome="lost")


def test_what_can_be_said_is_typed_as_a_shell_takes_it(playhead, play, conversation):
    play(conversation("Thanks!", id="c 1"))
    assert "`playhead label 'c 1' outcome=lost" in playhead("label", "c 1").err
