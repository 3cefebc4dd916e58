"""What does the header of a prompt file declare, and is every line of it one we know?

A key that nobody reads is a wish that silently does not come true, so unknown keys are refused with the nearest known
one. Reading goes on after a mistake: an editor sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from playhead.errors import nearest_name
from playhead.prompts.checks import Check, check_problem
from playhead.prompts.finding import Finding, Place, error
from playhead.prompts.inputs import Fit, InputSpec, fit, schema_problem
from playhead.prompts.yaml_header import Header

JSON: TypeAlias = Any
FewShot: TypeAlias = int | Literal["all"]

FORMAT = "prompt/1"
_KEYS = (
    "format", "name", "title", "description", "owner", "model", "inputs", "output", "checks", "few_shot", "examples",
    "notes",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One worked case: the inputs that matter, the answer wanted, and why."""

    inputs: Mapping[str, JSON]
    output: JSON
    why: str
    place: Place


@dataclass
class Declared:
    """The header, read. What was wrong in it is in `findings` and left at its default here."""

    name: str = ""
    title: str = ""
    description: str = ""
    owner: str = ""
    notes: str = ""
    model: dict[str, JSON] | str | None = None
    inputs: dict[str, InputSpec] = field(default_factory=dict)
    output_schema: dict[str, JSON] | None = None
    checks: list[Check] = field(default_factory=list)
    few_shot: FewShot = 0
    examples: list[Example] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def answer_fit(self) -> Fit:
        """Says why an answer does not fit the output schema (text where there is none), or None."""
        return fit({"type": "string"} if self.output_schema is None else self.output_schema)

    def example_problems(self, example: Example) -> list[str]:
        """In what ways an example does not fit the declared inputs and output."""
        problem = self.answer_fit(example.output)
        problems = [f"its output does not fit: {problem}"] if problem else []
        for name, value in example.inputs.items():
            spec = self.inputs.get(name)
            if spec is None:
                known = f"Declared are {', '.join(self.inputs)}" if self.inputs else "No input is"
                problems.append(f"it gives {name!r}, which is not declared.{nearest_name(name, self.inputs)} {known}")
            elif value is None:
                problems.append(f"it gives nothing for {name!r}; leave the line out")
            elif misfit := spec.misfit(value):
                problems.append(f"its input {name!r} does not fit: {misfit}")
        return problems


def read_declared(header: Header, name: str) -> Declared:
    """What the header of the file called `name` declares."""
    reader = _Reader(header)
    reader.keys(name)
    reader.texts()
    reader.model()
    reader.inputs()
    reader.output()
    reader.checks()
    reader.few_shot()
    reader.examples()
    return reader.found


class _Reader:
    def __init__(self, header: Header) -> None:
        self.header, self.data = header, header.data
        self.found = Declared()

    def bad(self, path: tuple[str | int, ...], message: str, remedy: str, rule: str = "bad-header") -> None:
        self.found.findings.append(error(self.header.place(*path), rule, message, remedy))

    def keys(self, name: str) -> None:
        for key in self.data:
            if key not in _KEYS:
                hint = nearest_name(key, _KEYS)
                self.bad(
                    (key,), f"The header has no key {key!r}.{hint}", f"Known are {', '.join(_KEYS)}.", "unknown-key"
                )
        if self.data.get("format") != FORMAT:
            self.bad(("format",), f"The format must be {FORMAT}.", f"Write `format: {FORMAT}` as the first line.")
        if self.data.get("name") != name:
            given = self.data.get("name")
            self.bad(
                ("name",),
                f"The file is called {name!r}, its header says {given!r}.",
                "Make them equal.",
                "name-differs",
            )
        self.found.name = name

    def texts(self) -> None:
        for key in ("title", "description", "owner", "notes"):
            value = self.data.get(key)
            if isinstance(value, str):
                setattr(self.found, key, value)
            elif value is not None:
                self.bad((key,), f"{key} must be text.", "Put it in quotes.")
        self.found.title = self.found.title or self.found.name

    def model(self) -> None:
        model = self.data.get("model")
        if (isinstance(model, dict) and isinstance(model.get("name"), str)) or isinstance(model, str) or model is None:
            self.found.model = model
        else:
            self.bad(
                ("model",),
                "model must be an alias, or a mapping with a name.",
                "For example: {name: default, temperature: 0}.",
            )

    def inputs(self) -> None:
        inputs = self.data.get("inputs") or {}
        if not isinstance(inputs, dict):
            self.bad(("inputs",), "inputs must be a mapping of names.", "One line for each: `name: {type: string}`.")
            return
        for name, declared in inputs.items():
            self.input(name, declared)
        if sum(spec.is_messages for spec in self.found.inputs.values()) > 1:
            self.bad(("inputs",), "Two inputs are of type messages.", "Keep one conversation; pass the other as text.")

    def input(self, name: str, declared: JSON) -> None:
        path = ("inputs", name)
        if not name.isidentifier() or name.startswith("_"):
            self.bad(
                path,
                f"{name!r} cannot be the name of an input.",
                "Use letters, digits and underscores, a letter first.",
            )
            return
        if not isinstance(declared, dict):
            self.bad(path, f"The input {name!r} must be declared by a mapping.", "For example: {type: string}.")
            return
        # `required: [a, b]` is JSON Schema's own word for the parts of an object; true or false is ours.
        ours = {key for key in ("required", "untrusted") if isinstance(declared.get(key), bool)}
        schema = {key: value for key, value in declared.items() if key not in ours}
        problem = None if schema.get("type") == "messages" else schema_problem(schema)
        if problem or "untrusted" in schema:
            problem = problem or "untrusted must be true or false"
            self.bad(
                path, f"The input {name!r} is not declared by a JSON Schema: {problem}.", "Correct it.", "bad-schema"
            )
            return
        self.found.inputs[name] = InputSpec(
            name,
            schema,
            required="required" not in ours or declared["required"],
            untrusted="untrusted" in ours and declared["untrusted"],
            line=self.header.place(*path).line,
        )

    def output(self) -> None:
        output = self.data.get("output")
        if output is None:
            return
        if not isinstance(output, dict) or set(output) != {"schema"}:
            self.bad(
                ("output",),
                "output holds a schema and nothing else.",
                "Write `output: {schema: {…}}`, or leave it out.",
            )
            return
        problem = schema_problem(output["schema"])
        if problem:
            self.bad(
                ("output", "schema"), f"The output schema is not a JSON Schema: {problem}.", "Correct it.", "bad-schema"
            )
        else:
            self.found.output_schema = output["schema"]

    def checks(self) -> None:
        checks = self.data.get("checks") or []
        if not isinstance(checks, list):
            self.bad(("checks",), "checks must be a list.", "One line for each, starting with a dash.", "bad-check")
            return
        for index, check in enumerate(checks):
            problem = check_problem(check)
            if problem:
                self.bad(("checks", index), f"This check cannot be run: {problem}.", "Correct it.", "bad-check")
            else:
                self.found.checks.append(check)

    def few_shot(self) -> None:
        few_shot = self.data.get("few_shot", 0)
        if few_shot == "all" or (isinstance(few_shot, int) and not isinstance(few_shot, bool) and few_shot >= 0):
            self.found.few_shot = few_shot
        else:
            self.bad(
                ("few_shot",), "few_shot must be a whole number or all.", "Write how many examples go into the request."
            )

    def examples(self) -> None:
        examples = self.data.get("examples") or []
        if not isinstance(examples, list):
            self.bad(
                ("examples",), "examples must be a list.", "One line for each, starting with a dash.", "bad-example"
            )
            return
        for index, example in enumerate(examples):
            place = self.header.place("examples", index)
            problem = _example_problem(example)
            if problem:
                self.bad(("examples", index), problem, "Write {why: …, inputs: {…}, output: …}.", "bad-example")
                continue
            self.found.examples.append(Example(example["inputs"], example["output"], example.get("why") or "", place))


def _example_problem(example: JSON) -> str | None:
    if not isinstance(example, dict) or not isinstance(example.get("inputs"), dict) or "output" not in example:
        return "An example needs inputs and an output."
    for key in example:
        if key not in ("why", "inputs", "output"):
            return f"An example has no {key!r}.{nearest_name(key, ('why', 'inputs', 'output'))}"
    if not isinstance(example.get("why") or "", str):
        return "The why of an example must be text."
    return None
