"""How two answers are laid beside each other, and two silences."""

from __future__ import annotations

import pytest

from playhead.backtest.changed import compared
from playhead.diff import Words


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (("", "silent: thanks"), ("", "silent: thanks"), (Words("same", "(silent: thanks)"),)),
        (("", "silent: thanks"), ("", "silent: a person has it"), ()),
        (("", "silent: thanks"), ("Welcome!", ""), ()),
        (("Hi", ""), ("Hi", ""), (Words("same", "Hi"),)),
    ],
)
def test_what_is_alike_is_not_said_to_have_changed(
    before: tuple[str, str], after: tuple[str, str], found: tuple[Words, ...]
) -> None:
    assert compared(before, after) == found
