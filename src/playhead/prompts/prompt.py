"""What is a prompt, and what does it send for these inputs?

A prompt is loaded whole or not at all: header, blocks, partials and examples are parsed and rendered as far as they can
be without inputs. Rendering is then pure, may be called from any thread, and costs well under a millisecond.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from playhead.errors import MissingInput, UnknownInput, WrongInput
from playhead.prompts.blocks import Block, message_text
from playhead.prompts.checks import Check
from playhead.prompts.examples import Message, WorkedExamples
from playhead.prompts.finding import refuse
from playhead.prompts.header import Declared, Example, FewShot
from playhead.prompts.inputs import ROLES, Fit, InputSpec
from playhead.prompts.reading import Reading
from playhead.prompts.source import partials_of

JSON: TypeAlias = Any


@dataclass(frozen=True, eq=False)
class Prompt:
    """One loaded prompt file.

    `content_hash` changes when what may be sent changes, `file_hash` when anything in the file or its partials does
    (both SHA-256, hex). `sources` holds the texts it was made of, by file name.
    """

    name: str
    title: str
    description: str
    owner: str
    notes: str
    model: dict[str, JSON] | str | None
    inputs: Mapping[str, InputSpec]
    output_schema: dict[str, JSON] | None
    checks: tuple[Check, ...]
    few_shot: FewShot
    examples: tuple[Example, ...]
    path: str
    content_hash: str
    file_hash: str
    sources: Mapping[str, str]
    blocks: tuple[Block, ...] = field(repr=False)
    _worked: WorkedExamples = field(repr=False)
    _answer_fit: Fit = field(repr=False)

    def render(self, inputs: Mapping[str, JSON]) -> list[Message]:
        """The messages to send. Raises `UnknownInput`, `MissingInput` (also for null) and `WrongInput`."""
        values = self._checked(inputs)
        messages: list[Message] = []
        question = ""
        after_system = 0
        for block in self.blocks:
            if block.role == "history":
                messages += self._history(values)
                continue
            text = message_text(block.template.pieces(values, self.name))
            if text is None:
                continue
            messages.append({"role": block.role, "content": text})
            if block.role == "system":
                after_system = len(messages)
            elif block.role == "user":
                question = text
        messages[after_system:after_system] = self._worked.nearest(question)
        return messages

    def answer_problem(self, answer: JSON) -> str | None:
        """Why `answer` does not fit the output schema (text where there is none), or None."""
        return self._answer_fit(answer)

    def _checked(self, inputs: Mapping[str, JSON]) -> dict[str, JSON]:
        for name in inputs:
            if name not in self.inputs:
                raise UnknownInput(self.name, name, self.inputs)
        values: dict[str, JSON] = {}
        for name, spec in self.inputs.items():
            value = inputs.get(name)
            if value is not None:
                if problem := spec.misfit(value):
                    raise WrongInput(self.name, name, problem)
                values[name] = value
            elif spec.required:
                raise MissingInput(self.name, name, inputs)
        return values

    def _history(self, values: Mapping[str, JSON]) -> list[Message]:
        for name, spec in self.inputs.items():
            if spec.is_messages:
                return [{"role": ROLES[one["role"]], "content": one["content"]} for one in values.get(name, ())]
        return []


def make_prompt(reading: Reading) -> Prompt:
    """The prompt that a file turned out to hold. Raises `PromptSyntax` for the first thing wrong in it."""
    refuse(reading.findings)
    declared = reading.declared
    sources = {file: source.text for file, source in reading.sources.items()}
    return Prompt(
        name=declared.name,
        title=declared.title,
        description=declared.description,
        owner=declared.owner,
        notes=declared.notes,
        model=declared.model,
        inputs=declared.inputs,
        output_schema=declared.output_schema,
        checks=tuple(declared.checks),
        few_shot=declared.few_shot,
        examples=tuple(declared.examples),
        path=reading.path,
        content_hash=_content_hash(declared, reading),
        file_hash=_digest(sorted(sources.items())),
        sources=sources,
        blocks=tuple(reading.blocks),
        _worked=reading.worked_examples(),
        _answer_fit=declared.answer_fit,
    )


def _content_hash(declared: Declared, reading: Reading) -> str:
    partials = sorted((name, source.text) for name, source in partials_of(reading.sources).items())
    shown = [[dict(example.inputs), example.output] for example in declared.examples] if declared.few_shot else []
    inputs = [[spec.name, dict(spec.schema), spec.required, spec.untrusted] for spec in declared.inputs.values()]
    # The output schema keeps its order: models fill fields in the order in which the schema names them.
    schema = json.dumps(declared.output_schema)
    few_shot = declared.few_shot if shown else 0
    return _digest([reading.body, partials, sorted(inputs), declared.model, schema, few_shot, shown])


def _digest(value: JSON) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
