"""Paths into a document: as text for people, and from pydantic's locations. Knows no models."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from clusterwright.spec.model import Path

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def path_text(path: Path) -> str:
    """spec.nodePools[0].size.min, and spec.tags["a/b"] for keys that would be misread."""
    return "".join(map(_part, path)).removeprefix(".")


def _part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def child(data: object, part: str | int) -> tuple[bool, object]:
    """Whether data has this part, and the part."""
    if isinstance(data, Mapping) and part in data:
        return True, data[part]
    if isinstance(data, Sequence) and not isinstance(data, str) and isinstance(part, int):
        return (True, data[part]) if part < len(data) else (False, None)
    return False, None


def value_at(data: object, path: Path) -> object:
    for part in path:
        _, data = child(data, part)
    return data


def locate(location: Path, data: object, *, missing: bool) -> Path:
    """A path into the data: pydantic's location without the names of union members that it puts between."""
    path: Path = ()
    for part in location[:-1] if missing else location:
        found, value = child(data, part)
        if found:
            path, data = (*path, part), value
    return (*path, location[-1]) if missing else path
