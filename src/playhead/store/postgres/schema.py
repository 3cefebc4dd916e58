"""Is there a recording in a schema of PostgreSQL, and how is one made and brought up to date?"""

from __future__ import annotations

from playhead.errors import Corrupt, RecordingNotFound, SchemaTooNew, StoreUnusable
from playhead.location import Server
from playhead.store.postgres.connection import Raw
from playhead.store.postgres.dialect import translated_script
from playhead.store.postgres.meaning import REMEDY
from playhead.store.queries import MIGRATIONS


def migrate(raw: Raw, location: Server, *, create: bool) -> None:
    """Bring the schema up to date in one transaction; of several processes that open a new one, one does it."""
    with raw.transaction():
        raw.execute("SELECT pg_advisory_xact_lock(hashtext('playhead'), hashtext(current_setting('search_path')))")
        version = version_of(raw, location)
        if version is None:
            version = _make(raw, location, create=create)
        for script in MIGRATIONS[version:]:
            raw.execute(translated_script(script), prepare=False)
        if version < len(MIGRATIONS):
            raw.execute("UPDATE recording SET version = %s", [len(MIGRATIONS)])


def version_of(raw: Raw, location: Server) -> int | None:
    """The schema's version, or None where there is no recording. Raises `SchemaTooNew`, `StoreUnusable`."""
    (there,) = raw.execute(
        "SELECT to_regclass('recording') AS mine,"
        " EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(%(schema)s)) AS taken,"
        " has_schema_privilege(to_regnamespace(%(schema)s)::oid, 'USAGE') AS allowed",
        {"schema": location.schema},
    ).fetchall()
    if there["allowed"] is False:  # what is in it is not seen then
        raise StoreUnusable(str(location), f"its schema {location.schema} is another user's", REMEDY)
    if there["mine"]:
        versions = [int(row["version"]) for row in raw.execute("SELECT version FROM recording").fetchall()]
        if len(versions) != 1 or versions[0] < 1:
            raise Corrupt("recording", location.schema, f"its version is {versions}, and should be one")
        (version,) = versions
        if version > len(MIGRATIONS):
            raise SchemaTooNew(str(location), version, len(MIGRATIONS))
        return version
    if there["taken"]:
        raise StoreUnusable(str(location), f"its schema {location.schema} is of something else", REMEDY)
    return None


def _make(raw: Raw, location: Server, *, create: bool) -> int:
    """A new recording, of version 0 as yet."""
    shown, schema = str(location), location.schema
    if not create:
        raise RecordingNotFound(shown)
    if (encoding := raw.info.parameter_status("server_encoding")) != "UTF8":
        raise StoreUnusable(shown, f"its database is in {encoding}, and a recording needs UTF8", REMEDY)
    if raw.execute("SELECT to_regnamespace(%s) AS schema", [schema]).fetchall()[0]["schema"] is None:
        raw.execute(f'CREATE SCHEMA "{schema}"')  # it may be a word of SQL
    raw.execute("CREATE TABLE recording (version BIGINT NOT NULL, writes BIGINT NOT NULL)")
    raw.execute("INSERT INTO recording VALUES (0, 0)")
    return 0
