"""What does a person say of an effect that may have happened?"""

from __future__ import annotations

from typing import Annotated

import typer

from playhead.cli import options


def settle(
    name: Annotated[
        str, typer.Argument(metavar="THREAD", help="The conversation, or one of its runs; may be shortened.")
    ],
    done: Annotated[bool | None, typer.Option("--done/--not-done", help="Did it happen?")] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="Which effect, where several are in doubt.")
    ] = None,
    result: Annotated[
        str | None, typer.Option("--result", metavar="VALUE", help="With --done: what it gave; JSON is read as JSON.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; default: your login.")] = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead settle c-1042 --done --result '{"sent": true}'

    Says whether an effect happened that was cut off and that nothing can look up, such as a message that was being
    sent when the machine failed. Then `playhead resume` goes on: --done takes it for done, with --result as what it
    gave; --not-done does it. That you said so stays on the recording. Exit code 6 if nothing is in doubt.
    """
    import getpass

    from playhead.cli.printing import say, write, write_json
    from playhead.cli.typed import as_said
    from playhead.errors import BadInput, at_a_shell

    if done is None:
        raise BadInput("settle", "it is not said whether the effect happened.", "Add --done or --not-done.")
    if result is not None and not done:
        raise BadInput("--result", "what did not happen gave nothing.", "Leave it out, or say --done.")
    with options.open_to_read(store) as deck:
        thread = deck.thread(name)[-1].thread
        given = None if result is None else as_said(result)
        settled = deck.settle(thread, happened=done, key=key, result=given, by=by or getpass.getuser())
    if json:
        write_json({"thread": thread, "effect": settled, "happened": done})
    else:
        write(f"{settled}: {'it happened' if done else 'it did not happen'}")
        say(f"playhead resume {at_a_shell(thread)} goes on with the conversation.")
