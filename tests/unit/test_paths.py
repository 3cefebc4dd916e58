"""The path of a task is kept in a few letters and comes back whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playhead.store.checkpoints import USUAL_PATH, long_path, short_path


@given(st.builds(str.__add__, st.sampled_from(["", USUAL_PATH, "<", ">", "~__pregel_push, "]), st.text("<>~, ab")))
def test_any_path_comes_back_as_it_was(path: str) -> None:
    assert long_path(short_path(path)) == path


def test_a_usual_path_is_short_and_an_older_recording_s_is_still_read() -> None:
    assert short_path(f"{USUAL_PATH}reply") == "<reply"
    assert long_path(f"{USUAL_PATH}reply") == f"{USUAL_PATH}reply"
