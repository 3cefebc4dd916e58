from __future__ import annotations

import subprocess
import sys

MAIN = [sys.executable, "-c", "import sys; from playhead.cli import main; sys.exit(main())"]


def test_each_line_is_a_message_and_gets_its_reply(playhead, typed):
    typed("When are you open?", "", "Thanks!")
    ended = playhead("chat", "desk")
    assert ended.code == 0
    assert ended.out.splitlines() == ["We are open.", "(silent: thanks)"]
    assert "conversation chat-1" in ended.err


def test_quit_ends_it(playhead, typed):
    typed("When are you open?", "/quit", "When are you open?")
    assert len(playhead("chat", "desk").out.splitlines()) == 1


def test_a_second_chat_is_another_conversation(playhead, typed):
    for name in ("chat-1", "chat-2"):
        typed("When are you open?")
        assert f"conversation {name}," in playhead("chat", "desk").err


def test_a_conversation_is_gone_on_with_by_name(playhead, typed):
    for _ in range(2):
        typed("When are you open?")
        playhead("chat", "desk", "--thread", "mine")
    assert [(row["thread"], row["runs"]) for row in playhead("ls", "--json").json] == [("mine", 2)]


def test_any_graph_that_keeps_messages_can_be_talked_to(playhead, typed):
    typed("Where are you?", "Thanks!")
    ended = playhead("chat", "agent", "--json")
    assert [line["outcome"] for line in ended.lines] == ["answered", "silent"]
    assert "12 Mill Lane" in ended.lines[0]["reply"]


def test_a_message_that_fails_is_told_and_the_next_is_answered(playhead, typed):
    typed("explode", "When are you open?")
    ended = playhead("chat", "desk")
    assert ended.code == 1
    assert ended.out.splitlines() == ["(failed: RuntimeError: the oven is on fire)", "We are open."]


def test_an_unknown_business_is_told_before_the_first_word(playhead, typed):
    typed("When are you open?")
    ended = playhead("chat", "desk", "--business", "north-bakry")
    assert ended.code == 2
    assert "Did you mean 'north-bakery'?" in ended.err


def test_an_agent_that_knows_no_businesses_says_so(playhead, typed):
    typed("When are you open?")
    ended = playhead("chat", "agent", "--business", "north-bakery")
    assert ended.code == 2
    assert "This agent knows none: leave it out." in ended.err


def test_why_a_person_was_called_is_told_beside_what_the_customer_reads(playhead, typed):
    typed("Do you have a job for me?")
    ended = playhead("chat", "desk")
    assert ended.out == "A colleague will write to you.\n"
    assert "(handed off: other)" in ended.err


def test_bytes_that_are_no_text_are_a_message_that_can_be_recorded(project):
    line = b"caf\xe9?\n"
    done = subprocess.run([*MAIN, "chat", "agent"], input=line, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"not recorded" not in done.stderr


def test_a_broken_prompt_is_told_with_file_and_line(playhead, typed, tmp_path):
    (tmp_path / "read.md").write_text("---\nformat: prompt/1\nname: read\nmodel: default\n---\n=== user ===\n{{oops\n")
    typed("When are you open?")
    ended = playhead("chat", "desk", "--prompts", tmp_path)
    assert ended.code == 1
    assert "read.md:7" in ended.out


def test_ctrl_c_says_how_to_go_on_with_the_message_and_with_the_conversation(playhead, typed, stop):
    typed("When are you open?", "I would like to order a cake")
    stop("cake")
    ended = playhead("chat", "desk", "--business", "south-bakery")
    assert ended.code == 130
    assert "playhead resume chat-1" in ended.err.splitlines()
    assert "playhead chat desk --business south-bakery --thread chat-1" in ended.err.splitlines()
    assert playhead("resume", "chat-1").out == "Your cake is ordered.\n"


def test_where_nothing_was_said_there_is_nothing_to_go_on_with(playhead, monkeypatch):
    def pressed():
        raise KeyboardInterrupt

    monkeypatch.setattr("playhead.cli.playing._typed", pressed)
    ended = playhead("chat", "desk")
    assert (ended.code, ended.out) == (130, "")
    assert "goes on" not in ended.err
