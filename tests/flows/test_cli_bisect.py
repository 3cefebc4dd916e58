"""Which commit of the prompts changed a behaviour: found in a repository's history, on recorded conversations."""

from __future__ import annotations

import shutil
import subprocess

import pytest

CHECK = 'few_shot: 6\nchecks:\n  - {name: Knows orders, kind: regex_present, pattern: "orders"}\n'
TO_OTHER = ("output: {topic: orders}", "output: {topic: other}")


def git(folder, *arguments):
    names = ["-c", "user.name=Anna Baker", "-c", "user.email=anna@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *names, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(project, tmp_path):
    """A folder `prompts` under git, with the project's prompts and a check in its first commit."""
    folder = tmp_path / "repository" / "prompts"
    shutil.copytree(project / "prompts", folder)
    file = folder / "read.md"
    file.write_text(file.read_text().replace("few_shot: 6\n", CHECK, 1))
    git(folder.parent, "init", "-q")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "-q", "-m", "The first")
    return folder


@pytest.fixture
def commit(repository):
    """Changes `read.md` and commits it: `commit("why", "old", "new")`."""

    def change(why, old, new):
        file = repository / "read.md"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        git(repository, "commit", "-q", "-a", "-m", why)

    return change


@pytest.fixture
def recorded(played, conversation):
    played(*[conversation("I would like to order a cake", "Thanks!", id=f"c-{number}") for number in range(8)])


def bisect(playhead, repository, *arguments, check="Knows orders"):
    return playhead("bisect", "--check", check, "--prompts", repository, *arguments)


@pytest.mark.usefixtures("recorded")
class TestBisect:
    def test_the_commit_that_changed_a_check_is_found(self, playhead, repository, commit):
        for number in range(3):
            commit(f"Harmless {number}", "notes: |\n", f"notes: |\n  Note {number}.\n")
        commit("Cakes are for others", *TO_OTHER)
        for number in range(3):
            commit(f"Polite {number}", "Say what a", f"{number} times please. Say what a")
        ended = bisect(playhead, repository, "--yes")
        assert ended.code == 0
        first, second, *rest = ended.out.splitlines()
        assert first.endswith("· Anna Baker · Cakes are for others")
        assert second == "changed Knows orders: 50% with the first version, 0% with the last; worse."
        assert "{topic: [-orders}}-]{+other}}+}" in "\n".join(rest)
        assert ended.err.count("· passes ") <= 5

    def test_a_version_that_sends_what_was_recorded_asks_nothing(self, playhead, repository, commit):
        commit("Cakes are for others", *TO_OTHER)
        found = bisect(playhead, repository, "--yes", "--json").json
        first, last = [probe["calls"] for probe in found["probes"]]
        assert (first, 0 < last <= 16) == (0, True)
        assert found["changed_by"]["subject"] == "Cakes are for others"

    def test_trying_again_asks_nothing_twice(self, playhead, repository, commit):
        commit("Cakes are for others", *TO_OTHER)
        bisect(playhead, repository, "--yes")
        again = bisect(playhead, repository, "--yes", "--json").json
        assert sum(probe["calls"] for probe in again["probes"]) == 0

    def test_what_is_not_committed_is_a_version_too(self, playhead, repository):
        file = repository / "read.md"
        file.write_text(file.read_text().replace(*TO_OTHER))
        ended = bisect(playhead, repository, "--yes")
        assert (ended.code, ended.out.splitlines()[0]) == (0, "not committed")

    def test_a_version_that_does_not_load_is_left_out(self, playhead, repository, commit):
        commit("Broken", "=== user ===", "=== usr ===")
        commit("Mended", "=== usr ===", "=== user ===")
        commit("Cakes are for others", *TO_OTHER)
        ended = bisect(playhead, repository, "--yes")
        assert ended.code == 0
        assert "Left out" in ended.err
        assert "Cakes are for others" in ended.out

    def test_where_nothing_changed_it_says_so(self, playhead, repository, commit):
        commit("Harmless", "notes: |\n", "notes: |\n  A note.\n")
        ended = bisect(playhead, repository, "--yes")
        assert (ended.code, "pass alike, 50%" in ended.out) == (1, True)

    def test_nothing_is_asked_unless_somebody_says_yes(self, playhead, repository, commit):
        commit("Cakes are for others", *TO_OTHER)
        ended = bisect(playhead, repository)
        assert (ended.code, ended.out, "Add --yes" in ended.err) == (6, "", True)

    def test_an_unknown_check_is_told_with_the_nearest(self, playhead, repository):
        ended = bisect(playhead, repository, check="Knows order")
        assert ended.code == 2
        assert "Did you mean 'Knows orders'?" in ended.err

    def test_a_folder_without_git_is_told(self, playhead, repository, monkeypatch):
        shutil.rmtree(repository.parent / ".git")
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent.parent))
        ended = bisect(playhead, repository)
        assert ended.code == 2
        assert "git says" in ended.err
