"""The profile document: a versioned template of ordered layers. What a pack contains is not known here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, NetmaskValueError
from typing import Literal

from clusterwright.spec.metadata import API_VERSION, Metadata
from clusterwright.spec.model import Model, Problem, repeated
from clusterwright.spec.placement import network
from clusterwright.spec.scalars import SEMVER, Flag, Name, SemVer, VariableName, VersionRange, YamlText

Format = Literal["string", "number", "boolean", "ipv4", "ipv4cidr", "version"]
LayerKind = Literal["os", "kubernetes", "cni", "csi", "addon"]

# fewest and most layers of a kind in an infrastructure profile; addon is free
COUNTS: dict[LayerKind, tuple[int, int]] = {"os": (1, 1), "kubernetes": (1, 1), "cni": (1, 1), "csi": (0, 1)}
PATTERNS = {
    "string": r"[\s\S]*",
    "number": r"[+-]?\d+(?:\.\d+)?",
    "boolean": "true|false",
    "version": rf"v?(?:{SEMVER}|\d+(?:\.\d+)*)",
}


def fits(text: str, wanted: Format) -> bool:
    """Whether a variable's value has its declared format."""
    if wanted == "ipv4cidr":
        return network(text) is not None
    if wanted == "ipv4":
        return _is_address(text)
    return re.fullmatch(PATTERNS[wanted], text) is not None


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except (AddressValueError, NetmaskValueError):
        return False
    return True


class Variable(Model):
    """A value that each cluster may set; referred to in the values of layers."""

    name: VariableName
    format: Format = "string"
    default: str | None = None
    required: Flag = False
    regex: str | None = None
    hidden: Flag = False
    immutable: Flag = False
    secret: Flag = False
    description: str = ""

    def problems(self) -> Iterator[Problem]:
        shown = None if self.secret else self.default
        if self.default is not None and not fits(self.default, self.format):
            yield Problem(
                ("default",), f"does not have the format {self.format}", "Change one of them.", shown
            )
        pattern = self._pattern()
        if self.regex is not None and pattern is None:
            yield Problem(("regex",), "is not a regular expression", "Correct it.", self.regex)
        elif pattern and self.default is not None and not pattern.fullmatch(self.default):
            yield Problem(("default",), "does not match regex", "Change one of them.", shown)

    def _pattern(self) -> re.Pattern[str] | None:
        try:
            return re.compile(self.regex) if self.regex is not None else None
        except (re.error, OverflowError, RecursionError):
            return None


class Layer(Model):
    """One pack with its values; an empty version means the newest."""

    layer: LayerKind
    pack: Name
    version: VersionRange | None = None
    values: YamlText = ""


class ProfileSpec(Model):
    """The template itself; layers are installed in the order written."""

    version: SemVer
    type: Literal["infrastructure", "addon"] = "infrastructure"
    cloud: Literal["eks"] = "eks"
    variables: tuple[Variable, ...] = ()
    layers: tuple[Layer, ...]

    def problems(self) -> Iterator[Problem]:
        for index, name in repeated(tuple(variable.name for variable in self.variables)):
            at = ("variables", index, "name")
            yield Problem(at, f"{name} is declared twice", "Remove one of them.", name)
        # Overrides address a layer by its pack, so a pack occurs once.
        for index, pack in repeated(tuple(layer.pack for layer in self.layers)):
            yield Problem(("layers", index, "pack"), f"{pack} is used twice", "Keep one layer of it.", pack)
        yield from self._count_problems() if self.type == "infrastructure" else self._addon_problems()

    def _count_problems(self) -> Iterator[Problem]:
        found = Counter(layer.layer for layer in self.layers)
        for kind, (fewest, most) in COUNTS.items():
            if not fewest <= found[kind] <= most:
                wanted = "exactly one" if fewest else "at most one"
                message = f"has {found[kind]} layers of {kind}; an infrastructure profile has {wanted}"
                remedy = f"Add a layer: {kind}." if found[kind] < fewest else "Remove the others."
                yield Problem(("layers",), message, remedy, str(found[kind]))

    def _addon_problems(self) -> Iterator[Problem]:
        if not self.layers:
            yield Problem(("layers",), "is empty", "Add at least one layer.")
        for index, layer in enumerate(self.layers):
            if layer.layer != "addon":
                message = f"an addon profile cannot have a layer of {layer.layer}"
                remedy = "Make it 'layer: addon', or the profile 'type: infrastructure'."
                yield Problem(("layers", index, "layer"), message, remedy, layer.layer)


class ClusterProfile(Model):
    """A template for clusters."""

    api_version: Literal["clusterwright.dev/v1"] = API_VERSION
    kind: Literal["ClusterProfile"] = "ClusterProfile"
    metadata: Metadata
    spec: ProfileSpec
