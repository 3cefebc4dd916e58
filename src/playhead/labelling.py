"""What may people say of a conversation afterwards, and how is it kept?

Labels are facts by name. One of them settles an effect that was cut off and that nothing can look up.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from playhead.codec import Part
from playhead.errors import BadInput, NothingToSettle
from playhead.graph.encoding import Encoder
from playhead.selection import OF_THE_RUN
from playhead.store import Store, settling

LABEL_NAME: Final = re.compile(r"\w[\w.-]{0,63}")


def label_parts(encoder: Encoder, facts: Mapping[str, Any]) -> dict[str, Part]:
    """Facts as they are stored. Raises `BadInput` for a name that could not be selected by, and what is no data."""
    for name in facts:
        if (clean := encoder.redactor.text(name)) != name:
            raise BadInput(f"Label {clean!r}", "its name is a secret.", "Choose another name, such as `outcome`.")
        if not LABEL_NAME.fullmatch(name) or name in OF_THE_RUN:
            raise BadInput(
                f"Label {name!r}",
                f"a label's name is of letters, digits, '_', '.' and '-', and none of {', '.join(OF_THE_RUN)}.",
                "Choose another name, such as `outcome`.",
            )
    try:
        return {name: encoder.plain(value) for name, value in encoder.facts(facts).items()}
    except TypeError as error:
        problem = f"{', '.join(facts)} cannot be stored: {error}."
        raise BadInput("Label", problem, "Give text, numbers, true or false, or lists and objects of them.") from error


class Settled(NamedTuple):
    """What is said of an effect: did it happen, which is it (None: the one in doubt), what it gave, who says so."""

    happened: bool
    key: str | None
    result: Any
    by: str | None


def settle(store: Store, encoder: Encoder, thread: str, said: Settled) -> str:
    """Settle an effect of this conversation; gives its key. Raises `NothingToSettle`, `StillRunning`."""
    store.flush()
    with store.reading() as session:
        doubtful = settling.in_doubt(session, thread)
    found = [row for row in doubtful if said.key in (None, row["key"])]
    if len(found) != 1:
        raise NothingToSettle(thread, [row["key"] for row in doubtful])
    (effect,) = found
    fact = {"effect": effect["key"], "happened": said.happened, "by": said.by}
    parts = label_parts(encoder, {settling.SETTLED: fact, "result": said.result})
    result = parts["result"] if said.happened else None
    store.write(
        lambda session: settling.settle(session, effect, result=result, said=parts[settling.SETTLED], at=time.time())
    )
    return str(effect["key"])
