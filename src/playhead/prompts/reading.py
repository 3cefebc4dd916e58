"""What does a prompt file say, part by part, and what keeps it from being used?

The one place where text becomes a prompt's parts, for loading and for lint alike: what lint calls fine loads, and what
does not load, lint explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from playhead.errors import PromptError, PromptSyntax
from playhead.prompts.blocks import Block, message_text, partial_problems, read_blocks
from playhead.prompts.examples import WorkedExamples, answer_text
from playhead.prompts.finding import Finding, Place, error, from_error
from playhead.prompts.header import Declared, Example, read_declared
from playhead.prompts.scope import Use, uses
from playhead.prompts.source import Source, cut_header, partials_of
from playhead.prompts.yaml_header import parse_header


@dataclass
class Reading:
    """A prompt file taken apart. `findings` are those that keep it from loading; `sources` the files it is made of."""

    path: str
    sources: dict[str, Source]
    declared: Declared = field(default_factory=Declared)
    body: str = ""
    body_place: Place = field(default_factory=lambda: Place("", 1))
    resolved: bool = False  # whether `uses` says which input each tag stands for
    blocks: list[Block] = field(default_factory=list)
    uses: list[tuple[Block, Use]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def question(self) -> Block | None:
        """The block that holds what the model is asked: the last user block."""
        return next((block for block in reversed(self.blocks) if block.role == "user"), None)

    def ask(self, example: Example) -> str:
        """An example's inputs in the prompt's own words. Raises `PromptError` if an input it needs is missing."""
        pieces = self.question.template.pieces(example.inputs, self.declared.name) if self.question else []
        return message_text(pieces) or ""

    def worked_examples(self) -> WorkedExamples:
        """The examples as they go into requests."""
        examples = self.declared.examples if self.declared.few_shot else []
        answers = [answer_text(example.output, self.declared.output_schema) for example in examples]
        return WorkedExamples([self.ask(example) for example in examples], answers, self.declared.few_shot)


def read_prompt(file: str, sources: Mapping[str, Source]) -> Reading:
    """Take the prompt `file` of a set apart; `sources` are the files of the set by name."""
    source = sources[file]
    reading = Reading(source.path, {file: source})
    try:
        header, reading.body, reading.body_place = cut_header(source)
        parsed = parse_header(header, Place(source.path, 2))
    except PromptSyntax as problem:
        reading.findings.append(from_error(problem))
        return reading
    reading.declared = read_declared(parsed, file.removesuffix(".md"))
    partials = partials_of(sources)
    reading.blocks, blocks_findings = read_blocks(reading.body, reading.body_place, partials)
    reading.findings += reading.declared.findings + blocks_findings
    for name in sorted({name for block in reading.blocks for name in block.template.partials}):
        reading.sources[f"{name}.md"] = partials[name]
        reading.findings += partial_problems(partials[name])
    _resolve(reading)
    if not reading.findings:
        reading.findings += _examples(reading)
    return reading


def _resolve(reading: Reading) -> None:
    """Find out which input each tag stands for."""
    if any(finding.rule in ("bad-schema", "bad-header") for finding in reading.findings):
        return  # every use of an input that could not be read would be called undeclared
    reading.resolved = True
    for block in reading.blocks:
        found, problems = uses(block.template, reading.declared.inputs)
        reading.uses += [(block, use) for use in found]
        reading.findings += problems
    conversation = any(spec.is_messages for spec in reading.declared.inputs.values())
    for block in reading.blocks:
        if block.role == "history" and not conversation:
            message = "There is a history block and no input of type messages."
            reading.findings.append(error(block.place, "not-declared", message, "Declare `history: {type: messages}`."))


def _examples(reading: Reading) -> list[Finding]:
    """What keeps the examples that go into requests from being rendered."""
    declared = reading.declared
    if not declared.few_shot:
        return []
    if declared.examples and reading.question is None:
        message = "few_shot sends examples, and there is no user block to put them into."
        return [error(declared.examples[0].place, "bad-example", message, "Add a user block, or take few_shot out.")]
    findings = []
    for example in declared.examples:
        problems = declared.example_problems(example)
        try:
            reading.ask(example)
        except PromptError as problem:
            problems.append(problem.happened)
        findings += [misfit(example, problem) for problem in problems]
    return findings


def misfit(example: Example, problem: str) -> Finding:
    """The finding for an example that does not fit."""
    return error(
        example.place, "example-misfit", f"An example is wrong: {problem}.", "Correct the example or the header."
    )
