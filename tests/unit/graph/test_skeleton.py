"""A checkpoint that was taken apart comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from playhead.codec import unpack
from playhead.graph.skeleton import Skeleton, put_together, take_apart

names = st.text("abc:_", min_size=1, max_size=6)
versions = st.integers(0, 9) | st.text("0123456789.", min_size=1, max_size=9)
times = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat) | st.text(max_size=32)
checkpoints: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "v": st.just(4),
        "id": st.just("1f0c"),
        "ts": times,
        "channel_values": st.dictionaries(names, st.integers(), max_size=4),
        "channel_versions": st.dictionaries(names, versions, max_size=4),
        "versions_seen": st.dictionaries(names, st.dictionaries(names, versions, max_size=3), max_size=4),
        "updated_channels": st.none() | st.lists(names, max_size=3),
    },
    optional={"pending_sends": st.lists(st.integers(), max_size=2)},
)
metadata = st.fixed_dictionaries({"source": st.just("loop")}, optional={"step": st.integers(-1, 9)})


def at(time: str) -> dict[str, Any]:
    """A checkpoint of this time."""
    lists = {"channel_values": {}, "channel_versions": {}, "versions_seen": {}, "updated_channels": None}
    return {"v": 4, "id": "1f0c", "ts": time, **lists}


@given(checkpoints, metadata)
@example(at("2026-11-29T16:13:49.123456+00:00"), {})
@example(at("2026-11-29T16:13:49.000000+00:00"), {})
@example(at("2026-02-30T16:13:49.123456+00:00"), {})
@example(at("8754-02-12T05:53:53.935056+00:00"), {})
def test_a_checkpoint_comes_back_as_it_was(checkpoint: Any, metadata: Any) -> None:
    data, shape, facts = take_apart(checkpoint, metadata)
    found = put_together("1f0c", Skeleton(data, unpack(shape.data), facts), list(checkpoint["channel_values"].values()))
    assert found == (checkpoint, metadata)
    assert [list(found[0][name]) for name in ("channel_values", "channel_versions", "versions_seen")] == [
        list(checkpoint[name]) for name in ("channel_values", "channel_versions", "versions_seen")
    ]


def test_checkpoints_of_the_same_names_have_the_same_shape() -> None:
    first, second = at("2026-11-29T16:13:49.123456+00:00"), at("2026-11-29T16:13:50.123456+00:00")
    assert take_apart(first, {})[1] == take_apart(second, {"step": 1})[1]
