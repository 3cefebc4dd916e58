"""What would a careful reader tell the editor of these prompt files before they go live?

Everything that keeps a file from loading, and on top of it what loads and is still wrong. Level E keeps a prompt from
going live, W is shown. Rules that need recorded conversations are not here: they belong to the rooms that have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from playhead.errors import PromptSyntax
from playhead.prompts.blocks import partial_problems
from playhead.prompts.checks import run_check
from playhead.prompts.finding import Finding, Place, error, from_error, warning
from playhead.prompts.parse import parse
from playhead.prompts.reading import Reading, misfit, read_prompt
from playhead.prompts.source import Source, is_partial, partials_of, prompt_files, read_source
from playhead.prompts.wording import body_words, private_words


def lint(folder: Path | str, over: Path | str | None = None) -> list[Finding]:
    """Everything to look at in the prompt files of `folder`, by file and line. Raises `BadInput` for no folder.

    A draft may be just the files that were changed: the partials it lacks are those of the folder that it is laid
    `over`, in which nothing is looked for.
    """
    findings: list[Finding] = []
    sources = _sources(Path(folder), findings)
    below = _sources(Path(over), []) if over is not None else {}
    return _sorted([*findings, *_lint(sources, below)])


def lint_files(files: Mapping[str, str], folder: str = "") -> list[Finding]:
    """Like `lint`, of texts by file name, such as a draft that is not saved yet."""
    return _sorted(_lint({file: Source.of(file, text, folder) for file, text in files.items()}, {}))


def _sources(folder: Path, findings: list[Finding]) -> dict[str, Source]:
    """The files of a folder that can be read; of the others, `findings` say why not."""
    sources: dict[str, Source] = {}
    for path in prompt_files(folder):
        try:
            sources[path.name] = read_source(path)
        except PromptSyntax as problem:
            findings.append(from_error(problem))
    return sources


def _lint(sources: Mapping[str, Source], below: Mapping[str, Source]) -> list[Finding]:
    findings: list[Finding] = []
    together = {**below, **sources}
    for file, source in sources.items():
        findings += private_words(source)
        findings += _partial(source, together) if is_partial(file) else _prompt(read_prompt(file, together))
    own = {source.path for source in sources.values()}
    return [one for one in findings if one.path in own]


def _sorted(findings: list[Finding]) -> list[Finding]:
    # A mistake in a partial comes up in every prompt that uses it: once is enough.
    return sorted(set(findings), key=lambda one: (one.path, one.line, one.level, one.rule, one.message))


def _partial(source: Source, sources: Mapping[str, Source]) -> Iterator[Finding]:
    try:
        parse(source.text, partials_of(sources), Place(source.path, 1))
    except PromptSyntax as problem:
        yield from_error(problem)
    yield from partial_problems(source)
    yield from body_words(Place(source.path, 1), source.text, structured=False)


def _prompt(reading: Reading) -> Iterator[Finding]:
    yield from reading.findings
    if reading.blocks:
        structured = reading.declared.output_schema is not None
        yield from body_words(reading.body_place, reading.body, structured=structured)
    if not reading.resolved:
        return
    if not reading.findings:  # a block that could not be read may use any input
        yield from _unused(reading)
    yield from _unguarded(reading)
    yield from _untrusted(reading)
    yield from _examples(reading)


def _unused(reading: Reading) -> Iterator[Finding]:
    used = {use.input for _, use in reading.uses}
    history = any(block.role == "history" for block in reading.blocks)
    for name, spec in reading.declared.inputs.items():
        if name not in used and not (spec.is_messages and history):
            place = Place(reading.path, spec.line)
            yield warning(place, "input-unused", f"The input {name!r} is never used.", "Use it, or take it out.")


def _unguarded(reading: Reading) -> Iterator[Finding]:
    for _, use in reading.uses:
        if use.inserts and not use.guarded and not reading.declared.inputs[use.input].required:
            message = f"{use.input!r} may be missing, and stands outside a section of its own."
            remedy = f"Put it between {{{{#{use.input}}}}} and {{{{/{use.input}}}}}."
            yield error(use.place, "optional-unguarded", message, remedy)


def _untrusted(reading: Reading) -> Iterator[Finding]:
    for block, use in reading.uses:
        if block.role == "system" and use.inserts and reading.declared.inputs[use.input].from_customer:
            message = f"{use.input!r} holds a customer's words, and they would speak as your instructions."
            yield error(use.place, "untrusted-in-system", message, "Move it to the user block.")


def _examples(reading: Reading) -> Iterator[Finding]:
    declared = reading.declared
    for spec in declared.inputs.values():
        for value in spec.examples:
            if problem := spec.misfit(value):
                message = f"An example value of {spec.name!r} does not fit: {problem}."
                yield error(Place(reading.path, spec.line), "example-misfit", message, "Correct one of the two.")
    for example in declared.examples:
        for problem in declared.example_problems(example):
            yield misfit(example, problem)
        for check in declared.checks:
            if run_check(check, example.output) is False:
                message = f"The check {check['name']!r} fails on this example."
                yield error(example.place, "check-fails-example", message, "Correct the example or the check.")
