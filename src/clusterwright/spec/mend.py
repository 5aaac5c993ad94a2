"""Building what can be built of a wrong document, so that its rules are checked in the same go.

A part that cannot be read is cut out and its default steps in. The model that lost a part is not asked for
its rules (it is `blind`): what it would say about a default that nobody wrote would confuse.
"""

from __future__ import annotations

import copy
from typing import cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from clusterwright.spec.model import Model, Path, Reading
from clusterwright.spec.paths import locate, value_at

MOST_CUTS = 100


def causes(error: ValidationError) -> list[ErrorDetails]:
    """The errors that are not merely the consequence of others, as a default made from a wrong value is."""
    details = error.errors(include_url=False)
    return [item for item in details if item["type"] != "default_factory_not_called"]


def mend(kind: type[Model], data: object) -> tuple[Model, frozenset[Path]] | None:
    """The document without its unreadable parts, and which models lost some; None if nothing is left."""
    data, blind = copy.deepcopy(data), set[Path]()
    for _ in range(MOST_CUTS):
        try:
            model = kind.model_validate(data, context=Reading.LOOSE, by_alias=True, by_name=False)
        except ValidationError as error:
            details = causes(error)[0]
            path = locate(details["loc"], data, missing=details["type"] == "missing")
            if not _cut(data, path, blind, known=details["type"] != "extra_forbidden"):
                return None
        else:
            return model, frozenset(blind)
    return None


def _cut(data: object, path: Path, blind: set[Path], *, known: bool) -> bool:
    """Remove the innermost named part that can go: items of lists stay, as others are counted by them."""
    names = cast(dict[str, object], value_at(data, path[:-1])) if path else {}
    while path and (isinstance(path[-1], int) or path[-1] not in names):
        path = path[:-1]
        names = cast(dict[str, object], value_at(data, path[:-1])) if path else {}
    if not path:
        return False
    removed = names.pop(cast(str, path[-1]))
    if known:
        blind.add(path[:-1])
        if isinstance(removed, dict | list):
            blind.add(path[:-2])
    return True
