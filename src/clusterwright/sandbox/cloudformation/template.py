"""A template as text and as data: what it declares, what needs what, and what is wrong with it. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from clusterwright.sandbox.call import AwsError

_PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9]+")

Section = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    body: str
    description: str = ""
    parameters: Section = field(default_factory=dict)
    mappings: Section = field(default_factory=dict)
    conditions: Section = field(default_factory=dict)
    resources: Section = field(default_factory=dict)
    outputs: Section = field(default_factory=dict)

    @property
    def types(self) -> set[str]:
        return {str(one["Type"]) for one in self.resources.values()}

    def needs(self, name: str) -> frozenset[str]:
        """The resources that this one refers to or says that it depends on."""
        declared = self.resources[name]
        after = declared.get("DependsOn") or []
        said = [after] if isinstance(after, str) else after
        return frozenset({*said, *references(declared.get("Properties"))} & self.resources.keys())


NOTHING = Template("")


def invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def read(body: str) -> Template:
    found = _decode(body)
    resources = found.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise invalid("Template format error: At least one Resources member must be defined.")
    template = Template(
        body=body,
        description=str(found.get("Description") or ""),
        parameters=found.get("Parameters") or {},
        mappings=found.get("Mappings") or {},
        conditions=found.get("Conditions") or {},
        resources=resources,
        outputs=found.get("Outputs") or {},
    )
    _check(template)
    return template


def references(value: Any) -> Iterator[str]:
    """Every name that Ref, Fn::GetAtt or Fn::Sub mentions, parameters included."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _mentioned(key, inner)
            yield from references(inner)


def _mentioned(key: str, inner: Any) -> Iterator[str]:
    if key == "Ref" and isinstance(inner, str):
        yield inner
    elif key == "Fn::GetAtt":
        yield str(inner).partition(".")[0] if isinstance(inner, str) else str(inner[0])
    elif key == "Fn::Sub":
        text, own = (inner, {}) if isinstance(inner, str) else (inner[0], inner[1])
        yield from (name.partition(".")[0] for name in _PLACEHOLDER.findall(text) if name not in own)


def _check(template: Template) -> None:
    for name, declared in template.resources.items():
        if not _NAME.fullmatch(name):
            raise invalid(f"Template format error: Resource name {name} is non alphanumeric.")
        if not isinstance(declared, dict) or not isinstance(declared.get("Type"), str):
            words = "Every Resources object must contain a Type member."
            raise invalid(f"Template format error: [/Resources/{name}] {words}")
    _check_references(template)
    _check_circles({name: template.needs(name) for name in template.resources})


def _check_references(template: Template) -> None:
    known = template.resources.keys() | template.parameters.keys()
    for section, block in (("Resources", template.resources), ("Outputs", template.outputs)):
        mentioned = {name for name in references(block) if not name.startswith("AWS::")}
        missing = sorted(mentioned - known)
        if missing:
            words = f"Unresolved resource dependencies [{', '.join(missing)}]"
            raise invalid(f"Template format error: {words} in the {section} block of the template")


def _check_circles(needs: Mapping[str, frozenset[str]]) -> None:
    left = dict(needs)
    while left:
        free = [name for name, others in left.items() if not others & left.keys()]
        if not free:
            raise invalid(f"Circular dependency between resources: [{', '.join(sorted(left))}]")
        for name in free:
            del left[name]


def _decode(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        raise invalid(f"Template format error: {error}") from None
    if not isinstance(found, dict):
        raise invalid("Template format error: unsupported structure.")
    return found


class _Loader(yaml.SafeLoader):
    """With the short forms of functions, and without dates: a policy's Version is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)
