"""The base of all models, and the two kinds of checks they make.

A *shape* is checked while one value is read (pattern, range). A *rule* compares values with each other and
is written as `problems()`, relative to its own model, so that a reader can collect every finding of a
document instead of stopping at the first. Outside a reader (context None) both raise at once, so a wrong
model cannot be built in Python either. No concrete fields here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

Path = tuple[str | int, ...]


class Reading(Enum):
    """Passed as pydantic's context by a reader that collects findings."""

    RULES_LATER = "shapes are errors; the reader asks for the rules afterwards"
    LOOSE = "shapes were reported already; build what can be built to ask for the rules"


@dataclass(frozen=True)
class Problem:
    """A broken rule; `at` uses the names users write. Advice alone does not refuse a document."""

    at: Path
    message: str
    remedy: str
    value: str | None = None
    advice: bool = False

    def under(self, path: Path) -> Problem:
        return Problem(path + self.at, self.message, self.remedy, self.value, self.advice)


class Model(BaseModel):
    """Frozen data with the field names of the YAML as aliases."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=to_camel,
        hide_input_in_errors=True,  # an input may hold a secret
    )

    def problems(self) -> Iterator[Problem]:
        """Rules about this model's own fields; nested models answer for themselves."""
        yield from ()

    @model_validator(mode="after")
    def _follows_its_rules(self, info: ValidationInfo) -> Self:
        if info.context is None:
            for problem in self.problems():
                if not problem.advice:
                    raise PydanticCustomError("rule", "{message}", {"message": problem.message})
        return self


def check(model: Model, path: Path = (), blind: frozenset[Path] = frozenset()) -> Iterator[Problem]:
    """Every problem of a model and of all models in it; those at a `blind` path are not asked themselves."""
    if path not in blind:
        yield from (problem.under(path) for problem in model.problems())
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        here = (*path, field.alias or name)
        if isinstance(value, Model):
            yield from check(value, here, blind)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Model):
                    yield from check(item, (*here, index), blind)


def repeated(values: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The positions and values that occurred before."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)
