"""Which fields a place in a document may have, for the sake of a good suggestion."""

from __future__ import annotations

from difflib import get_close_matches
from typing import get_args

from clusterwright.spec.model import Model, Path


def known_fields(kind: type[Model], location: Path) -> tuple[str, ...]:
    """The names users may write at a pydantic location (union members included)."""
    models = [kind]
    for part in location:
        if isinstance(part, str):
            models = _step(models, part)
    return tuple(field.alias or name for model in models for name, field in model.model_fields.items())


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that was probably meant; letter case and underscores do not count."""
    plain = {option.lower(): option for option in known}
    found = get_close_matches(name.lower().replace("_", "").replace("-", ""), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def suggestion(name: str, known: tuple[str, ...]) -> str:
    meant = nearest(name, known)
    if meant:
        return f"Did you mean {meant}?"
    return f"Known here: {', '.join(known)}." if known else "Remove it."


def _step(models: list[type[Model]], part: str) -> list[type[Model]]:
    below = [
        inner
        for model in models
        for name, field in model.model_fields.items()
        if (field.alias or name) == part
        for inner in _models_in(field.annotation)
    ]
    # Not a field: the tag of a union member, which narrows the choice.
    return below or [model for model in models if _tag(model) == part] or models


def _tag(model: type[Model]) -> object:
    field = model.model_fields.get("type")
    return field.default if field else None


def _models_in(annotation: object) -> list[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
