"""What does a recorded run of tau-bench say, in the re-shaped form with calls and results side by side?

`messages` with their `seq`, `tool_calls` with `asked_seq`, `result_seq` and `result`, `llm_calls` with `prompt_seqs`. A
call is found by where it was asked and answered, never by the provider's id, which repeats. The simulated customer's
own model calls are left out: what it wrote is what came in. The source: tau-bench (Yao et al. 2024, arXiv:2406.12045).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from playhead.errors import BadInput
from playhead.graph.chat import call_of
from playhead.imports.conversation import Fact, ImportedConversation, made_conversation

FORM: Final = "Write the runs as tau_runs files have them: task_id, trial, messages, tool_calls, llm_calls."
NEEDED: Final = {"task_id": (str, int), "trial": (int,), "messages": (list,), "tool_calls": (list,)}
FACTS: Final = ("domain", "task_id", "trial", "reward")


def read_tau(where: str, line: Mapping[str, Any], name: str) -> ImportedConversation:
    """The conversation of one line, on the thread `tau-<task>-<trial>`. Raises `BadInput`."""
    for key, kinds in NEEDED.items():
        if not isinstance(line.get(key), kinds):
            raise BadInput(where, f"{key!r} is missing, or of another form.", FORM)
    model = _model(line)
    facts: dict[str, Fact] = {key: _whole(line[key]) for key in FACTS if isinstance(line.get(key), str | int | float)}
    if model is not None:
        facts["model"] = model
    try:
        messages = list(_messages(where, line["messages"], line["tool_calls"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(where, f"its messages or tool calls lack something ({error!r}).", FORM) from error
    id = f"tau-{line['task_id']}-{line['trial']}"
    return made_conversation(where, id, messages, model=model, facts=facts)


def _messages(where: str, messages: list[Any], calls: list[Any]) -> Iterator[dict[str, Any]]:
    """The messages in OpenAI's chat format; a result is what the call is said to have returned."""
    asked: dict[int, list[Any]] = {}
    for call in sorted(calls, key=lambda call: (call["result_seq"] is None, call["result_seq"])):
        asked.setdefault(call["asked_seq"], []).append(call)
    results = {call["result_seq"]: call for call in calls}
    for message in messages:
        seq, role = message["seq"], message["role"]
        made = {"role": role, "content": message["content"]}
        if role == "tool":
            if seq not in results:
                raise BadInput(f"{where}, message {seq}", "no tool call has its result here.", FORM)
            call = results[seq]
            made |= {"content": call["result"], "tool_call_id": call["recorded_id"], "name": call["name"]}
        elif message.get("tool_calls"):
            if len(asked.get(seq, ())) != len(message["tool_calls"]):
                raise BadInput(f"{where}, message {seq}", "its tool calls are not all described.", FORM)
            made["tool_calls"] = [call_of(call["recorded_id"], call["name"], call["arguments"]) for call in asked[seq]]
        yield made


def _model(line: Mapping[str, Any]) -> str | None:
    """The agent's model, if the line names it, or the file that it was taken from does: `gpt-4o-airline.json`."""
    models, source = line.get("models") or {}, line.get("source") or {}
    if isinstance(models, dict) and isinstance(models.get("agent"), str):
        return str(models["agent"])
    file, ending = str(source.get("file", "") if isinstance(source, dict) else ""), f"-{line.get('domain')}.json"
    return file.removesuffix(ending) if file.endswith(ending) and file != ending else None


def _whole(value: Fact) -> Fact:
    """1.0 as 1, as people write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
