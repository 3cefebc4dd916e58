"""What do the prompt files say, are they sound, and what would a model receive?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options
from playhead.cli.helping import Verb

if TYPE_CHECKING:
    from playhead.prompts import Prompt, PromptSet

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="List, show, check and fill prompt files.")
PromptName = Annotated[str, typer.Argument(metavar="NAME", help="A prompt: its file's name without .md.")]


def folder_of(given: Path | None) -> Path:
    """The prompt folder: the one given, or the project's. Raises `BadInput` where there is none."""
    from playhead.config import load_config
    from playhead.errors import BadInput

    found = given or load_config().prompts
    if found is None:
        raise BadInput(
            "prompts", "no folder is configured here.", "Pass --prompts FOLDER, or set [tool.playhead] prompts."
        )
    return found


def _read(folder: Path) -> PromptSet:
    """The set in this folder; a file that does not load is in its `broken`."""
    from playhead.prompts import PromptSet

    return PromptSet.of_folder(folder)


def _get(name: str, prompts: Path | None) -> Prompt:
    found = _read(folder_of(prompts))
    if broken := found.broken.get(f"{name}.md"):
        raise broken
    return found.get(name)


@app.command(cls=Verb, short_help="The prompts of the project.")
def ls(prompts: options.Prompts = None, json: options.Json = False) -> None:
    """playhead prompt ls

    Lists the prompt files: what each is for, which model answers it, and how many examples it has and sends.
    """
    from playhead.cli.printing import data, line, say, table, write_json
    from playhead.cli.words import count

    folder = folder_of(prompts)
    found = _read(folder)
    rows = [_summary(found.get(name)) for name in found.names()]
    if json:
        broken = {file: str(problem) for file, problem in found.broken.items()}
        write_json({"folder": str(folder), "hash": found.hash, "prompts": rows, "broken": broken})
        return
    shown = table("prompt", "model", ">examples", ">sent", "content", "what it does")
    for row in rows:
        sizes = (str(row["examples"]), str(row["few_shot"]))
        about = row["description"] or row["title"]
        shown.add_row(line(row["name"], "bold"), line(row["model"]), *sizes, row["content_hash"][:8], line(about))
    for file in found.broken:
        shown.add_row(line(file, "bold red"), "", "", "", "", line("does not load", "red"))
    if not rows and not found.broken:
        say(f"{folder} holds no prompt file.")
        return
    # A name is what one types next: it is not cut. What it does gets the room that is left.
    shown.expand = True
    shown.columns[0].min_width = max(map(len, (*found.names(), *found.broken)))
    shown.columns[-1].ratio = 1
    shown.columns[-1].no_wrap = True
    data().print(shown)
    say(f"\n{folder}, version {found.hash[:12]}. playhead prompt show NAME shows one.")
    if found.broken:
        say(f"{count(len(found.broken), 'file does', 'files do')} not load: playhead prompt lint says why.")


def _summary(prompt: Prompt) -> dict[str, Any]:
    model = prompt.model if isinstance(prompt.model, dict) else {"name": prompt.model or "default"}
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": prompt.description,
        "owner": prompt.owner,
        "model": str(model.get("name", "default")),
        "inputs": list(prompt.inputs),
        "examples": len(prompt.examples),
        "few_shot": prompt.few_shot,
        "content_hash": prompt.content_hash,
        "file_hash": prompt.file_hash,
        "path": prompt.path,
    }


@app.command(cls=Verb, short_help="One prompt, as its file stands.")
def show(name: PromptName, prompts: options.Prompts = None, json: options.Json = False) -> None:
    """playhead prompt show reply

    Shows a prompt: its inputs, and the text of its file and of the partials it uses.
    """
    from playhead.cli.printing import data, line, table, text, write_json

    found = _get(name, prompts)
    if json:
        inputs = {spec.name: {**spec.schema, "required": spec.required} for spec in found.inputs.values()}
        whole = {"model": found.model, "inputs": inputs, "output": found.output_schema, "files": dict(found.sources)}
        write_json({**_summary(found), **whole})
        return
    console = data()
    console.print(text(found.title or found.name, "bold"))
    console.print(text(f"{found.path} · content {found.content_hash[:12]} · file {found.file_hash[:12]}", "dim"))
    inputs_shown = table("input", "type", "", "what it is")
    for spec in found.inputs.values():
        words = " ".join(word for word, on in (("optional", not spec.required), ("untrusted", spec.untrusted)) if on)
        kind = str(spec.schema.get("type", "any"))
        inputs_shown.add_row(line(spec.name), line(kind), line(words), line(str(spec.schema.get("description", ""))))
    console.print(inputs_shown)
    for file, content in sorted(found.sources.items(), key=lambda each: each[0].startswith("_")):
        console.rule(line(file), style="dim", align="left")
        console.print(text(content), soft_wrap=True)


@app.command(cls=Verb, short_help="Is there anything wrong with the prompt files?")
def lint(prompts: options.Prompts = None, json: options.Json = False) -> None:
    """playhead prompt lint

    Checks every prompt file: E keeps it from going live, W is worth a look. Exit code 1 if there is an E.
    With --prompts, a folder of drafts may hold just the files that were changed: the rest is the project's.
    """
    from dataclasses import asdict

    from playhead.cli.printing import say, write, write_json
    from playhead.cli.words import count
    from playhead.config import load_config
    from playhead.prompts import lint as findings_in

    folder = folder_of(prompts)
    project = load_config().prompts
    found = findings_in(folder, project if project and project.is_dir() else None)
    errors = sum(one.level == "E" for one in found)
    if json:
        write_json([asdict(one) for one in found])
    else:
        for one in found:
            write(f"{one.path}:{one.line}: {one.level} {one.rule}: {one.message}\n    {one.remedy}")
        say(f"{folder}: {count(errors, 'error')}, {count(len(found) - errors, 'warning')}.")
    if errors:
        raise typer.Exit(1)


@app.command(cls=Verb, short_help="The messages a model would be sent.")
def render(
    name: PromptName,
    given: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", metavar="NAME=VALUE", help="An input; JSON where it is no text."),
    ] = None,
    inputs: Annotated[
        Path | None, typer.Option("--inputs", metavar="FILE", help="All inputs, as a JSON object.")
    ] = None,
    example: Annotated[
        int | None,
        typer.Option("--example", metavar="N", min=1, help="The inputs of the prompt's own example of this number."),
    ] = None,
    prompts: options.Prompts = None,
    json: options.Json = False,
) -> None:
    """playhead prompt render reply --example 1 --input message="Is my bike ready?"

    Shows the messages that a model would be sent for these inputs. --input overrides what --example or --inputs give.
    """
    from playhead.cli.printing import data, line, text, write_json
    from playhead.cli.typed import typed_inputs

    found = _get(name, prompts)
    messages = found.render(typed_inputs(found, given or (), inputs, example))
    if json:
        write_json(messages)
        return
    console = data()
    for message in messages:
        console.rule(line(message["role"]), style="dim", align="left")
        console.print(text(message["content"]), soft_wrap=True)
