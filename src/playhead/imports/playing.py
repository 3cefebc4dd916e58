"""How is a conversation that others recorded played, so that it is recorded as ours?

Turn by turn through the agent loop, with the file's own answers. The system prompt is given to the run as a prompt
file, so that another one can take its place later. What is on the recording already is not imported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from playhead.deck import Deck
from playhead.errors import PromptError
from playhead.graph.agent_loop import SYSTEM_PROMPT, graph
from playhead.graph.chat import message_of
from playhead.graph.imported import answering
from playhead.imports.conversation import ImportedConversation, ImportedTurn, Placed
from playhead.prompts import PromptSet
from playhead.records import Run

AGENT: Final = "agent-loop"
"""The graph's name that imported runs remember; every project has it."""

PROMPT_FILE: Final = """---
format: prompt/1
name: system
title: System prompt
description: The system prompt of imported conversations, as it was recorded.
---
=== system ===
{text}
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the conversation of this name: its thread, and what is new. `already`: all was there before."""

    name: str
    thread: str
    runs: int
    model_calls: int
    tool_calls: int
    already: bool = False


class Importer:
    """Imports conversations into an open recording."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self._taken = set(deck.threads())
        self._recorded = lru_cache(maxsize=64)(self._record)

    def play(self, conversation: ImportedConversation) -> Imported:
        """Import the conversation, or what is missing of it; each of its turns is one run.

        Its thread has its name; where another conversation has that already, `~2`, `~3`, … are added.
        """
        thread, done = self._find(conversation)
        agent = self._recorded(conversation.system)
        facts = {**conversation.facts, "conversation": conversation.digest}
        missing = conversation.turns[done:]
        ready = [(turn.given[-1].seq, input_of(turn), messages_of(turn.said)) for turn in missing]
        if ready and not done:
            ready[0][1].update(first_input(conversation))
        for seq, given, said in ready:
            with answering(said):
                agent.invoke(given, {"configurable": {"thread_id": thread, "event": f"m{seq}"}, "metadata": facts})
        self._taken.add(thread)
        roles = [placed.message["role"] for turn in missing for placed in turn.said]
        calls = roles.count("assistant"), roles.count("tool")
        return Imported(conversation.id, thread, len(missing), *calls, already=not missing)

    def _find(self, conversation: ImportedConversation) -> tuple[str, int]:
        """The thread to play it in, and how many of its turns are on that already."""
        name, number = conversation.id, 1
        while name in self._taken:
            runs = self.deck.runs(name)
            if runs and runs[0].metadata.get("conversation") == conversation.digest and is_whole(runs):
                return name, len(runs)
            number += 1
            name = f"{conversation.id}~{number}"
        return name, 0

    def _record(self, system: str | None) -> Any:
        return self.deck.record(graph, AGENT, prompts=prompts_of(system), strict=True)


def is_whole(runs: Iterable[Run]) -> bool:
    """Did every run end? An import that was killed in the middle of one cannot be gone on with."""
    return all(run.status == "done" for run in runs)


def prompts_of(system: str | None) -> PromptSet | None:
    """The system prompt as a prompt set of one file; None where a file would not say it word for word."""
    if system is None or not (core := system.strip()):
        return None
    try:
        made = PromptSet.from_files({f"{SYSTEM_PROMPT}.md": PROMPT_FILE.format(text=core)})
        rendered = made.get(SYSTEM_PROMPT).render({})
    except PromptError:
        return None  # it has tags, or lines that open blocks
    return made if rendered == [{"role": "system", "content": core}] else None


def first_input(conversation: ImportedConversation) -> dict[str, Any]:
    """What the loop is told once, when a conversation begins."""
    return {"system": conversation.system, "tools": list(conversation.tools), "model": conversation.model}


def input_of(turn: ImportedTurn) -> dict[str, Any]:
    """The loop's input for one turn."""
    return {"messages": messages_of(turn.given), "breaks_off": len(turn.said) if turn.breaks_off else None}


def messages_of(placed: Sequence[Placed]) -> list[Any]:
    """The messages as the graph takes them, each named by its place."""
    return [message_of(one.message, f"m{one.seq}") for one in placed]
