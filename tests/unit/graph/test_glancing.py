"""What is looked at without LangGraph reads just as with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from playhead.graph.encoding import Encoder
from playhead.graph.glancing import glancing
from playhead.redact import Redactor

PLAIN = [None, True, 0, -(2**63), 1.5, "Grüezi", b"\0\xff", [], {"a": [1, {"b": None}]}, {1: "one", "1": "eins"}]
OBJECTS = [date(2026, 6, 8), {1, 2}, [HumanMessage("Hi", id="m-1")], {"at": (1, date(2026, 6, 8))}]


@pytest.fixture
def encoder() -> Encoder:
    return Encoder(Redactor([]))


@pytest.mark.parametrize("value", [*PLAIN, *OBJECTS], ids=repr)
def test_it_reads_what_the_encoder_reads(encoder: Encoder, value: Any) -> None:
    kind, data = encoder.serde.dumps_typed(value)
    assert glancing(lambda: encoder)(kind, data) == encoder.shown(kind, data)


@pytest.mark.parametrize("value", [each for each in PLAIN if not isinstance(each, bytes)], ids=repr)
def test_for_plain_data_no_encoder_is_made(encoder: Encoder, value: Any) -> None:
    def made() -> Encoder:
        raise AssertionError("it was not needed")

    assert glancing(made)(*encoder.serde.dumps_typed(value)) == value


@pytest.mark.parametrize(("kind", "data"), [("msgpack", b"\xc1"), ("msgpack", b""), ("json", b"{}"), ("other", b"")])
def test_what_cannot_be_read_fails_as_it_does_there(encoder: Encoder, kind: str, data: bytes) -> None:
    with pytest.raises(Exception) as there:
        encoder.shown(kind, data)
    with pytest.raises(type(there.value)):
        glancing(lambda: encoder)(kind, data)
