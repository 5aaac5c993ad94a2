"""pydantic's errors and our problems as findings for people: where, what was found, what to do.

The only place that decides which values may be shown; secrets and what may hold them never are.
"""

from __future__ import annotations

from pydantic_core import ErrorDetails

from clusterwright.errors import Finding
from clusterwright.spec.fields import known_fields, nearest, suggestion
from clusterwright.spec.model import Model, Path, Problem
from clusterwright.spec.paths import locate, path_text, value_at
from clusterwright.spec.source import Source

LONGEST_VALUE = 200
SHOWN_CREDENTIALS = {"type", "roleArn"}
SHOWN_VARIABLE_FIELDS = {"name", "format", "regex", "required", "hidden", "immutable", "secret"}
EXTERNAL_ID: Path = ("spec", "credentials", "externalId")

Explanation = tuple[str, str]


def explain_problem(problem: Problem, source: Source) -> Finding:
    value = None if may_be_secret(problem.at) else problem.value
    return Finding(path_text(problem.at), problem.message, problem.remedy, source.line(problem.at), value)


def explain_error(error: ErrorDetails, kind: type[Model], source: Source) -> tuple[Path, Finding]:
    """The finding of one pydantic error, and its path."""
    name = error["type"]
    path = locate(error["loc"], source.data, missing=name == "missing")
    if name.startswith("union_tag"):
        path = (*path, "type")
    if name == "extra_forbidden":
        message, remedy = _unknown(error, kind, path)
        # The field's name, not its value: a misspelt secretAccessKey still holds the secret.
        shown: str | None = str(path[-1])
    else:
        shown = show(path, source)
        message, remedy = _explanation(error, path, source, shown)
    return path, Finding(path_text(path), message, remedy, source.line(path), shown)


def may_be_secret(path: Path) -> bool:
    """Whether the value at a path is a credential, a variable's value or the values of a pack."""
    if path[:2] == ("spec", "credentials"):
        return path[-1] not in SHOWN_CREDENTIALS
    if path[:2] == ("spec", "variables"):
        return len(path) < 4 or path[3] not in SHOWN_VARIABLE_FIELDS
    return bool(path) and path[-1] == "values"


def show(path: Path, source: Source) -> str | None:
    """A scalar as it was written, when it may be seen."""
    if may_be_secret(path):
        return None
    value = value_at(source.data, path)
    if not isinstance(value, str | int | float):
        return None
    text = source.written.get(path) or (str(value).lower() if isinstance(value, bool) else str(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def _unknown(error: ErrorDetails, kind: type[Model], path: Path) -> Explanation:
    if path == EXTERNAL_ID:
        return "is issued by the server and read-only", "Remove it."
    return "is not a known field", suggestion(str(path[-1]), known_fields(kind, error["loc"][:-1]))


def _explanation(error: ErrorDetails, path: Path, source: Source, shown: str | None) -> Explanation:
    name, context = error["type"], error.get("ctx", {})
    if name == "shape":
        message = context["message"]
        return (message if shown is None else f"{shown} {message}"), context["remedy"]
    if name == "missing":
        return "is required", f"Add {path[-1]}."
    if name.startswith("union_tag"):
        return _not_one_of(shown, str(context.get("expected_tags", "assumeRole, accessKey")))
    if name == "literal_error":
        return _not_one_of(shown, str(context["expected"]))
    if value_at(source.data, path) is None:
        return "is empty", "Write a value, or remove the field."
    return _wrong_type(name, path, source, shown)


def _not_one_of(shown: str | None, expected: str) -> Explanation:
    options = tuple(expected.replace("'", "").replace(" or ", ", ").split(", "))
    choice = ", ".join(options)
    if shown is None:
        return "is required", f"Use one of: {choice}."
    meant = nearest(shown, options)
    message = f"{shown} is not known"
    return message, f"Did you mean {meant}? Known: {choice}." if meant else f"Use one of: {choice}."


def _wrong_type(name: str, path: Path, source: Source, shown: str | None) -> Explanation:
    if name == "string_type":
        return _not_text(path, source, shown)
    return WRONG_TYPES.get(name, ("has the wrong type", "See the reference of this field."))


def _not_text(path: Path, source: Source, shown: str | None) -> Explanation:
    value = value_at(source.data, path)
    if isinstance(value, dict | list):
        if path[-1] == "values":
            return "must be YAML text, not a mapping", "Write 'values: |' and indent the lines below."
        return "must be text", "Write one value."
    what = "true or false" if isinstance(value, bool) else "a number"
    if path not in source.written or shown is None:
        return f"must be text, not {what}", "Quote it."
    # YAML 1.1 reads 1.30 as 1.3 and no as false.
    return f"must be text, but YAML reads {shown} as {what}", f'Quote it: "{shown}".'


WRONG_TYPES: dict[str, Explanation] = {
    "int_type": ("must be a whole number", "Write it without quotes, like 3."),
    "int_from_float": ("must be a whole number", "Write it without a fraction."),
    "bool_type": ("must be true or false", "Write true or false, without quotes."),
    "tuple_type": ("must be a list", "Start each item with '- ', or write [a, b]."),
    "mapping_type": ("must be a mapping", "Write 'name: value' lines."),
    "dict_type": ("must be a mapping", "Write 'name: value' lines."),
    "model_type": ("must be a mapping", "Write 'name: value' lines."),
    "model_attributes_type": ("must be a mapping", "Write 'name: value' lines."),
}
