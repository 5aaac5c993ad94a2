"""Values of packs: macros filled in, YAML read, one text merged over the other, JSON out.

A macro is replaced in the text, before it is read as YAML, so that it may stand for a number as well as for
a part of a longer text; who wants text for sure writes quotes around it. Nothing is known of layers here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache, reduce

import yaml

from clusterwright.errors import Error
from clusterwright.graph.codec import Json

MACRO = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
DEEPEST = 50
VARIABLE = re.compile(r"\s*\.variables\.([A-Za-z_][A-Za-z0-9_]*)\s*")


class BadValues(Error):
    """The values of a pack cannot be used."""

    code = "bad-values"


def combine(texts: tuple[str, ...], variables: Mapping[str, str]) -> str:
    """The texts as one JSON object with sorted keys; later ones win, key by key, at any depth."""
    merged: Mapping[str, Json] = reduce(merge, (read(fill(text, variables)) for text in texts), {})
    return json.dumps(merged, sort_keys=True)


def fill(text: str, variables: Mapping[str, str]) -> str:
    """The text with `{{ .variables.name }}` replaced; any other macro is refused."""

    def value(match: re.Match[str]) -> str:
        variable = VARIABLE.fullmatch(match.group(1))
        if variable is None:
            raise BadValues(
                f"The macro {match.group(0)} is not known.", remedy="Write {{ .variables.name }}."
            )
        name = variable.group(1)
        if name not in variables:
            raise BadValues(
                f"The variable {name} has no value here.",
                remedy="Declare it in the profile and give it a value. Secret variables cannot be used.",
            )
        return variables[name]

    return MACRO.sub(value, text)


@lru_cache(maxsize=1024)
def read(text: str) -> Mapping[str, Json]:
    """One YAML mapping as plain data, which nobody changes: every pass asks for the same ones again."""
    try:
        refuse_bombs(text)
        data: object = yaml.safe_load(text)
        return mapping({} if data is None else data)
    except (yaml.YAMLError, ValueError) as error:
        raise BadValues(
            "The values are not YAML once macros are filled in.", remedy="Quote macros that stand for text."
        ) from error


def refuse_bombs(text: str) -> None:
    """Small texts that cost much: aliases are written out each time, deep nesting is read ever slower."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadValues("Aliases (*name) are not supported.", remedy="Write the values out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadValues(f"The values are nested more than {DEEPEST} deep.", remedy="Flatten them.")


def mapping(data: object) -> dict[str, Json]:
    if not isinstance(data, dict):
        raise BadValues("The values are not a mapping.", remedy="Write 'name: value' lines.")
    return {str(key): plain(value) for key, value in data.items()}


def plain(data: object) -> Json:
    """The data if JSON can hold it; YAML can also hold dates, sets, bytes and infinity."""
    if isinstance(data, dict):
        return mapping(data)
    if isinstance(data, list):
        return [plain(item) for item in data]
    if data is None or isinstance(data, bool | int | str):
        return data
    if isinstance(data, float) and math.isfinite(data):
        return data
    raise BadValues(f"{data} is a {type(data).__name__}.", remedy="Write it in quotes.")


def merge(base: Mapping[str, Json], over: Mapping[str, Json]) -> dict[str, Json]:
    """Both, with `over` winning key by key; lists are replaced as a whole."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
