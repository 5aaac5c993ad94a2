"""Wildcards and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
A `*` matches across colons and slashes, as it does at the end of an ARN's segment.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""What is known about a request: condition keys in lower case, each with its values."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_SPECIAL = frozenset("*?$")
_DEFAULT = re.compile(r"([^,]+?)\s*,\s*'([^']*)'")


def has_variable(text: str) -> bool:
    return "${" in text


def variables_in(text: str) -> set[str]:
    names = {name.partition(",")[0].strip() for name in _VARIABLE.findall(text)}
    return names - _SPECIAL


@lru_cache(maxsize=65536)
def wild(text: str) -> re.Pattern[str]:
    """A pattern without variables."""
    return re.compile(_source(text), re.DOTALL)


@lru_cache(maxsize=4096)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


def matches(text: str, value: str, context: Context | None) -> bool:
    """Whether the value is of the pattern; without a context, variables are letters like any other."""
    if context is None or not has_variable(text):
        return wild(text).fullmatch(value) is not None
    source = _filled(text, context)
    return source is not None and _compiled(source).fullmatch(value) is not None


def plain(text: str, context: Context | None) -> str | None:
    """The text with its variables filled in; None if one of them is not known."""
    if context is None or not has_variable(text):
        return text
    parts: list[str] = []
    for literal, value in _pieces(text, context):
        if value is None:
            return None
        parts += (literal, value)
    return "".join(parts)


def _filled(text: str, context: Context) -> str | None:
    """A regular expression in which what variables stand for has no wildcards."""
    parts: list[str] = []
    for literal, value in _pieces(text, context):
        if value is None:
            return None
        parts += (_source(literal), re.escape(value))
    return "".join(parts)


def _pieces(text: str, context: Context) -> list[tuple[str, str | None]]:
    """Each stretch of letters with the value of the variable behind it."""
    found: list[tuple[str, str | None]] = []
    at = 0
    for variable in _VARIABLE.finditer(text):
        found.append((text[at : variable.start()], _value(variable.group(1).strip(), context)))
        at = variable.end()
    return [*found, (text[at:], "")]


def _value(name: str, context: Context) -> str | None:
    """Keys with several values cannot be variables."""
    if name in _SPECIAL:
        return name
    default = _DEFAULT.fullmatch(name)
    key, otherwise = default.groups() if default else (name, None)
    known = context.get(key.lower(), ())
    return known[0] if len(known) == 1 else otherwise


def _source(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in text)
