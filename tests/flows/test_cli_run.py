from __future__ import annotations

import os
import sqlite3

import pytest


def labelled(id, *turns):
    return {"id": id, "turns": [{"role": "customer", "text": text, "end": end} for text, end in turns]}


def test_what_came_of_each_turn_is_counted(play, conversation):
    ended = play(
        conversation("When are you open?", "Thanks!", id="a"),
        conversation("I would like to order a cake", id="b"),
        conversation("Do you have a job for me?", id="c"),
        "--json",
    )
    outcomes = ended.lines[-1]["summary"]["outcomes"]
    assert ended.code == 0
    assert {name: counts["turns"] for name, counts in outcomes.items() if counts["turns"]} == {
        "booked": 1,
        "handed_off": 1,
        "answered": 1,
        "silent": 1,
    }


def test_with_json_every_turn_is_a_line(play, conversation):
    first, second, _ = play(conversation("When are you open?", "Thanks!"), "--json").lines
    assert (first["conversation"], first["turn"], first["reply"]) == ("c-1", 1, "We are open.")
    assert (second["outcome"], second["reply"]) == ("silent", None)


def test_only_the_customers_turns_are_played(play):
    turns = [{"role": "business", "text": "Hello"}, {"role": "customer", "text": "When are you open?"}]
    assert play({"id": "a", "turns": turns}, "--json").lines[-1]["summary"]["turns"] == 1


def test_the_summary_is_read_on_a_terminal(play, conversation, golden):
    ended = play(
        labelled("a", ("When are you open?", 0), ("Thanks!", 1)),
        labelled("b", ("Thanks, great", 0), ("Where are you?", 1)),
        labelled("c", ("Do you have a job for me?", None), ("Thanks!", 1)),
    )
    golden("run.txt", ended.out)


def test_the_gold_label_comes_before_the_other_and_what_is_open_to_both_is_left_out(play):
    turns = [
        {"role": "customer", "text": "Thanks!", "end": 0, "end_gold": 1},
        {"role": "customer", "text": "Thanks!", "end": 0, "end_gold": "A"},
        {"role": "customer", "text": "Thanks!", "end": None},
    ]
    silence = play({"id": "a", "turns": turns}, "--json").lines[-1]["summary"]["silence"]
    assert silence["due"] == {"turns": 1, "silent": 1, "rate": 1.0}
    assert silence["not_due"]["turns"] == 0


def test_silence_after_a_hand_off_is_not_scored(play):
    given = labelled("a", ("Do you have a job for me?", 0), ("Thanks!", 0), ("When are you open?", 0))
    silence = play(given, "--json").lines[-1]["summary"]["silence"]
    assert silence["not_due"]["turns"] == 2
    assert silence["not_scored"] == 1


def test_as_recorded_each_message_is_judged_on_its_own_after_what_was_really_said(play, playhead):
    turns = [
        {"role": "customer", "text": "Do you have a job for me?", "end": 0},
        {"role": "business", "text": "Yes! Come on Monday."},
        {"role": "customer", "text": "Thanks!", "end": 1},
    ]
    ended = play({"id": "a", "turns": turns}, "--as-recorded", "--json")
    assert [line["thread"] for line in ended.lines[:-1]] == ["a.1", "a.2"]
    assert ended.lines[-1]["summary"]["silence"] == {
        "due": {"turns": 1, "silent": 1, "rate": 1.0},
        "not_due": {"turns": 1, "silent": 0, "rate": 0.0},
        "not_scored": 0,
    }
    (run,) = playhead("show", "a.2", "--json").json["runs"]
    assert run["steps"][1]["wrote"]["heard"] == '["Do you have a job for me?", "Yes! Come on Monday.", "Thanks!"]'


def test_a_conversation_that_fails_is_counted_and_the_others_go_on(play, conversation):
    ended = play(conversation("explode", "Thanks!", id="a"), conversation("Thanks!", id="b"), "--json")
    assert ended.code == 1
    assert [line["outcome"] for line in ended.lines[:-1]] == ["failed", "silent"]
    assert ended.lines[-1]["summary"]["failures"] == {"RuntimeError: the oven is on fire": 1}


def test_a_turn_that_waits_for_a_person_is_counted_as_waiting(play, conversation):
    ended = play(conversation("When are you open, please approve"), "--json")
    assert ended.code == 0
    assert ended.lines[0]["outcome"] == "waiting"


def test_a_second_time_the_conversations_get_new_names_and_it_is_said(play, playhead, conversation):
    play(conversation("Thanks!"))
    ended = play(conversation("Thanks!"))
    assert "Conversation c-1 was on the recording already and stays as it is: it was played as c-1~2.\n" in ended.err
    assert {(row["thread"], row["runs"]) for row in playhead("ls", "--json").json} == {("c-1", 1), ("c-1~2", 1)}


def test_a_limit_plays_the_first(play, conversation):
    ended = play(conversation("Thanks!", id="a"), conversation("Thanks!", id="b"), "--limit=1", "--json")
    assert ended.lines[-1]["summary"]["conversations"] == 1


def test_the_business_is_on_the_recording(play, playhead, conversation):
    play(conversation("Thanks!"), "--business=south-bakery")
    assert playhead("ls", "--json").json[0]["metadata"] == {"business": "south-bakery", "customer": "c-1"}


class TestStopped:
    def test_it_says_how_much_is_recorded_and_the_command_that_goes_on(
        self, play, playhead, conversation, stop, tmp_path
    ):
        given = [
            conversation("Are you open?", "Thanks!", id="a"),
            conversation("Hi", "I order a cake", "Thanks!", id="b"),
        ]
        given.append(conversation("Thanks!", id="c"))
        stop("cake")
        ended = play(*given, "--limit=3", "--json")
        assert ended.code == 130
        assert "Stopped: 3 turns of 6 played and recorded, up to conversation b." in ended.err
        command = ended.err.splitlines()[-1]
        file = tmp_path / "conversations.jsonl"
        assert command == f"playhead run desk --input {file} --limit 3 --json --resume b"
        again = playhead(*command.split()[1:])
        assert again.code == 0
        assert [(line["thread"], line["turn"]) for line in again.lines[:-1]] == [("b", 2), ("b", 3), ("c", 1)]
        assert {(row["thread"], row["runs"]) for row in playhead("ls", "--json").json} == {("a", 2), ("b", 3), ("c", 1)}
        (_, cake, _) = playhead("show", "b", "--json").json["runs"]
        assert (cake["status"], cake["attempt"]) == ("done", 2)

    def test_a_conversation_that_was_played_under_another_name_goes_on_under_that(
        self, play, playhead, conversation, stop
    ):
        given = [conversation("Are you open?", "Thanks!", id="a"), conversation("Thanks!", id="b")]
        play(*given)
        stop("Thanks")
        play(*given)
        ended = play(*given, "--resume=a~2")
        assert ended.code == 0
        assert {(row["thread"], row["runs"]) for row in playhead("ls", "--json").json} == {
            ("a", 2), ("b", 1), ("a~2", 2), ("b~2", 1),
        }  # fmt: skip

    def test_as_recorded_each_message_that_was_answered_stays(self, play, playhead, conversation, stop):
        given = conversation("Are you open?", "I order a cake", "Thanks!", id="a")
        stop("cake")
        assert play(given, "--as-recorded").err.splitlines()[-1].endswith("--as-recorded --resume a")
        again = play(given, "--as-recorded", "--resume=a", "--json")
        assert [line["thread"] for line in again.lines[:-1]] == ["a.2", "a.3"]

    def test_where_nothing_was_recorded_the_same_command_begins_anew(self, play, conversation, monkeypatch):
        def stopped(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr("playhead.play.playing.Player.say", stopped)
        ended = play(conversation("Thanks!"))
        assert "Stopped: 0 turns of 1 played and recorded." in ended.err
        assert "--resume" not in ended.err

    @pytest.mark.parametrize(("name", "code", "told"), [("x", 2, "none of the conversations"), ("a~9", 3, "no run or")])
    def test_a_conversation_that_was_not_stopped_is_told_before_a_bar_is_drawn(
        self, play, conversation, name, code, told
    ):
        play(conversation("Thanks!", id="a"))
        ended = play(conversation("Thanks!", id="a"), f"--resume={name}")
        assert (ended.code, ended.out) == (code, "")
        assert told in ended.err
        assert "turns" not in ended.err


GOOD = '{"id": "a", "turns": [{"role": "customer", "text": "Hi"}]}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{oops", "conversations.jsonl:2: it is not JSON"),
        ("[1]", "conversations.jsonl:2: it is JSON, but not an object"),
        ('{"turns": []}', "conversations.jsonl:2: 'id' is missing"),
        ('{"id": "b", "turns": {}}', "conversations.jsonl:2: 'turns' is not a list"),
        ('{"id": "b", "turns": [{"role": "customer"}]}', "conversations.jsonl:2: turn 1 has no 'text'"),
        ('{"id": "b", "turns": [{"role": "clerk", "text": "x"}]}', ":2: turn 1 has the role 'clerk'"),
        (GOOD.replace('"a"', '"b", "business": "north-bakry"'), "Did you mean 'north-bakery'?"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line_before_anything_is_recorded(play, playhead, line, told):
    ended = play(GOOD, line)
    assert ended.code == 2
    assert told in ended.err
    assert playhead("ls").code == 3


def test_an_unknown_business_is_told_with_the_nearest(play):
    ended = play(GOOD, "--business=sout-bakery")
    assert ended.code == 2
    assert "Did you mean 'south-bakery'?" in ended.err


def test_a_file_that_is_not_there(playhead):
    ended = playhead("run", "desk", "--input", "nowhere.jsonl")
    assert ended.code == 2
    assert "nowhere.jsonl: it cannot be read: No such file" in ended.err


def test_a_file_that_is_not_text(playhead, tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8" in playhead("run", "desk", "--input", tmp_path / "bytes").err


def test_an_empty_file(play):
    assert "there is no conversation in it" in play("").err


def test_an_unknown_graph_is_told_with_the_nearest(play):
    ended = play(GOOD, graph="dsk")
    assert ended.code == 3
    assert "Did you mean 'desk'?" in ended.err


def test_a_graph_without_messages_cannot_be_talked_to(play, project, monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.playhead.graphs]\ndesk = "agent.desk:graph"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(project))
    ended = play(GOOD)
    assert ended.code == 2
    assert "unknown how to talk to it" in ended.err


def test_a_database_from_a_newer_version_is_left_alone(play, tmp_path):
    with sqlite3.connect(tmp_path / "runs.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    ended = play(GOOD)
    assert ended.code == 1
    assert "schema version 99" in ended.err
    assert "Upgrade Playhead" in ended.err


def test_a_folder_that_does_not_exist_is_told(play):
    ended = play(GOOD, "--store=/nowhere/at/all.db")
    assert ended.code == 1
    assert "/nowhere/at/all.db" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(play, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    ended = play(GOOD, f"--store={locked / 'runs.db'}")
    assert ended.code == 1
    assert str(locked) in ended.err


def test_an_unknown_model_is_told_before_anything_is_played(play):
    ended = play(GOOD, "--model=gpt-5", "--json")
    assert (ended.code, list(ended.json)) == (2, ["error"])
    assert "There is no model 'gpt-5'" in ended.err


def test_of_a_graph_that_keeps_no_facts_none_are_said_to_be_anywhere(play, conversation):
    ended = play(conversation("Thanks!"), graph="agent")
    assert "Recording into " in ended.err
    assert "own facts" not in ended.err
