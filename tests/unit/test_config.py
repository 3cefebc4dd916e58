"""What a project says about itself is found, in order of precedence, and what is wrong with it is said."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from playhead.config import Config, load_config, load_object
from playhead.errors import BadInput, GraphNotFound, GraphNotLoadable


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("shop", "broken", "agents_of_a_shop", "flat"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def settings(folder: Path, text: str) -> Path:
    """Write a project's settings."""
    (folder / "pyproject.toml").write_text(text)
    return folder


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_project_the_recording_is_in_the_working_folder(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config(
        tmp_path, tmp_path / "playhead.db", None, graphs={}, applications={}, models={"default": "embedded"}
    )


def test_the_nearest_project_above_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    settings(tmp_path, "[tool.playhead]\nstore = 'outer.db'")
    settings(tmp_path / "a", "[tool.playhead]\nstore = 'data/inner.db'")
    found = load_config(inner)
    assert (found.root, found.store) == (tmp_path / "a", tmp_path / "a" / "data" / "inner.db")


def test_a_project_without_our_table_is_a_project(tmp_path: Path) -> None:
    assert load_config(settings(tmp_path, "[project]\nname = 'x'")).root == tmp_path


def test_all_settings_are_read(tmp_path: Path) -> None:
    text = """
    [tool.playhead]
    store = "runs.db"
    prompts = "prompts/shop"
    redact = ["SHOP_PIN"]
    graphs = {desk = "shop:graph"}
    applications = {desk = "shop:application"}
    [tool.playhead.models]
    default = "openai:gpt-5-mini"
    judge = "openai:gpt-5"
    [tool.playhead.prices]
    "gpt-5-mini" = {input = 0.25, output = 2}
    """
    found = load_config(settings(tmp_path, text))
    assert (found.store, found.prompts) == (tmp_path / "runs.db", tmp_path / "prompts" / "shop")
    assert (found.graphs, found.applications) == ({"desk": "shop:graph"}, {"desk": "shop:application"})
    assert found.models == {"default": "openai:gpt-5-mini", "judge": "openai:gpt-5"}
    assert found.prices == {"gpt-5-mini": {"input": 0.25, "output": 2}}
    assert found.redact == ("SHOP_PIN",)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    os.environ |= {"PLAYHEAD_STORE": "env.db", "PLAYHEAD_PROMPTS": "/elsewhere/prompts"}
    found = load_config(settings(tmp_path, "[tool.playhead]\nstore = 'file.db'\nprompts = 'file'"))
    assert (found.store, found.prompts) == (tmp_path / "env.db", Path("/elsewhere/prompts"))


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    os.environ |= {"PLAYHEAD_STORE": "", "PLAYHEAD_PROMPTS": ""}
    found = load_config(settings(tmp_path, "[tool.playhead]\nstore = 'file.db'"))
    assert (found.store, found.prompts) == (tmp_path / "file.db", None)


def test_the_home_folder_may_be_written_short(tmp_path: Path) -> None:
    os.environ["HOME"] = str(tmp_path)
    assert load_config(settings(tmp_path, "[tool.playhead]\nstore = '~/x.db'")).store == tmp_path / "x.db"


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tool.playhead", "it is not valid TOML"),
        pytest.param(f"[tool.other]\nx = {'9' * 5_000}", "it is not valid TOML", id="a long number"),
        pytest.param(f"[tool.other]\nx = {'[' * 5_000}", "it is not valid TOML", id="many levels"),
        pytest.param(f"[tool.playhead]\nstore = 0x{'f' * 5_000}", "store is a number of thousands", id="a longer one"),
        ("tool = 3", "tool is not a table"),
        ("[tool]\nplayhead = 'x'", "playhead is not a table"),
        ("[tool.playhead]\nstroe = 'x'", "has no setting 'stroe'. Did you mean 'store'?"),
        ("[tool.playhead]\nstore = 5", "store is 5. Write it as a path"),
        ("[tool.playhead]\nprompts = ['a']", "prompts is ['a']. Write it as a path"),
        ("[tool.playhead]\ngraphs = 'shop:graph'", "graphs is 'shop:graph'. Write it as a table"),
        ("[tool.playhead]\ngraphs = {desk = 5}", "graphs is {'desk': 5}. Write it as a table"),
        ("[tool.playhead]\nmodels = ['openai']", "models is ['openai']. Write it as a table"),
        (
            "[tool.playhead]\nprices = {gpt = 2}",
            "prices is {'gpt': 2}. Write it as a table of \"model\" = {input = 0.25,",
        ),
        ("[tool.playhead.prices]\ngpt = {input = 2}", "prices is {'gpt': {'input': 2}}. Write it as a table"),
        ("[tool.playhead.prices]\ngpt = {input = -1, output = 0}", "in USD per million tokens"),
        ("[tool.playhead.prices]\ngpt = {input = true, output = 0}", "in USD per million tokens"),
        ("[tool.playhead.prices]\ngpt = {input = inf, output = 0}", "in USD per million tokens"),
        ("[tool.playhead]\nredact = 'SHOP_PIN'", "redact is 'SHOP_PIN'. Write it as a list"),
    ],
)
def test_settings_of_a_wrong_form_are_named_with_the_file(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_config(settings(tmp_path, text))
    assert str(tmp_path / "pyproject.toml") in str(caught.value)
    assert problem in str(caught.value)


def test_settings_that_are_not_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="it is not valid TOML"):
        load_config(tmp_path)


# ── LangGraph's own project file ─────────────────────────────────────────────────────────────────────────────


def langgraph_json(folder: Path, content: Any) -> Path:
    """Write LangGraph's project file."""
    (folder / "langgraph.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_the_graphs_of_langgraphs_project_file_are_known(tmp_path: Path) -> None:
    graphs = {"desk": "./shop.py:graph", "chat": {"path": "./chat.py:made", "description": "x"}}
    found = load_config(langgraph_json(tmp_path, {"graphs": graphs, "dependencies": ["."]}))
    assert found.graphs == {"desk": "./shop.py:graph", "chat": "./chat.py:made"}


def test_our_own_table_goes_before_langgraphs_file(tmp_path: Path) -> None:
    langgraph_json(tmp_path, {"graphs": {"desk": "./shop.py:graph", "chat": "./chat.py:made"}})
    settings(tmp_path, "[tool.playhead.graphs]\ndesk = 'agents.shop:graph'")
    assert load_config(tmp_path).graphs == {"desk": "agents.shop:graph", "chat": "./chat.py:made"}


@pytest.mark.parametrize(
    "content",
    [
        *("{", [], {"graphs": []}, {"graphs": {"desk": 5}}, {"graphs": {"desk": {}}}, "null"),
        pytest.param("9" * 5_000, id="a long number"),
        pytest.param("[" * 100_000, id="many levels"),
    ],
)
def test_a_broken_project_file_of_langgraphs_is_named(content: Any, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"langgraph\.json"):
        load_config(langgraph_json(tmp_path, content))


def test_a_project_file_without_graphs_has_none(tmp_path: Path) -> None:
    assert load_config(langgraph_json(tmp_path, {"dependencies": []})).graphs == {}


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with modules, good and bad."""
    (tmp_path / "shop.py").write_text("graph = 'the graph'\napplication = 'the application'\n")
    (tmp_path / "broken.py").write_text("import no_such_library\n")
    (tmp_path / "agents_of_a_shop").mkdir()
    (tmp_path / "agents_of_a_shop" / "desk.py").write_text("graph = 'the desk'\n")
    return settings(
        tmp_path, "[tool.playhead]\ngraphs = {desk = 'shop:graph'}\napplications = {desk = 'shop:application'}"
    )


def test_a_configured_graph_is_loaded_by_its_name(project: Path) -> None:
    found = load_config(project)
    assert (found.graph("desk"), found.application("desk")) == ("the graph", "the application")


def test_an_unknown_graph_is_named_with_the_nearest(project: Path) -> None:
    found = load_config(project)
    for load in (found.graph, found.application):
        with pytest.raises(GraphNotFound, match=r"There is no graph 'deks'\. Did you mean 'desk'\?"):
            load("deks")


@pytest.mark.parametrize("target", ["agents_of_a_shop.desk:graph", "./agents_of_a_shop/desk.py:graph"])
def test_a_place_is_a_module_or_a_file(target: str, project: Path) -> None:
    assert load_object(target, project) == "the desk"


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("shop", "no module and name with a colon"),
        ("shop:", "no module and name with a colon"),
        (":graph", "no module and name with a colon"),
        ("no_such_shop:graph", "No module named 'no_such_shop'"),
        ("shop:grpah", "the module has no 'grpah' (Did you mean 'graph'?)."),
        ("./shop/nowhere.py:graph", "No module named"),
        ("..shop:graph", "importing '..shop' raised TypeError"),
    ],
)
def test_what_cannot_be_loaded_says_why(target: str, problem: str, project: Path) -> None:
    with pytest.raises(GraphNotLoadable) as caught:
        load_object(target, project)
    assert problem in str(caught.value)
    assert "importable from the project's folder" in str(caught.value)


@pytest.mark.parametrize(
    ("target", "problem"),
    [("broken:graph", "No module named 'no_such_library'"), ("flat:graph", "raised SyntaxError")],
)
def test_of_a_module_that_is_there_and_fails_it_is_said_that_it_is_to_be_mended(
    target: str, problem: str, project: Path
) -> None:
    (project / "flat.py").write_text("def graph(:\n")
    with pytest.raises(GraphNotLoadable) as caught:
        load_object(target, project)
    assert problem in caught.value.happened
    assert caught.value.remedy.startswith("Mend the module, or install what it needs; PLAYHEAD_DEBUG=1")


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_values_of_secret_variables_are_secrets(tmp_path: Path) -> None:
    os.environ |= {"OPENAI_API_KEY": "k", "GITHUB_TOKEN": "t", "DB_PASSWORD": "p", "SHOP_PIN": "n", "HOME": "/home/x"}
    assert sorted(load_config(tmp_path).secrets()) == ["k", "p", "t"]
    assert sorted(load_config(settings(tmp_path, "[tool.playhead]\nredact = ['SHOP_PIN', 'UNSET']")).secrets()) == [
        *("k", "n", "p", "t")
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "SECRET_KEY", "OPENAI_KEY", "X_PASSWD", "MY_PASSWORD_2"),
        *("SHOP_CREDENTIALS", "my_api_key", "GPG_PASSPHRASE"),
    ],
)
def test_a_variable_is_secret_by_its_name_however_it_is_written(tmp_path: Path, name: str) -> None:
    os.environ[name] = "s3cret"
    assert load_config(tmp_path).secrets() == ["s3cret"]


def test_what_is_a_word_or_a_path_is_no_secret(tmp_path: Path) -> None:
    os.environ |= {"SORT_KEY": "customer", "CLOUD_CREDENTIALS": str(tmp_path), "DB_PASSWORD_FILE": "/run/x", "PWD": "/"}
    os.environ |= {"DATABASE_URL": "postgresql://postgres:postgres@db/x", "A_TOKEN": "", "SITE": "https://h:8000/a@b"}
    assert load_config(tmp_path).secrets() == []


def test_the_password_in_an_address_is_a_secret_in_any_variable(tmp_path: Path) -> None:
    os.environ |= {"DATABASE_URL": "postgresql://bob:s3cret%2Fpw@db/x", "cache": "redis://:correcthorse@h:6379"}
    assert load_config(tmp_path).secrets() == ["correcthorse", "s3cret%2Fpw", "s3cret/pw"]
