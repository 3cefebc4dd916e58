"""What no serializer can store is kept as evidence, and told in the log of whoever has one."""

from __future__ import annotations

import pytest
import structlog

from playhead.graph.encoding import Encoder
from playhead.redact import Redactor


def test_a_value_that_is_recorded_by_its_repr_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Encoder(Redactor([])).anything({"client": object()})
    assert capsys.readouterr().out == ""


def test_whoever_has_a_log_finds_it_there() -> None:
    with structlog.testing.capture_logs() as logs:
        Encoder(Redactor([])).anything({"client": object()})
    assert [each["event"] for each in logs] == ["recorded by its repr"]
