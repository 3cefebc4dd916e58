"""A replay reaches nothing: whatever the code tries, with whatever credentials, from whatever thread."""

from __future__ import annotations

import asyncio
import http.server
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tools import tool

import playhead
from agents.messaging import application, graph
from playhead import effect, resource
from playhead.deck import Deck
from playhead.errors import EffectHeldBack
from playhead.play import play_demo
from tests.graphs.shapes import NOTHING, chain
from tests.scripted import ScriptedModel, StreamingModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
PROMPTS = Path(__file__).parents[2] / "prompts" / "messaging"
CODE: Any = {"code": True}


class Reached(AssertionError):
    """A replay reached the world."""


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", prompts=PROMPTS, synchronous="NORMAL") as opened:
        yield opened


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """A server that anyone could reach; it counts who did."""
    reached: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    WORLD["reached"] = reached
    yield "127.0.0.1", server.server_address[1]
    server.shutdown()
    server.server_close()


WORLD: dict[str, Any] = {}


# ── the messaging agent, with its real calendar and outbox lying there ───────────────────────────────────────


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a database."""
    with sqlite3.connect(path) as world:
        names = [name for (name,) in world.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: world.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


@pytest.fixture
def conversations(deck: Deck, tmp_path: Path) -> list[str]:
    """The demo conversations, recorded; the agent's own database is at world.db."""
    return play_demo(deck, application, "messaging")


def world_of(deck: Deck) -> list[Path]:
    folder = deck.store.location.parent
    return [path for path in folder.iterdir() if path.suffix == ".db"]


@pytest.mark.parametrize("how", ["exactly", "with changes"])
def test_the_messaging_agent_replays_without_touching_its_world(
    deck: Deck, conversations: list[str], how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sk-live-key")
    before = {path: rows(path) for path in world_of(deck)}
    assert any(found.get("outbox") for found in before.values()) or len(before) > 0

    def refuse(self: Any, *args: Any) -> Any:
        raise Reached(args)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    for file in PROMPTS.glob("*.md"):
        text = file.read_text("utf-8")
        (drafts / file.name).write_text(text.replace("=== system ===", "=== system ===\nBe brief.", 1), "utf-8")
    recorded = 0
    for thread in conversations:
        for run in deck.runs(thread):
            changes: Any = {} if how == "exactly" else {"prompts": drafts}
            replay = deck.replay(run, graph, **changes)
            assert replay.effects_executed == 0
            recorded += replay.effects_recorded
    assert recorded > 0
    deck.store.flush()
    after = {path: rows(path) for path in world_of(deck)}
    assert {path.name: found for path, found in after.items()} == {path.name: found for path, found in before.items()}


# ── code that reaches out by itself ──────────────────────────────────────────────────────────────────────────

Way = Callable[[tuple[str, int]], Any]


def by_urllib(at: tuple[str, int]) -> Any:
    return urllib.request.urlopen(f"http://{at[0]}:{at[1]}/urllib", timeout=5).read()


def by_httpx(at: tuple[str, int]) -> Any:
    return httpx.get(f"http://{at[0]}:{at[1]}/httpx", timeout=5).text


def by_socket(at: tuple[str, int]) -> Any:
    with socket.create_connection(at, timeout=5) as made:
        made.sendall(b"GET /socket HTTP/1.0\r\n\r\n")
        return made.recv(100)


def by_socket_connect_ex(at: tuple[str, int]) -> Any:
    with socket.socket() as made:
        assert made.connect_ex(at) == 0
        made.sendall(b"GET /connect_ex HTTP/1.0\r\n\r\n")
        return made.recv(100)


def by_datagram(at: tuple[str, int]) -> Any:
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        return made.sendto(b"hello", at)


def by_a_thread(at: tuple[str, int]) -> Any:
    return in_a_thread(lambda: by_urllib(at))


def by_a_thread_of_a_thread(at: tuple[str, int]) -> Any:
    return in_a_thread(lambda: in_a_thread(lambda: by_urllib(at)))


def by_a_pool(at: tuple[str, int]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(by_urllib, at).result(10)


def by_asyncio(at: tuple[str, int]) -> Any:
    async def get() -> Any:
        reader, writer = await asyncio.open_connection(*at)
        writer.write(b"GET /asyncio HTTP/1.0\r\n\r\n")
        return await reader.read(100)

    return asyncio.run(get())


def by_httpx_async(at: tuple[str, int]) -> Any:
    async def get() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://{at[0]}:{at[1]}/httpx-async", timeout=5)).text

    return asyncio.run(get())


def by_a_process(at: tuple[str, int]) -> Any:
    code = f"import urllib.request as u; u.urlopen('http://{at[0]}:{at[1]}/process', timeout=5)"
    return subprocess.run([sys.executable, "-c", code], check=True, timeout=20)


def by_a_shell(at: tuple[str, int]) -> Any:
    return os.system(f"{sys.executable} -c \"import urllib.request as u; u.urlopen('http://{at[0]}:{at[1]}/shell')\"")


def by_a_fork(at: tuple[str, int]) -> Any:
    child = os.fork()
    if child == 0:
        try:
            by_urllib(at)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)


def in_a_thread(work: Callable[[], Any]) -> Any:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    if raised:
        raise raised[0]


def by_an_empty_context(address: tuple[str, int]) -> Any:
    return Context().run(by_socket, address)


WAYS: list[Way] = [
    by_urllib, by_httpx, by_socket, by_socket_connect_ex, by_datagram, by_a_thread, by_a_thread_of_a_thread, by_a_pool,
    by_an_empty_context, by_asyncio, by_httpx_async, by_a_process, by_a_shell, by_a_fork,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_node_that_reaches_out_by_itself_is_stopped(deck: Deck, address: tuple[str, int], way: Way) -> None:
    model = ScriptedModel()
    switch: dict[str, bool] = {"out": False}

    def node(state: Any) -> Any:
        if switch["out"]:
            way(address)
        return {"notes": [model.invoke("hello").text]}

    after = []
    compiled = chain(("reach", node), ("after", lambda state: after.append(1)))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    switch["out"] = True
    reached = len(WORLD["reached"])
    replay = deck.replay(deck.runs("t-1")[-1], compiled, **CODE)
    assert len(WORLD["reached"]) == reached
    assert len(after) == 1
    assert not replay.unchanged


def test_code_that_catches_every_exception_does_not_get_past(deck: Deck, address: tuple[str, int]) -> None:
    switch, after = {"out": False}, []

    def node(state: Any) -> Any:
        if switch["out"]:
            for _ in range(3):
                try:
                    by_urllib(address)
                except Exception:
                    after.append("caught")
        return {"notes": ["went on"]}

    compiled = chain(("reach", node), ("next", lambda state: after.append("next")))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    switch["out"], after[:] = True, []
    replay = deck.replay(deck.runs("t-1")[-1], compiled, **CODE)
    assert after == []
    assert "a connection" in replay.stopped


def test_other_threads_of_the_process_are_not_hindered(deck: Deck, address: tuple[str, int]) -> None:
    live_may_start, live_has_ended = threading.Event(), threading.Event()
    said: list[Any] = []
    pool = ThreadPoolExecutor(1)
    pool.submit(lambda: None).result()  # its thread was born before any replay

    def live() -> None:
        live_may_start.wait(10)
        config: Any = {"configurable": {"thread_id": "live"}}
        said.append(
            deck.record(chain(("get", lambda state: {"notes": [str(by_urllib(address))]}))).invoke(NOTHING, config)
        )
        said.append(pool.submit(by_urllib, address).result(10))
        live_has_ended.set()

    def node(state: Any) -> Any:
        if live_may_start.is_set() or replaying:
            live_may_start.set()
            assert live_has_ended.wait(20)
        return {"notes": ["done"]}

    replaying: list[int] = []
    compiled = chain(("wait", node))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    other = threading.Thread(target=live)
    other.start()
    replaying.append(1)
    assert deck.replay(deck.runs("t-1")[-1], compiled).unchanged
    other.join(20)
    assert said == [{"notes": ["b'hello'"]}, b"hello"]
    assert by_urllib(address) == b"hello"
    assert deck.runs("live")[-1].status == "done"


# ── effects ──────────────────────────────────────────────────────────────────────────────────────────────────

SENT: list[Any] = []


@effect(idempotent=True)
def ship(text: str) -> dict[str, Any]:
    SENT.append(text)
    resource("post").append(text)
    return {"ok": text}


@effect(idempotent=True, simulate=lambda text: {"ok": f"would ship {text}"})
def ship_or_say(text: str) -> dict[str, Any]:
    SENT.append(text)
    return {"ok": text}


@effect(read_only=True)
def stock(item: str) -> dict[str, Any]:
    SENT.append(f"read {item}")
    return {"item": item, "left": 3}


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    SENT.clear()


def shipping(act: Callable[..., Any], model: ScriptedModel, *, careless: bool = False) -> Any:
    def send(state: Any) -> Any:
        text = model.invoke("what?").text
        try:
            return {"notes": [act(text)["ok"] if act is not stock else act(text)["left"]]}
        except Exception:
            if not careless:
                raise
            return {"notes": ["never mind"]}

    return chain(("send", send), ("after", lambda state: {"notes": [model.invoke("after").text]}))


def test_recorded_effects_are_answered_from_the_recording(deck: Deck) -> None:
    model, post = ScriptedModel(), []
    compiled = shipping(ship, model)
    deck.record(compiled, resources={"post": post}).invoke(NOTHING, CONFIG)
    replay = deck.replay(deck.runs("t-1")[-1], compiled, resources={"post": post})
    assert (replay.unchanged, replay.effects_executed, replay.effects_recorded) == (True, 0, 1)
    assert (post, SENT) == (["echo: what?"], ["echo: what?"])


@pytest.mark.parametrize("careless", [False, True])
def test_a_changed_effect_is_held_back_and_nothing_comes_after_it(deck: Deck, careless: bool) -> None:
    first, post = ScriptedModel(), []
    deck.record(shipping(ship, first), resources={"post": post}).invoke(NOTHING, CONFIG)
    second = ScriptedModel(script={"": "something else"}, model_name="other")
    replay = deck.replay(
        deck.runs("t-1")[-1], shipping(ship, second, careless=careless), code=True, resources={"post": post}
    )
    assert [(call.kind, call.fate) for call in replay.calls] == [("model", "re-asked"), ("effect", "held back")]
    assert (replay.effects_executed, len(post), len(SENT)) == (0, 1, 1)
    assert replay.calls[1].why == "text: echo: what? → something else"
    assert replay.calls[1].request == {"text": "something else"}
    assert "ship" in replay.stopped
    assert [step.node for step in replay.steps if step.status == "done"] == ["__start__"]


def test_a_changed_effect_with_a_stand_in_goes_on(deck: Deck) -> None:
    deck.record(shipping(ship_or_say, ScriptedModel())).invoke(NOTHING, CONFIG)
    second = ScriptedModel(script={"what": "something else"}, model_name="other")
    replay = deck.replay(deck.runs("t-1")[-1], shipping(ship_or_say, second), code=True)
    assert [call.fate for call in replay.calls] == ["re-asked", "held back", "re-asked"]
    assert replay.output["notes"] == ["would ship something else", "echo: after"]
    assert (replay.effects_executed, len(SENT), replay.stopped) == (0, 1, "")


def test_a_changed_reading_is_held_back_or_made_where_that_is_allowed(deck: Deck) -> None:
    deck.record(shipping(stock, ScriptedModel())).invoke(NOTHING, CONFIG)
    run, second = deck.runs("t-1")[-1], ScriptedModel(script={"what": "other"}, model_name="other")
    held = deck.replay(run, shipping(stock, second), code=True)
    assert ([call.fate for call in held.calls], "stock" in held.stopped) == (["re-asked", "held back"], True)
    live = deck.replay(run, shipping(stock, second), code=True, live_reads=True)
    assert [(call.fate, call.why) for call in live.calls][1] == ("new", "a live read")
    assert (SENT, live.effects_executed) == (["read echo: what?", "read other"], 0)


def test_an_unknown_tool_is_an_effect(deck: Deck) -> None:
    from langchain.agents import create_agent

    @tool
    def pay(amount: int) -> str:
        """Pay."""
        SENT.append(amount)
        return f"paid {amount}"

    def agent(amount: int, name: str) -> Any:
        return create_agent(
            ScriptedModel(script={"please": calling(("pay", {"amount": amount}))}, model_name=name), [pay]
        )

    deck.record(agent(5, "a")).invoke({"messages": [("user", "please")]}, CONFIG)
    replay = deck.replay(deck.runs("t-1")[-1], agent(50, "b"), code=True)
    assert [(call.kind, call.fate) for call in replay.calls] == [("model", "re-asked"), ("tool", "held back")]
    assert replay.calls[1].why == "args.amount: 5 → 50"
    assert (SENT, replay.effects_executed, replay.effects_recorded) == ([5], 0, 1)


def test_a_tool_that_answers_another_question_to_a_person_is_held_back(deck: Deck) -> None:
    from langchain.agents import create_agent
    from langgraph.types import interrupt

    @tool
    def pay(amount: int) -> str:
        """Pay."""
        if interrupt("sure?") == "yes":
            SENT.append(amount)
        return "done"

    graph = create_agent(ScriptedModel(script={"please": calling(("pay", {"amount": 5}))}), [pay])
    deck.record(graph).invoke({"messages": [("user", "please")]}, CONFIG)
    deck.resume("t-1", graph, answer="no")
    replay = deck.fork(deck.runs("t-1")[-1], graph, answer="yes")
    assert SENT == []
    assert replay.calls[-1].fate == "held back"


def test_resources_are_out_of_reach(deck: Deck) -> None:
    switch: dict[str, bool] = {"out": False}

    def node(state: Any) -> Any:
        if switch["out"]:
            resource("post").append("x")
        return None

    post: list[str] = []
    compiled = chain(("reach", node))
    deck.record(compiled, resources={"post": post}).invoke(NOTHING, CONFIG)
    switch["out"] = True
    replay = deck.replay(deck.runs("t-1")[-1], compiled, code=True, resources={"post": post})
    assert (post, "resource post" in replay.stopped) == ([], True)


def in_a_bare_thread(work: Callable[[], Any]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)


def in_a_pool(work: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result(10)


def in_an_empty_context(work: Callable[[], Any]) -> None:
    Context().run(work)


LOST = pytest.mark.parametrize("how", [in_a_bare_thread, in_a_pool, in_an_empty_context], ids=lambda way: way.__name__)


@LOST
@pytest.mark.parametrize("kind", ["effect", "tool"])
@pytest.mark.filterwarnings("ignore:.*belongs to no run", "ignore:Exception in thread")
def test_without_the_context_of_its_run_nothing_acts_either(deck: Deck, how: Any, kind: str) -> None:
    done: list[str] = []

    @effect()
    def ship(parcel: str) -> str:
        done.append(parcel)
        return "shipped"

    @tool
    def carry(parcel: str) -> str:
        """Carry a parcel."""
        done.append(parcel)
        return "carried"

    act: Any = (lambda: ship("box")) if kind == "effect" else (lambda: carry.invoke({"parcel": "box"}))
    compiled = chain(("act", lambda state: how(act)))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    assert done == ["box"]  # and nothing of it is on the recording
    with pytest.raises(EffectHeldBack, match="without the run's context"):
        deck.replay(deck.runs("t-1")[-1], compiled)
    assert done == ["box"]


@LOST
@pytest.mark.filterwarnings("ignore:Exception in thread")
def test_nor_is_a_recorded_graph_run_there(deck: Deck, how: Any) -> None:
    done: list[str] = []

    @effect()
    def ship(parcel: str) -> str:
        resource("van").append(parcel)
        return "shipped"

    beside = deck.record(chain(("ship", lambda state: {"notes": [ship("box")]})), "beside", resources={"van": done})
    compiled = chain(("act", lambda state: how(lambda: beside.invoke(NOTHING))))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    assert (done, len(deck.runs())) == (["box"], 2)
    with pytest.raises(EffectHeldBack, match="a run of its own"):
        deck.replay(deck.runs("t-1")[-1], compiled)
    assert (done, len(deck.runs())) == (["box"], 2)


def test_an_exact_replay_that_reaches_out_says_so(deck: Deck, address: tuple[str, int]) -> None:
    switch: dict[str, bool] = {"out": False}
    compiled = chain(("reach", lambda state: by_urllib(address) and None if switch["out"] else None))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    switch["out"] = True
    with pytest.raises(EffectHeldBack, match="a connection"):
        deck.replay(deck.runs("t-1")[-1], compiled)
    assert WORLD["reached"] == []


async def test_a_group_of_tasks_ends_as_its_replay_does(deck: Deck, address: tuple[str, int]) -> None:
    switch: dict[str, bool] = {"out": False}

    async def node(state: Any) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
            if switch["out"]:
                group.create_task(asyncio.open_connection(*address))

    compiled = chain(("reach", node))
    await deck.record(compiled).ainvoke(NOTHING, CONFIG)
    switch["out"] = True
    with pytest.raises(EffectHeldBack, match="a connection"):
        deck.replay(deck.runs("t-1")[-1], compiled)


def test_a_reader_of_answers_cannot_reach_out(deck: Deck, address: tuple[str, int]) -> None:
    """A callback that posts what a model said is code like any other."""

    class Posting(BaseCallbackHandler):
        raise_error = True

        def on_llm_new_token(self, token: str, **kwargs: Any) -> None:
            if switch["out"]:
                by_urllib(address)

    switch: dict[str, bool] = {"out": False}
    model = StreamingModel()

    def node(state: Any) -> Any:
        return {"notes": ["".join(chunk.text for chunk in model.stream("say", {"callbacks": [Posting()]}))]}

    compiled = chain(("say", node))
    deck.record(compiled).invoke(NOTHING, CONFIG)
    switch["out"] = True
    with pytest.raises(EffectHeldBack, match="a connection"):
        deck.replay(deck.runs("t-1")[-1], compiled)
    assert WORLD["reached"] == []
