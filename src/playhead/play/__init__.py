"""How are conversations played to an agent, and what came of them?

`playhead run`, `chat` and `demo` are this room: it reads conversations, hands their customers' messages to an
application turn by turn, and counts the outcomes. It prints nothing.
"""

from __future__ import annotations

from playhead.play.conversations import Conversation, Turn, check_business, read_conversations
from playhead.play.demonstration import fresh_recording, play_demo
from playhead.play.playing import Played, Player
from playhead.play.rehearsal import Rehearsal, rehearse
from playhead.play.talking import (
    MessagesApplication,
    application_named,
    close_resources,
    demo_application,
    forget_customer,
    outcome_of,
    resume_thread,
    with_resources,
    world_path,
)
from playhead.play.tally import Tally

__all__ = [
    "Conversation",
    "MessagesApplication",
    "Played",
    "Player",
    "Rehearsal",
    "Tally",
    "Turn",
    "application_named",
    "check_business",
    "close_resources",
    "demo_application",
    "forget_customer",
    "fresh_recording",
    "outcome_of",
    "play_demo",
    "read_conversations",
    "rehearse",
    "resume_thread",
    "with_resources",
    "world_path",
]
