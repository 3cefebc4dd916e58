"""Which conversations are taken, and which of them a changed prompt cannot reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from playhead.codec import split
from playhead.errors import BadInput
from playhead.location import Location
from playhead.selection import Selected, affected, choose, selection_of
from playhead.store import Store, erasure, runs
from tests.scale import at_scale

from . import behind
from .conftest import a_run, on_sqlite

DAY = 86_400.0
NOW = 1_000 * DAY
TODAY = {"code": "c-2", "langgraph": "1.2", "prompts": "set-2"}


def run(
    store: Store, name: str, thread: str, *, at: float = 0, prompts: Mapping[str, str] | None = None, **more: Any
) -> None:
    """Record a run `at` days ago, with a call from each of these prompts (name to content hash)."""
    versions = more.pop("versions", TODAY)
    status = more.pop("status", "done")
    row = {
        **{
            key: split(value)
            for key, value in {"metadata": more, "input": {"text": name}, "versions": versions}.items()
        },
        **dict.fromkeys(["context", "output", "error"]),
    }
    base = {"name": name, "graph": "desk", "cause": name, "status": status, "attempt": 1, "owner": "here:1"}

    def operation(session: Any) -> None:
        number = runs.add_run(session, thread, {**base, **row, "started": NOW - at * DAY, "ended": NOW})
        for index, (prompt, content) in enumerate((prompts or {}).items()):
            use = {"name": prompt, "content_hash": content, "file_hash": content, "files": {f"{prompt}.md": "…"}}
            call: dict[str, Any] = {
                **{"run": number, "number": index, "step": 1, "address": "a@1", "kind": "model", "name": "m"},
                **{"ordinal": index, "attempt": 1, "status": "done", "started": 1.0, "seconds": 1.0},
                **dict.fromkeys(["input_tokens", "output_tokens", *runs.CALL_VALUES]),
                "prompt": split(use),
            }
            runs.put(session, "calls", call)

    store.write(operation)


def label(store: Store, thread: str, run: str | None = None, **facts: Any) -> None:
    """Say something of a conversation or a run."""
    store.label(thread, run, {name: split(value) for name, value in facts.items()}, 5.0)


def chosen(store: Store, *where: str, **more: Any) -> Selected:
    """What is taken of this recording."""
    return choose(store, selection_of(where, now=NOW, **more))


def threads(store: Store, *where: str, **more: Any) -> list[str]:
    """The names of the conversations that are taken."""
    return [conversation.thread for conversation in chosen(store, *where, **more).conversations]


@pytest.fixture
def shop(store: Store) -> Store:
    """Four conversations of two businesses."""
    run(store, "r-1", "a", at=40, business="bakery", stars=4, prompts={"read": "r1", "reply": "p1"})
    run(store, "r-2", "a", at=3, business="bakery", prompts={"read": "r1"})
    run(store, "r-3", "b", at=20, business="bakery", vip=True, prompts={"reply": "p2"})
    run(store, "r-4", "c", at=10, business="garage", status="failed")
    run(store, "r-5", "d", at=1, business="garage", note="Came back — twice")
    label(store, "a", "r-2", outcome="booked")
    label(store, "b", outcome="lost", reason={"why": "price"})
    return store


def test_all_conversations_are_taken_with_their_runs_oldest_first(shop: Store) -> None:
    found = chosen(shop)
    assert [(one.thread, [run.id for run in one.runs]) for one in found.conversations] == [
        ("a", ["r-1", "r-2"]),
        ("b", ["r-3"]),
        ("c", ["r-4"]),
        ("d", ["r-5"]),
    ]
    assert found.matched == 4
    assert found.runs[0].facts == {"business": "bakery", "stars": 4}
    assert found.runs[1].facts == {"business": "bakery", "outcome": "booked"}
    assert found.runs[2].facts == {"business": "bakery", "vip": True, "outcome": "lost", "reason": {"why": "price"}}


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        (["business=bakery"], "ab"),
        (["business!=bakery"], "cd"),
        (["outcome=lost"], "b"),
        (["outcome!=lost"], "acd"),
        (["outcome=booked"], "a"),
        (["outcome!=booked"], "bcd"),  # one run of `a` was labelled: `a` was booked
        (["stars=4"], "a"),
        (["vip=true"], "b"),
        (["vip=True"], ""),
        (["note~TWICE"], "d"),
        (['reason={"why": "price"}'], "b"),
        (["reason~price"], "b"),
        (["thread=c"], "c"),
        (["status=failed"], "c"),
        (["graph=desk", "business=garage"], "cd"),
        (["prompt=reply"], "ab"),
        (["prompt~RE"], "ab"),
        (["prompt=read"], "a"),
        (["prompt!=reply"], "cd"),
        (["prompt=reply", "prompt!=read"], "b"),
        (["prompt=nothing"], ""),
        (["stars=4", "outcome=booked"], "a"),  # said of two runs of one conversation
    ],
)
def test_conditions_are_met_by_conversations(shop: Store, where: list[str], taken: str) -> None:
    assert threads(shop, *where) == list(taken)


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        (["business=bakery"], ["r-1", "r-2", "r-3"]),
        (["outcome=booked"], ["r-2"]),
        (["outcome!=booked"], ["r-1", "r-3", "r-4", "r-5"]),
        (["prompt=reply"], ["r-1", "r-3"]),
        (["outcome=lost"], ["r-3"]),
        (["stars=4", "outcome=booked"], []),
    ],
)
def test_or_by_runs_each_on_its_own(shop: Store, where: list[str], taken: list[str]) -> None:
    assert [run.id for run in chosen(shop, *where, whole=False).runs] == taken


def test_runs_taken_on_their_own_are_given_by_conversation(shop: Store) -> None:
    found = chosen(shop, "business=bakery", whole=False)
    assert [(one.thread, len(one.runs)) for one in found.conversations] == [("a", 2), ("b", 1)]
    assert found.matched == 3


@pytest.mark.parametrize(
    ("since", "until", "taken"),
    [("30d", None, "abcd"), ("15d", None, "acd"), (None, "15d", "ab"), ("25d", "15d", "b"), ("2h", None, "")],
)
def test_a_conversation_with_a_run_in_the_time_is_taken_whole(
    shop: Store, since: str | None, until: str | None, taken: str
) -> None:
    found = chosen(shop, since=since, until=until)
    assert [one.thread for one in found.conversations] == list(taken)
    assert all(len(one.runs) == 2 for one in found.conversations if one.thread == "a")


def test_runs_on_their_own_are_those_in_the_time(shop: Store) -> None:
    assert [run.id for run in chosen(shop, since="15d", whole=False).runs] == ["r-4", "r-2", "r-5"]


def test_the_newest_up_to_a_limit(shop: Store) -> None:
    found = chosen(shop, limit=2)
    assert ([one.thread for one in found.conversations], found.matched) == (["a", "d"], 4)


@pytest.mark.parametrize("asked", ["no", "yes"])
def test_what_was_made_of_a_conversation_is_taken_only_where_its_origin_is_asked_for(shop: Store, asked: str) -> None:
    run(shop, "r-6", "fork", at=2, business="bakery", origin_thread="a")
    if asked == "no":
        assert threads(shop, "business=bakery") == ["a", "b"]
    else:
        assert threads(shop, "origin_thread=a") == ["fork"]


def test_what_was_erased_is_not_taken(shop: Store) -> None:
    shop.write(lambda session: erasure.forget(session, "b"))
    assert threads(shop) == ["a", "c", "d"]
    assert threads(shop, "outcome!=lost") == ["a", "c", "d"]


def test_a_label_that_was_taken_away_is_no_fact(shop: Store) -> None:
    label(shop, "b", outcome=None)
    assert threads(shop, "outcome!=booked") == ["b", "c", "d"]
    assert threads(shop, "outcome=null") == []


# ── wrong names ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("asked", "option"), [({"where": "bussiness=x"}, "--where"), ({"by": "bussiness"}, "--by")])
def test_an_unknown_name_is_refused_with_the_nearest_and_all_known(
    shop: Store, asked: dict[str, str], option: str
) -> None:
    by = asked.get("by")
    with pytest.raises(BadInput) as told:
        chosen(shop, *([asked["where"]] if "where" in asked else []), by=by, sample=2 if by else None)
    assert str(told.value) == (
        f"{option}: no run has a fact 'bussiness'. Did you mean 'business'? Known are thread, graph, status, prompt, "
        "origin_thread, business, note, outcome, reason, stars, vip."
    )


def test_a_name_that_only_other_times_know_is_no_mistake(shop: Store) -> None:
    assert threads(shop, "vip=true", since="5d") == []


def test_an_empty_recording_has_nothing_to_take_and_no_mistakes(store: Store) -> None:
    assert threads(store, "outcome=lost", sample=5, by="business") == []


HOSTILE = [
    f"{opening}{payload}{closing}"
    for opening in ("", "'", '"', "`", "\\", "%", "x'", "')", "1", ":name")
    for payload in (
        "; DROP TABLE runs; --",
        " OR 1=1 --",
        " UNION SELECT * FROM vals --",
        "' || (SELECT data FROM vals) || '",
        "*/ DELETE FROM runs /*",
        "\x00",
        "]]]}}}",
        "json_each('[1]')",
        "${jndi:x}",
        "𝕊\u202e\ufeff",
    )
    for closing in ("", "'")
]


def hostile(place: Location) -> list[str]:
    """All of them; on a server, whose every answer is waited for, some."""
    return HOSTILE if isinstance(place, Path) else HOSTILE[:: at_scale(1, 13)]


@pytest.mark.parametrize("sign", ["=", "!=", "~"])
def test_hostile_values_are_values_and_hostile_names_are_unknown(shop: Store, address: Location, sign: str) -> None:
    assert len(HOSTILE) == 200

    def contents() -> list[Any]:
        shop.flush()
        return [behind.rows(address, table) for table in ("runs", "vals", "labels", "calls")]

    before = contents()
    for text in hostile(address):
        for name in ("business", "thread", "prompt"):
            assert threads(shop, f"{name}{sign}{text}") == (["a", "b", "c", "d"] if sign == "!=" else [])
        if sign == "~":
            assert threads(shop, f"status~{text}") == []
        else:
            with pytest.raises(BadInput, match="no run ends as"):
                chosen(shop, f"status{sign}{text}")
        with pytest.raises(BadInput):
            chosen(shop, f"{text}{sign}x")
        with pytest.raises(BadInput):
            chosen(shop, by=text, sample=2)
    assert contents() == before


def test_a_hostile_value_that_is_there_is_found(store: Store, address: Location) -> None:
    for index, text in enumerate(hostile(address)):
        run(store, f"r-{index}", f"c-{index}", said=text)
    for index, text in enumerate(hostile(address)):
        assert threads(store, f"said={text}") == [f"c-{index}"]


# ── samples ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def many(store: Store) -> Store:
    """Sixty conversations: 40 of a bakery, 15 of a garage, 5 of nobody."""
    for index in range(60):
        business = {"business": "bakery" if index % 3 else "garage"} if index % 12 else {}
        run(store, f"r-{index:02}", f"c-{index:02}", at=60 - index, **business)
    return store


def test_a_sample_is_the_same_every_time_and_another_with_another_seed(many: Store) -> None:
    assert threads(many, sample=10) == threads(many, sample=10)
    assert threads(many, sample=10) != threads(many, sample=10, seed=1)
    assert len(threads(many, sample=10)) == 10


def test_a_sample_is_spread_evenly_over_time(many: Store) -> None:
    drawn = [int(name[2:]) for name in threads(many, sample=10)]
    assert [number // 6 for number in drawn] == list(range(10))


def test_a_sample_larger_than_what_there_is_is_all_of_it(many: Store) -> None:
    assert len(threads(many, sample=1000)) == 60


def test_a_sample_by_a_fact_is_balanced_and_says_each_ones_group(many: Store) -> None:
    found = chosen(many, sample=25, by="business")
    groups = [one.group for one in found.conversations]
    assert {group: groups.count(group) for group in groups} == {"bakery": 10, "garage": 10, "": 5}
    assert found.matched == 60


def test_a_sample_is_drawn_from_the_newest_up_to_the_limit(many: Store) -> None:
    assert all(name >= "c-40" for name in threads(many, sample=10, limit=20))


# ── what a changed prompt cannot reach ───────────────────────────────────────────────────────────────────────


def reach(store: Store, **prompts: str) -> dict[str, str]:
    """What these contents of prompts can do to each run."""
    return dict(affected(store, chosen(store).runs, prompts, {**TODAY, "prompts": "set-3"}).reach)


def test_a_run_is_affected_if_it_used_another_content_under_the_name(shop: Store) -> None:
    assert reach(shop, reply="p2") == {
        "r-1": "affected",
        "r-2": "unaffected",
        "r-3": "unaffected",
        "r-4": "affected",  # it failed: nobody knows what it would have asked
        "r-5": "unaffected",
    }
    assert reach(shop, reply="new")["r-3"] == "affected"
    assert reach(shop, read="new") == reach(shop, read="new", unused="x")
    assert reach(shop)["r-1"] == "unaffected"


@pytest.mark.parametrize(
    "versions",
    [
        {**TODAY, "code": "c-1"},
        {**TODAY, "langgraph": "1.1"},
        {"code": "c-2", "prompts": "set-2"},
        {**TODAY, "another-library": "1"},
        {},
    ],
)
def test_a_run_of_other_code_proves_nothing(store: Store, versions: dict[str, str]) -> None:
    run(store, "r-1", "a", versions=versions, prompts={"reply": "p1"})
    run(store, "r-2", "a", versions=versions)
    proof = affected(store, chosen(store).runs, {"reply": "new"}, TODAY)
    assert proof.reach == {"r-1": "other_code", "r-2": "other_code"}
    assert proof.users == {"r-1"}


def test_an_interrupted_run_did_all_it_would_so_far(store: Store) -> None:
    run(store, "r-1", "a", status="interrupted")
    run(store, "r-2", "b", status="cancelled")
    run(store, "r-3", "c", status="running")
    assert reach(store) == {"r-1": "unaffected", "r-2": "affected", "r-3": "affected"}


def test_a_run_without_versions_proves_nothing(store: Store) -> None:
    a_run(store, "a", "r-1")
    assert reach(store) == {"r-1": "other_code"}


def test_no_run_is_opened_to_prove_it_unaffected(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = chosen(shop).runs
    asked: list[str] = []
    rows: Callable[..., Any] = runs.Session.rows

    def counted(session: Any, query: str, *more: Any, **params: Any) -> Any:
        asked.append(query)
        return rows(session, query, *more, **params)

    monkeypatch.setattr(runs.Session, "rows", counted)
    assert affected(shop, taken, {"reply": "new"}, TODAY).reach["r-2"] == "unaffected"
    assert not {"calls_of_run", "steps_of_run", "runs_get"} & set(asked)
    assert len(asked) < 10


@on_sqlite
def test_the_index_answers_which_runs_used_a_prompt(shop: Store, address: Path) -> None:
    from playhead.store.queries import QUERIES

    with sqlite3.connect(address) as raw:
        for name, given in (("calls_prompts", {}), ("calls_runs_of_prompts", {"prompts": "[1]"})):
            plan = " ".join(str(row[3]) for row in raw.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", given))
            assert "COVERING INDEX calls_by_prompt" in plan
            assert "SCAN calls" not in plan, plan
