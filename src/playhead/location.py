"""Where is a recording: in a file, or in a database on a server?

An address of a server may hold a password, so it is read here once and shown nowhere: a `Server` says only its host and
database. What cannot be read for certain is refused without being quoted.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from playhead.errors import BadInput

SCHEMES: Final = ("postgresql", "postgres")
HOST: Final = r"(\[[\w:.%]+\]|[\w.%-]*)(:\d*)?"
HOSTS: Final = re.compile(f"{HOST}(,{HOST})*")  # there may be several, to be tried in turn


class Server:
    """A recording in a database on a PostgreSQL server: in a schema of its own, `playhead` unless `?schema=` says."""

    def __init__(self, address: str) -> None:
        parts = _split(address)
        options = parse_qsl(parts.query, keep_blank_values=True)
        self.schema = dict(options).get("schema") or "playhead"
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", self.schema):
            raise BadInput(
                "The recording's address",
                f"{self.schema!r} is no name of a schema.",
                "Use a-z, 0-9 and _, as in runs_2.",
            )
        rest = urlencode([option for option in options if option[0] != "schema"], quote_via=quote)
        self.address = parts._replace(query=rest).geturl()
        """What a driver connects to. Never to be shown."""
        self._shown = f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"
        if self.schema != "playhead":
            self._shown += f"?schema={self.schema}"
        self.name = ".".join(re.sub(r"\W", "_", name) for name in (unquote(parts.path[1:]) or "postgres", self.schema))
        """What files that belong to this recording are named after."""

    def __str__(self) -> str:
        return self._shown

    def __repr__(self) -> str:
        return f"Server({self._shown})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Server) and (self.address, self.schema) == (other.address, other.schema)

    def __hash__(self) -> int:
        return hash((self.address, self.schema))


Location: TypeAlias = Path | Server


def located(place: str | Path | Server) -> Location:
    """The place that is meant by a path, or by an address such as `postgresql://user@host:5432/database`.

    Raises `BadInput`.
    """
    if isinstance(place, Server):
        return place
    if place == "":  # a variable that nobody set: what it was to name is not the working folder
        raise BadInput("The recording", "its place is empty.", "Name one, or leave it out for the project's own.")
    scheme, _, rest = str(place).partition(":")
    if scheme in SCHEMES:
        return Server(str(place))
    if isinstance(place, str) and rest.startswith("//"):
        raise BadInput(
            "The recording's address",
            f"{scheme}:// is none that a recording can be at.",
            "Write postgresql://user@host/database, or the path of a file alone.",
        )
    if str(place) == ":memory:":
        raise BadInput(
            "The recording",
            "it is a file, or in a database, and nothing in memory only.",
            "Give a path; one in a temporary folder for what need not stay.",
        )
    return Path(place)


def file_of(location: Location, root: Path) -> Path:
    """The recording's file; for one on a server, what files that belong to it are named after, in the folder `root`."""
    return location if isinstance(location, Path) else root / f"{location.name}.db"


def _split(address: str) -> SplitResult:
    """The parts of an address of which it is certain what is the password."""
    with suppress(ValueError):
        parts = urlsplit(address)
        user, _, hosts = parts.netloc.rpartition("@")
        beyond = user + parts.path + parts.query + parts.fragment
        if "://" in address and "@" not in beyond and not parts.fragment and HOSTS.fullmatch(hosts):
            return parts
    raise BadInput(
        "The recording's address",
        "it cannot be read as that of a PostgreSQL database (it is not shown here: it may hold a password).",
        "Write postgresql://user:password@host:5432/database, with %40 for @, %2F for /, %3A for :, %23 for #.",
    )
