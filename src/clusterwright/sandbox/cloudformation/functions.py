"""What a template's functions come to. Pure: what only a running stack knows is in the `Scope`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.cloudformation.template import Template

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")


class Unresolved(Exception):
    """A function that has no value; the message is for the stack's events."""


class _Nothing:
    """The value of AWS::NoValue, which takes the property away that has it."""


NO_VALUE = _Nothing()


@dataclass(frozen=True, slots=True)
class Scope:
    """`refs` are parameters, pseudo parameters and resources; `attribute`, `imported` and `zones` may raise
    Unresolved."""

    template: Template
    refs: Mapping[str, Any]
    attribute: Callable[[str, str], Any]
    imported: Callable[[str], str]
    zones: Callable[[], list[str]]


def evaluate(value: Any, scope: Scope) -> Any:
    if isinstance(value, list):
        found = [evaluate(one, scope) for one in value]
        return [one for one in found if one is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in _LAZY:
            return _apply(name, _LAZY[name], argument, scope)
        if name in _EAGER:
            return _apply(name, _EAGER[name], evaluate(argument, scope), scope)
        if name.startswith("Fn::"):
            raise Unresolved(f"Template error: the sandbox has no {name}")
    members = {key: evaluate(one, scope) for key, one in value.items()}
    return {key: one for key, one in members.items() if one is not NO_VALUE}


def _apply(name: str, function: "Function", argument: Any, scope: Scope) -> Any:
    """Arguments come from people: of whatever types they are, the answer is theirs to read."""
    try:
        return function(argument, scope)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Unresolved(f"Template error: {name} was given arguments that it cannot take") from None


def holds(name: str, scope: Scope) -> bool:
    """A condition by its name."""
    if name not in scope.template.conditions:
        raise Unresolved(f"Template error: unresolved condition dependency {name}")
    return _true(evaluate(scope.template.conditions[name], scope))


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return NO_VALUE
    if name not in scope.refs:
        raise Unresolved(f"Template error: {name} has no value yet")
    return scope.refs[name]


def _attribute(argument: Any, scope: Scope) -> Any:
    name, _, attribute = (
        argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
    )
    return scope.attribute(name, evaluate(attribute, scope))


def _sub(argument: Any, scope: Scope) -> str:
    text, given = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
    own = evaluate(given, scope)

    def value(match: re.Match[str]) -> str:
        escaped, name = match.groups()
        if escaped:
            return f"${{{name}}}"
        if name in own:
            return _text(own[name])
        return _text(_attribute(name, scope) if "." in name else _ref(name, scope))

    return _PLACEHOLDER.sub(value, text)


def _if(argument: Any, scope: Scope) -> Any:
    condition, then, otherwise = argument
    return evaluate(then if holds(condition, scope) else otherwise, scope)


def _find(argument: Any, scope: Scope) -> Any:
    found: Any = scope.template.mappings
    for key in argument[:3]:
        if key not in found:
            raise Unresolved(f"Template error: Unable to get mapping for {'::'.join(map(str, argument[:3]))}")
        found = found[key]
    return found


def _select(argument: Any, _scope: Scope) -> Any:
    index, found = int(argument[0]), argument[1]
    if not 0 <= index < len(found):
        raise Unresolved(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return found[index]


def _cidr(argument: Any, _scope: Scope) -> list[str]:
    block, count, *bits = argument
    network = ipaddress.ip_network(block, strict=False)
    width = int(bits[0]) if bits else 8
    subnets = network.subnets(new_prefix=network.max_prefixlen - width)
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)


Function = Callable[[Any, Scope], Any]
_LAZY: dict[str, Function] = {
    "Ref": _ref,
    "Condition": holds,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _sub,
    "Fn::If": _if,
}
"""They look at their arguments themselves."""
_EAGER: dict[str, Function] = {
    "Fn::Join": lambda argument, _: argument[0].join(map(_text, argument[1])),
    "Fn::Split": lambda argument, _: argument[1].split(argument[0]),
    "Fn::Select": _select,
    "Fn::FindInMap": _find,
    "Fn::ImportValue": lambda argument, scope: scope.imported(argument),
    "Fn::GetAZs": lambda _, scope: scope.zones(),
    "Fn::Base64": lambda argument, _: base64.b64encode(argument.encode()).decode(),
    "Fn::Cidr": _cidr,
    "Fn::Equals": lambda argument, _: _text(argument[0]) == _text(argument[1]),
    "Fn::And": lambda argument, _: all(map(_true, argument)),
    "Fn::Or": lambda argument, _: any(map(_true, argument)),
    "Fn::Not": lambda argument, _: not _true(argument[0]),
}
