"""Profile documents: layers, variables, and what an infrastructure profile must have."""

from __future__ import annotations

import pytest

from clusterwright.errors import Invalid
from clusterwright.spec import document
from clusterwright.spec.profile import ClusterProfile, Format, fits

Fields = dict[str, object]

BASE: list[Fields] = [
    {"layer": "os", "pack": "amazon-linux-eks", "version": "2023"},
    {"layer": "kubernetes", "pack": "kubernetes-eks", "version": "1.33"},
    {"layer": "cni", "pack": "calico", "version": "3.30.x"},
]


def body(**spec: object) -> Fields:
    return {
        "apiVersion": "clusterwright.dev/v1",
        "kind": "ClusterProfile",
        "metadata": {"name": "eks-calico"},
        "spec": {"version": "1.0.0", "layers": BASE} | spec,
    }


def variable(**fields: object) -> Fields:
    return {"variables": [{"name": "v"} | fields]}


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ({"layers": BASE[1:]}, "layers", "has 0 layers of os; an infrastructure profile has exactly one"),
        (
            {"layers": [*BASE, {"layer": "cni", "pack": "vpc-cni"}]},
            "layers",
            "has 2 layers of cni; an infrastructure profile has exactly one",
        ),
        (
            {"layers": [*BASE, {"layer": "csi", "pack": "a"}, {"layer": "csi", "pack": "b"}]},
            "layers",
            "has 2 layers of csi; an infrastructure profile has at most one",
        ),
        ({"layers": [*BASE, {"layer": "addon", "pack": "calico"}]}, "layers[3].pack", "calico is used twice"),
        ({"layers": [*BASE, {"layer": "app", "pack": "a"}]}, "layers[3].layer", "app is not known"),
        (
            {"layers": [*BASE, {"layer": "addon", "pack": "a", "values": "- b"}]},
            "layers[3].values",
            "not a mapping",
        ),
        ({"type": "addon", "layers": []}, "layers", "is empty"),
        (
            {"type": "addon", "layers": BASE[:1]},
            "layers[0].layer",
            "an addon profile cannot have a layer of os",
        ),
        ({"version": "1.0"}, "version", "1.0 is not a version"),
        ({"cloud": "gke"}, "cloud", "gke is not known"),
        ({"variables": [{"name": "v"}, {"name": "v"}]}, "variables[1].name", "v is declared twice"),
        (
            variable(format="ipv4cidr", default="x"),
            "variables[0].default",
            "does not have the format ipv4cidr",
        ),
        (variable(regex="("), "variables[0].regex", "is not a regular expression"),
        (variable(regex="[a-z]+", default="A"), "variables[0].default", "does not match regex"),
        (variable(default=3), "variables[0].default", "must be text, not a number"),
        (variable(format="text"), "variables[0].format", "text is not known"),
    ],
)
def test_rule(spec: Fields, path: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        document.from_json(body(**spec))
    (found,) = caught.value.findings
    assert found.path == f"spec.{path}"
    assert message in found.message


def test_layers_keep_their_order() -> None:
    layers = [{"layer": "addon", "pack": "first"}, *BASE, {"layer": "addon", "pack": "last"}]
    found = document.from_json(body(layers=layers))
    assert isinstance(found, ClusterProfile)
    packs = [layer.pack for layer in found.spec.layers]
    assert packs == ["first", "amazon-linux-eks", "kubernetes-eks", "calico", "last"]


@pytest.mark.parametrize("version", ["2023", "1.33", "3.30.x", "1.x", "v1.2.3", "1.2.3-rc.1+build.5"])
def test_pack_version(version: str) -> None:
    document.from_json(body(layers=[*BASE, {"layer": "addon", "pack": "a", "version": version}]))


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("anything\nat all", "string", True),
        ("-1.5", "number", True),
        ("one", "number", False),
        ("true", "boolean", True),
        ("yes", "boolean", False),
        ("10.0.0.1", "ipv4", True),
        ("10.0.0.256", "ipv4", False),
        ("10.0.0.0/8", "ipv4cidr", True),
        ("10.0.0.0", "ipv4cidr", False),
        ("1.33", "version", True),
        ("latest", "version", False),
    ],
)
def test_variable_format(text: str, wanted: Format, expected: bool) -> None:
    assert fits(text, wanted) is expected


def test_the_default_of_a_secret_variable_is_not_shown() -> None:
    with pytest.raises(Invalid) as caught:
        document.from_json(body(**variable(secret=True, default="hunter2", format="number")))
    assert "hunter2" not in str(caught.value) + repr(caught.value.findings)
