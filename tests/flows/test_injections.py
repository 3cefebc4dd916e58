"""Whatever is typed where a name, a filter or a value is wanted: it is taken for text, or refused in words."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from tests.hostile import INJECTIONS, SOUND
from tests.scale import FULL
from tests.watching import watched

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
DEED = re.compile("open|os|socket|shutil|subprocess(?!.Popen 'git')")  # bisect asks git what it knows
OWN = re.compile(rf"{gettempdir()}/playhead-|os.remove 'tape.db'")  # where a file that is there is looked at as a tape
NAMES = {
    "show": "show {}",
    "show as data": "show {} --json",
    "resume": "resume {}",
    "label of": "label {} outcome=lost",
    "labels of": "label {} --json",
    "tape": "tape {}",
    "diff this": "diff {} c-1",
    "diff that": "diff c-1 {}",
    "replay": "replay {}",
    "fork": "fork {} --at read@1",
    "fork at": "fork c-1 --at {}",
    "prompt show": "prompt show {}",
    "prompt render": "prompt render {}",
    "forget": "db forget {} --yes",
    "run": "run {} --input conversations.jsonl",
    "backtest resume": "backtest --prompts prompts --yes --resume {}",
    "import": "import {} conversations.jsonl",
    "bisect check": "bisect --check {}",
}
"""Fields that name something: nothing is of such a name, so nothing is found."""
VALUES = {
    "diff version": "diff read@{} read@now",
    "label name": "label c-1 {}=1",
    "label pair": "label c-1 {}",
    "label value": "label c-1 note={}",
    "where": "backtest --prompts prompts --dry --where {}",
    "where value": "backtest --prompts prompts --dry --where outcome={} --json",
    "where name": "backtest --prompts prompts --dry --where {}=x",
    "where like": "backtest --prompts prompts --dry --where outcome~{}",
    "verify where": "verify --where {}",
    "since": "backtest --prompts prompts --dry --since {}",
    "until": "verify --until {}",
    "by": "backtest --prompts prompts --dry --by {} --sample 1",
    "state": "replay c-1 --state {} --no-keep",
    "model": "replay c-1 --model {} --no-keep",
    "set": "fork c-1 --at read@1 --set {}",
    "answer": "resume c-1 --answer {}",
    "limit": "ls --limit {}",
    "input": "prompt render read --input {}",
    "input value": "prompt render read --input message={}",
    "chat model": "doctor --model {}",
    "folder": "prompt lint --prompts {}",
}
"""Fields that take a value: it may fit."""
FIELDS = {**NAMES, **VALUES}
PAIRS = [(field, text) for field in FIELDS for text in INJECTIONS]
TRIED = PAIRS if FULL else PAIRS[:: len(PAIRS) // 90]


def test_there_are_two_hundred_and_each_is_another() -> None:
    assert len(INJECTIONS) >= 200
    assert len({field for field, _ in TRIED}) == len(FIELDS)


@pytest.fixture
def recorded(play: Any, conversation: Any) -> None:
    """A conversation to be found, or not."""
    play(conversation("When are you open?", id="c-1"))


@pytest.mark.usefixtures("recorded")
def test_what_is_typed_is_text(playhead: Any, project: Path, tmp_path: Path, typed: Any) -> None:
    typed()  # nobody is there to answer a question
    before, there = playhead("show", "c-1", "--json").json, files(project, tmp_path)
    for field, text in TRIED:
        words = [word.replace("{}", text) for word in FIELDS[field].split()]
        with watched() as done:
            ended = playhead(*words)
        told = (field, text, ended)
        assert ended.code in range(7), told
        assert "Something failed" not in ended.err, told
        assert not OBEYED.search(ended.out + ended.err), told
        assert [one for one in done if DEED.match(one) and not OWN.search(one)] == [], told
        assert field not in NAMES or ended.code != 0, told
    assert playhead("show", "c-1", "--json").json["runs"][0]["steps"] == before["runs"][0]["steps"]
    assert files(project, tmp_path) == there


def files(*folders: Path) -> set[str]:
    """Every file below, but those of the database."""
    return {
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if "runs.db" not in path.name and "__pycache__" not in str(path)
    }


@pytest.mark.usefixtures("recorded")
def test_what_customers_say_is_shown_as_said_and_obeyed_by_no_terminal(
    playhead: Any, play: Any, conversation: Any
) -> None:
    texts = [text for text in SOUND if "\0" not in text][:: 1 if FULL else 12]
    ended = play(*[conversation(text, id=f"hostile {text}") for text in texts])
    assert ended.code == 0, ended.err
    names = [row["thread"] for row in playhead("ls", "--json", "--limit", "500").json]
    assert {f"hostile {text}" for text in texts} <= set(names)
    for text in texts:
        shown = playhead("show", f"hostile {text}", "--json", "--calls")
        assert shown.json["chat"][0]["text"] == text
        assert not OBEYED.search(shown.out + playhead("show", f"hostile {text}", "--calls", "--state").out)
    assert not OBEYED.search(playhead("ls", "--limit", "500").out)
