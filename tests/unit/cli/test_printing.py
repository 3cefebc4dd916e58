"""What is printed is laid out for whoever reads it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from playhead.cli.printing import print_wrapped, text


@pytest.mark.parametrize("indent", [0, 2, 4])
def test_every_line_of_what_is_indented_is_and_none_ends_with_a_blank(indent):
    out = io.StringIO()
    print_wrapped(Console(file=out, width=24), text("one call is certain to be asked, up to 2 more may follow"), indent)
    rows = out.getvalue().splitlines()
    assert len(rows) > 2
    assert all(row.startswith(" " * indent) and row[indent] != " " and len(row) <= 24 for row in rows)
    assert not any(row.endswith(" ") for row in rows)


def test_where_there_is_no_room_for_the_indent_the_text_is_there_still():
    out = io.StringIO()
    print_wrapped(Console(file=out, width=2), text("ab"), 4)
    assert out.getvalue().split() == ["a", "b"]
