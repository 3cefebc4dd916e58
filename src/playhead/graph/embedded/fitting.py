"""Does an answer fit the schema asked for, and if not, what is the nearest that does?

An example may be older than the schema. An answer that the schema refuses would fail the caller's retries every time,
as this model never varies, so it is mended: cut at a sentence, clipped, replaced by the first value allowed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

from playhead.graph.embedded.wording import cut_to_length

JSON: TypeAlias = Any
Schema: TypeAlias = Mapping[str, Any]

_DEEP = 12  # a schema that refers to itself is followed no further


def fits(value: JSON, schema: Schema) -> bool:
    """Whether the schema accepts the value."""
    return bool(_validator(json.dumps(schema, sort_keys=True)).is_valid(value))


@lru_cache(maxsize=256)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def resolved(schema: JSON, root: Schema) -> Schema:
    """The schema without its own `$ref` and with `allOf` of one taken in; for "one of several" the first not null."""
    for _ in range(_DEEP):
        if not isinstance(schema, Mapping):
            return {}
        if isinstance(reference := schema.get("$ref"), str) and reference.startswith("#"):
            target: JSON = root
            for part in reference.lstrip("#/").split("/") if reference != "#" else ():
                target = (
                    target.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, Mapping) else {}
                )
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        elif options := schema.get("anyOf") or schema.get("oneOf"):
            option = next((one for one in options if one.get("type") != "null"), options[0])
            schema = {**{key: value for key, value in schema.items() if key not in {"anyOf", "oneOf"}}, **option}
        elif parts := schema.get("allOf"):
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            schema = {
                key: value for part in (rest, *(resolved(one, root) for one in parts)) for key, value in part.items()
            }
        else:
            return schema
    return {}


def nullable(schema: JSON, root: Schema) -> bool:
    """Whether null may stand for "not said"."""
    if not isinstance(schema, Mapping):
        return False
    options = schema.get("anyOf") or schema.get("oneOf") or ()
    kinds = resolved(schema, root).get("type", ())
    return "null" in ([kinds] if isinstance(kinds, str) else kinds) or any(one.get("type") == "null" for one in options)


def fitted(value: JSON, schema: Schema, root: Schema | None = None, depth: int = 0) -> JSON:
    """The value, mended where the schema refuses it; `root` holds the `$defs`."""
    root = schema if root is None else root
    if value is None and nullable(schema, root):
        return None
    plain = resolved(schema, root)
    if "const" in plain:
        return plain["const"]
    if options := plain.get("enum"):
        return value if value in options else _nearest_option(value, options)
    kind = _kind(value, plain)
    match _kind(value, plain):
        case "object":
            mended: JSON = _fitted_object(value, plain, root, depth)
        case "array":
            mended = _fitted_array(value, plain, root, depth)
        case "string":
            mended = _fitted_string(value, plain)
        case "integer" | "number" as kind:
            mended = _fitted_number(value, plain, kind)
        case "boolean":
            mended = value is True
        case _:
            mended = value
    return mended


def minimal(schema: Schema) -> JSON:
    """The least that fits: first choices, empty texts, nothing optional."""
    return fitted(None, schema)


def _nearest_option(value: JSON, options: list[JSON]) -> JSON:
    same = [one for one in options if str(one).lower() == str(value).lower()]
    return (same or options)[0]


def _kind(value: JSON, plain: Schema) -> str | None:
    """The type to give: the value's own if the schema allows it, else the first allowed that is not null."""
    declared = plain.get("type") or ("object" if "properties" in plain else ())
    kinds = [declared] if isinstance(declared, str) else list(declared)
    for kind in kinds:
        if _is(value, kind):
            return kind
    return next((kind for kind in kinds if kind != "null"), None)


def _is(value: JSON, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    python = {"string": str, "integer": int, "number": (int, float), "array": list, "object": Mapping}
    return isinstance(value, python.get(kind, ()))  # type: ignore[arg-type]


def _fitted_object(value: JSON, plain: Schema, root: Schema, depth: int) -> dict[str, JSON]:
    given = value if isinstance(value, Mapping) else {}
    properties: Schema = plain.get("properties", {})
    made: dict[str, JSON] = {}
    for name, schema in properties.items():
        if name in given or (name in plain.get("required", ()) and depth < _DEEP):
            made[name] = fitted(given.get(name, schema.get("default")), schema, root, depth + 1)
    others = plain.get("additionalProperties", True)
    if others is not False:
        rest = {name: one for name, one in given.items() if name not in made}
        made |= (
            {name: fitted(one, others, root, depth + 1) for name, one in rest.items()} if others is not True else rest
        )
    for name in plain.get("required", ()):
        made.setdefault(name, "")
    return made


def _fitted_array(value: JSON, plain: Schema, root: Schema, depth: int) -> list[JSON]:
    given = value if isinstance(value, list) else [] if value is None else [value]
    items = plain.get("items", {})
    made = [fitted(one, items, root, depth + 1) if items else one for one in given]
    if plain.get("uniqueItems"):
        made = [one for place, one in enumerate(made) if one not in made[:place]]
    while len(made) < plain.get("minItems", 0) and depth < _DEEP:
        made.append(fitted(None, items, root, depth + 1))
    return made[: plain.get("maxItems")]


def _fitted_string(value: JSON, plain: Schema) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    if "maxLength" in plain:
        text = cut_to_length(text, plain["maxLength"])
    if not text and (written := plain.get("default") or next(iter(plain.get("examples", ())), None)):
        return str(written)
    return text.ljust(plain.get("minLength", 0), ".")


def _fitted_number(value: JSON, plain: Schema, kind: str) -> float:
    number = float(value) if isinstance(value, (int, float)) else 0.0
    step = 1 if kind == "integer" else plain.get("multipleOf", 0)
    low, high = plain.get("minimum", -math.inf), plain.get("maximum", math.inf)
    over, under = plain.get("exclusiveMinimum", -math.inf), plain.get("exclusiveMaximum", math.inf)
    number = max(min(number, high), low)
    if number <= over:
        number = over + step if step else min(over + 1, (over + min(high, under)) / 2)
    if number >= under:
        number = under - step if step else max(under - 1, (under + max(low, over)) / 2)
    if kind == "integer":
        number = math.ceil(number)
    if many := plain.get("multipleOf"):
        up = many * math.ceil(number / many)
        number = up if up <= high and up < under else up - many
    return int(number) if float(number).is_integer() else number
