"""What the log of a command may do to the terminal it is shown on: nothing."""

from __future__ import annotations

import pytest
import structlog

from playhead.cli.options import quiet_log


def test_a_name_in_the_log_cannot_obey_itself(capsys: pytest.CaptureFixture[str]) -> None:
    quiet_log()
    quiet_log()  # as when a verb opens two recordings
    structlog.get_logger("playhead").warning("cut \x1b[2J off", thread="+1555\x1b]0;PWN\x07", error=["\x1b[2J"])
    told = capsys.readouterr().err
    assert "+1555␛]0;PWN␇" in told
    assert "cut ␛[2J off" in told
    assert not any(order in told for order in ("\x1b]", "\x1b[2J", "\x07"))
