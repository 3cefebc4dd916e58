"""`playhead backtest` as somebody holds it who edits prompts: the price first, then what it says."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
from html.parser import HTMLParser

import pytest

from tests.flows.conftest import dump

CHECK = 'checks:\n  - {name: Knows orders, kind: regex_present, pattern: "orders"}\n'


@pytest.fixture
def drafts(project, tmp_path):
    """Writes a changed `read.md` into a folder of its own: `drafts("old words", "new words", checks)`."""

    def write(old, new, checks=CHECK):
        before = (project / "prompts" / "read.md").read_text()
        assert old in before
        folder = tmp_path / "drafts"
        folder.mkdir(exist_ok=True)
        (folder / "read.md").write_text(before.replace(old, new).replace("few_shot: 6", f"few_shot: 6\n{checks}", 1))
        return folder

    return write


@pytest.fixture
def worse(drafts):
    """Orders are taken for something else."""
    return drafts("output: {topic: orders}", "output: {topic: other}")


@pytest.fixture
def recorded(played, conversation):
    """Eight customers who order, two who do not."""
    orders = [conversation("I would like to order a cake", "Thanks!", id=f"c-{number}") for number in range(8)]
    played(*orders, conversation("When are you open?", id="c-8"), conversation("Thanks!", id="c-9"))


def untimed(text):
    """The report without what is measured with a clock."""
    lines = [line for line in text.splitlines() if not line.startswith("Time in model calls")]
    text = re.sub(r"(?<=\S) {2,}", "  ", "\n".join(lines))  # a column is as wide as its widest number
    return re.sub(r"in \d+\.\d s", "in 0.0 s", text)


@pytest.mark.usefixtures("recorded")
class TestSaying:
    def test_what_got_worse_ends_with_1(self, playhead, worse, golden):
        ended = playhead("backtest", "--prompts", worse, "--yes")
        assert ended.code == 1
        assert "Knows orders: worse" in ended.out
        golden(
            "backtest.txt",
            re.sub(r"(?m)^ +before +after +difference *$", "  before  after  difference", untimed(ended.out)),
        )

    def test_where_no_check_reads_the_answers_it_is_said(self, playhead, drafts):
        folder = drafts("output: {topic: orders}", "output: {topic: other}", checks="")
        assert "No check reads these answers" in playhead("backtest", "--prompts", folder, "--yes").out

    def test_what_changes_nothing_ends_with_0(self, playhead, drafts):
        ended = playhead("backtest", "--prompts", drafts("Say what a customer", "Please say what a customer"), "--yes")
        assert ended.code == 0
        assert "None came out otherwise." in ended.out
        assert "0 of 8 recorded effects executed." not in ended.err

    def test_nothing_is_sent(self, playhead, worse):
        ended = playhead("backtest", "--prompts", worse, "--yes")
        assert re.search(r"^0 of \d+ recorded effects executed\.$", ended.out, re.MULTILINE)

    def test_the_bare_word_replay_is_never_said(self, playhead, worse, tmp_path):
        ended = playhead("backtest", "--prompts", worse, "--yes", "--html", tmp_path / "report.html")
        text = ended.out + ended.err + (tmp_path / "report.html").read_text()
        assert not re.search(r"(?i)(?<!exact )\breplay\b(?! with changes)", text)

    def test_json_says_the_same(self, playhead, worse):
        found = playhead("backtest", "--prompts", worse, "--yes", "--json").json
        (check,) = found["checks"]
        assert check["verdict"]["reading"] == "worse"
        assert [one["thread"] for one in found["conversations"]] == [f"c-{number}" for number in range(8)]
        assert found["effects_executed"] == 0

    def test_a_model_can_be_changed(self, playhead):
        ended = playhead("backtest", "--model", "default=embedded", "--limit", "2", "--yes", "--json")
        assert ended.json["changed"] == ["model default = embedded"]

    def test_conversations_are_selected(self, playhead, worse):
        playhead("label", "c-3", "outcome=lost")
        ended = playhead("backtest", "--prompts", worse, "--where", "outcome=lost", "--yes", "--json")
        assert [one["thread"] for one in ended.json["conversations"]] == ["c-3"]


@pytest.mark.usefixtures("recorded")
class TestAsking:
    def test_dry_only_says_the_price(self, playhead, worse):
        ended = playhead("backtest", "--prompts", worse, "--dry")
        assert ended.code == 0
        assert "are certain to be asked" in ended.out
        assert "With 10 conversations, a check is shown clearly only if 6 or more of them change" in ended.out
        found = playhead("backtest", "--prompts", worse, "--dry", "--json").json
        assert found["receipt"]["certain"] >= 8

    def test_without_a_terminal_nothing_is_spent_unless_yes_is_said(self, playhead, worse):
        ended = playhead("backtest", "--prompts", worse)
        assert ended.code == 6
        assert ended.out == ""
        assert "are certain to be asked" in ended.err
        assert "Add --yes" in ended.err

    @pytest.mark.parametrize(("typed", "code"), [("n\n", 6), ("y\n", 1)])
    def test_on_a_terminal_it_asks(self, playhead, worse, monkeypatch, typed, code):
        ours, theirs = pty.openpty()
        os.write(ours, typed.encode())
        monkeypatch.setattr(sys, "stdin", os.fdopen(theirs))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        assert playhead("backtest", "--prompts", worse).code == code

    @pytest.mark.parametrize("more", [["--yes"], ["--dry"]])
    def test_a_limit_that_no_price_is_known_for_is_refused_before_anything_is_reckoned(
        self, playhead, monkeypatch, more
    ):
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        ended = playhead("backtest", "--model", "default=openai:gpt-9", "--max-cost", 1, *more)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.splitlines() == [
            "--max-cost: it cannot be kept: gpt-9 has no price.",
            'Add to [tool.playhead.prices], in USD per million tokens: "gpt-9" = {input = …, output = …}.',
        ]

    def test_the_embedded_model_is_refused_as_a_judge_before_anything_is_asked(self, playhead, worse):
        ended = playhead("backtest", "--prompts", worse, "--judge", "--yes")
        assert ended.code == 6
        assert "cannot judge" in ended.err


@pytest.mark.usefixtures("recorded")
class TestStopping:
    def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(self, playhead, worse, monkeypatch):
        from playhead.backtest.running import Runner

        came, pressed = Runner._came, []

        def stop(self, *conversation):
            came(self, *conversation)
            if len(self._done) >= 3 and not pressed:
                pressed.append(True)
                raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(Runner, "_came", stop)
            ended = playhead("backtest", "--prompts", worse, "--yes")
        assert ended.code == 130
        assert "Stopped before the end" in ended.out
        command = ended.err.splitlines()[-1]
        assert re.fullmatch(r"playhead backtest --resume x-\S+ --yes", command)
        again = playhead(*command.split()[1:], "--json")
        assert again.code == 1
        assert again.json["cost"]["remembered"] > 0

    def test_going_on_asks_nothing_twice(self, playhead, worse):
        first = playhead("backtest", "--prompts", worse, "--yes", "--json").json
        again = playhead("backtest", "--prompts", worse, "--yes", "--json", "--resume", first["experiment"]).json
        assert (again["cost"]["session"]["calls"], again["cost"]["remembered"]) == (
            0,
            first["cost"]["session"]["calls"],
        )

    def test_it_goes_on_with_what_it_was_begun_with(self, playhead, play, conversation, worse):
        first = playhead("backtest", "--prompts", worse, "--limit", 6, "--yes", "--json").json
        (worse / "read.md").unlink()
        play(conversation("I would like to order a cake", id="later"))
        again = playhead("backtest", "--resume", first["experiment"], "--yes", "--json").json
        assert [one["thread"] for one in again["conversations"]] == [one["thread"] for one in first["conversations"]]
        assert (again["changed"], again["checks"]) == (first["changed"], first["checks"])
        assert again["cost"]["session"]["calls"] == 0

    @pytest.mark.parametrize(
        ("wishes", "told"),
        [
            (["--prompts", "prompts"], "--prompts: {} was begun with other prompt files: read.md, reply.md is not"),
            (["--limit", "3"], "--limit: it is 3, and {} was begun with 6."),
            (["--model", "default=embedded"], "--model: it is default=embedded, and {} was begun without it."),
            (["--onward"], "--onward: it is True, and {} was begun without it."),
            (["--where", "graph=desk"], "--where: {} was begun without it."),
        ],
    )
    def test_another_wish_than_it_was_begun_with_is_refused(self, playhead, worse, wishes, told):
        name = playhead("backtest", "--prompts", worse, "--limit", 6, "--yes", "--json").json["experiment"]
        ended = playhead("backtest", "--resume", name, *wishes, "--yes")
        assert (ended.code, ended.out) == (2, "")
        assert told.replace("{}", name) in ended.err
        assert "leave out --resume to begin anew" in ended.err

    def test_a_condition_may_name_a_customer_and_is_to_be_given_again(self, playhead, worse, tmp_path):
        where = ("--where", "thread!=Wuschel")
        name = playhead("backtest", "--prompts", worse, *where, "--yes", "--json").json["experiment"]
        assert not [row for row in dump(tmp_path) if "Wuschel" in row]
        ended = playhead("backtest", "--resume", name, "--yes")
        assert ended.code == 2
        assert "--where" in ended.err
        assert "Give it again." in ended.err
        assert playhead("backtest", "--resume", name, *where, "--yes", "--json").json["experiment"] == name

    def test_what_was_erased_with_its_customer_is_to_be_given_again(self, playhead, worse):
        name = playhead("backtest", "--prompts", worse, "--yes", "--json").json["experiment"]
        for number in range(8):
            playhead("db", "forget", f"c-{number}", "--yes")
        ended = playhead("backtest", "--resume", name, "--yes")
        assert ended.code == 2
        assert "is not kept any more" in ended.err

    def test_until_sure_stops_early(self, playhead, play, conversation, worse):
        play(*[conversation("I would like to order a cake", id=f"d-{number}") for number in range(40)])
        found = playhead("backtest", "--prompts", worse, "--yes", "--until-sure", "--concurrency", "1", "--json")
        assert found.code == 1
        assert found.json["stopped"] == "the answer is clear"
        assert found.json["reached"]["turns"] < 58


@pytest.mark.usefixtures("recorded")
class TestPage:
    def test_what_customers_wrote_is_text_and_nothing_is_loaded(self, playhead, play, conversation, worse, tmp_path):
        evil = "I would like to order <script>alert(1)</script><img src=x onerror=alert(2)> \x1b[31m & more"
        play(conversation(evil, id="<b>c-evil</b>"))
        file = tmp_path / "report.html"
        playhead("backtest", "--prompts", worse, "--yes", "--html", file)
        read = Read()
        read.feed(text := file.read_text("utf-8"))
        assert "<script" not in text
        assert not {"script", "img", "b", "link", "iframe", "object", "form"} & set(read.tags)
        assert not {"src", "href", "style", "onerror", "onclick"} & set(read.attributes)
        assert evil.replace("\x1b", "\ufffd") in read.text
        assert "<b>c-evil</b>" in read.text
        assert "url(" not in text
        assert "default-src 'none'; style-src 'sha256-" in read.policy

    def test_it_says_what_the_terminal_says(self, playhead, worse, tmp_path):
        file = tmp_path / "report.html"
        playhead("backtest", "--prompts", worse, "--yes", "--html", file)
        read = Read()
        read.feed(file.read_text("utf-8"))
        for words in ("Knows orders", "worse", "c-0 · 1 of 2 turns changed", "I would like to order a cake"):
            assert words in read.text

    def test_a_page_that_cannot_be_written_is_told(self, playhead, worse, tmp_path):
        ended = playhead("backtest", "--prompts", worse, "--yes", "--html", tmp_path / "no" / "report.html")
        assert (ended.code, "cannot be written" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--yes"], "nothing is to be changed"),
        (["--model", "default"], "is not ALIAS=NAME"),
        (["--model", "default=embedded", "--until-sure", "--control", "3"], "--control"),
        (["--model", "default=embedded", "--by", "town"], "--sample"),
    ],
)
@pytest.mark.usefixtures("recorded")
def test_what_cannot_be_meant_ends_with_2(playhead, arguments, words):
    ended = playhead("backtest", *arguments)
    assert ended.code == 2
    assert words in ended.err


def test_nothing_that_matches_ends_with_3(playhead, play, conversation, worse):
    play(conversation("Thanks!"))
    assert playhead("backtest", "--prompts", worse, "--where", "thread=none").code == 3


class Read(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.pieces, self.policy = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag == "meta" and ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"]

    def handle_data(self, data):
        self.pieces.append(data)

    @property
    def text(self):
        return "".join(self.pieces)


def test_the_data_of_a_report_can_be_read_by_a_machine(playhead, play, conversation, worse):
    play(conversation("I would like to order a cake", id="c-1"))
    assert json.loads(playhead("backtest", "--prompts", worse, "--yes", "--json").out)["mode"] == "per turn"
