"""Is everything here as it must be?"""

from __future__ import annotations

from dataclasses import asdict, replace

import typer

from playhead.cli import options


def doctor(
    store: options.Store = None,
    prompts: options.Prompts = None,
    model: options.Model = None,
    json: options.Json = False,
) -> None:
    """playhead doctor

    Looks at Python, the libraries, the project, its recording, prompts, graphs and models; changes nothing and calls no
    model. Exit code 1 if there is a problem.
    """
    from playhead.cli.printing import data, table, text, write_json
    from playhead.config import load_config
    from playhead.doctor import examine
    from playhead.location import located

    options.quiet_log()
    config = load_config()
    if model:
        config = replace(config, models={**config.models, "default": model})
    checks = list(examine(config, config.store if store is None else located(store), prompts or config.prompts))
    if json:
        write_json([asdict(check) for check in checks])
    else:
        shown = table("", "what", "how it is")
        for check in checks:
            mark = text("ok", "green") if check.ok else text("problem", "bold red")
            shown.add_row(mark, text(check.name), text(check.detail))
            if check.remedy:
                shown.add_row("", "", text(check.remedy, "yellow"))
        data().print(shown)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
