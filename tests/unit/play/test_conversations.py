from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from playhead.play import read_conversations


@pytest.fixture
def read(tmp_path):
    def reading(*conversations, **options):
        file = tmp_path / "conversations.jsonl"
        file.write_text("\n".join(map(json.dumps, conversations)), "utf-8")
        return read_conversations(file, **options)

    return reading


def said(*texts, **more):
    return {"id": "c-1", "turns": [{"role": "customer", "text": text} for text in texts], **more}


def test_a_bare_date_begins_in_working_hours_and_a_message_comes_a_minute(read):
    (found,) = read(said("a", "b", now="2019-03-01"))
    assert [turn.at for turn in found.turns] == [
        datetime(2019, 3, 1, 17, 0, tzinfo=UTC),
        datetime(2019, 3, 1, 17, 1, tzinfo=UTC),
    ]


def test_a_time_is_kept_and_seconds_since_the_start_are_added(read):
    given = said("a", now="2026-06-08T14:05:00+02:00")
    given["turns"][0]["at"] = 30
    (found,) = read(given)
    assert found.turns[0].at.isoformat() == "2026-06-08T14:05:30+02:00"


@pytest.mark.parametrize("now", [None, "Monday the 27th, 7 pm", 12])
def test_what_is_no_date_means_today(read, now):
    (found,) = read(said("a", now=now))
    assert found.turns[0].at.date() == datetime.now(UTC).date()


def test_every_turn_knows_what_was_said_before_it(read):
    turns = [{"role": "business", "text": "Hello"}, {"role": "customer", "text": "Hi", "acts": ["greet"]}]
    (found,) = read({"id": "a", "turns": [*turns, {"role": "customer", "text": "Bye"}]})
    assert found.turns[1].before == ({"role": "business", "text": "Hello"}, {"role": "customer", "text": "Hi"})


def test_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path):
    file = tmp_path / "conversations.jsonl"
    file.write_text("\ufeff\n" + json.dumps(said("a")) + "\n\n", "utf-8")
    assert len(read_conversations(file)) == 1


def test_reading_stops_at_the_limit(read):
    assert len(read(said("a"), said("b"), limit=1)) == 1


def test_the_business_given_comes_before_the_files(read):
    (found,) = read(said("a", business="x"), businesses=["x", "y"], business="y")
    assert found.business == "y"
