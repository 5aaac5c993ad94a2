"""Profiles, their layers, values and variables, and the add-ons that come of them."""

from __future__ import annotations

import json

import pytest

from clusterwright.blueprint import refs
from clusterwright.blueprint.profiles import age
from tests.unit.blueprint.documents import LAYERS, Built, Fields, cluster, finding, findings, profile

PODS: Fields = {"name": "podCidr", "format": "ipv4cidr", "required": True}


def cni(**layer: object) -> list[Fields]:
    return [*LAYERS[:2], {"layer": "cni", "pack": "vpc-cni"} | layer]


def two(*names: str) -> list[Fields]:
    return [{"name": name} for name in names]


def test_kubernetes_brings_what_no_cluster_works_without() -> None:
    assert Built(cluster()).keys("addon") == ["vpc-cni", "kube-proxy", "coredns"]


def test_a_layer_changes_what_kubernetes_brings() -> None:
    built = Built(
        cluster(),
        profile(
            {
                "layer": "addon",
                "pack": "coredns",
                "version": "v1.12.1-eksbuild.2",
                "values": "replicaCount: 3",
            }
        ),
    )
    found = built[refs.addon("coredns")]
    assert (found.version, found.configuration) == ("v1.12.1-eksbuild.2", '{"replicaCount":3}')


def test_addons_without_values_have_an_empty_configuration() -> None:
    found = Built(cluster(), profile(layers=cni(version="1.x")))[refs.addon("vpc-cni")]
    assert (found.version, found.configuration, found.role) == (None, "{}", None)


def test_nothing_that_needs_compute_is_installed_without() -> None:
    assert Built(cluster(nodePools=[])).keys("addon") == ["vpc-cni", "kube-proxy"]


def test_the_cluster_overrides_the_profile_key_by_key() -> None:
    layers = cni(values="env: {WARM_IP_TARGET: '1', MINIMUM_IP_TARGET: '2'}")
    overrides = [{"pack": "vpc-cni", "values": "env: {WARM_IP_TARGET: '5'}\nenableNetworkPolicy: 'true'"}]
    found = Built(cluster(overrides=overrides), profile(layers=layers))[refs.addon("vpc-cni")]
    assert json.loads(found.configuration or "") == {
        "enableNetworkPolicy": "true",
        "env": {"MINIMUM_IP_TARGET": "2", "WARM_IP_TARGET": "5"},
    }


def test_variables_fill_macros() -> None:
    wanted = cluster(variables={"podCidr": "10.200.0.0/16"})
    base = profile(layers=cni(values="cidr: {{ .variables.podCidr }}"), variables=[PODS])
    assert Built(wanted, base)[refs.addon("vpc-cni")].configuration == '{"cidr":"10.200.0.0/16"}'


@pytest.mark.parametrize(
    ("declared", "given", "path", "says"),
    [
        (PODS, {}, "spec.variables.podCidr", "requires"),
        (PODS, {"podCidr": "all"}, "spec.variables.podCidr", "format ipv4cidr"),
        ({"name": "size", "regex": "small|large"}, {"size": "huge"}, "spec.variables.size", "small|large"),
        ({"name": "size", "default": "1"}, {"sise": "2"}, "spec.variables.sise", "declares"),
    ],
)
def test_variables_that_do_not_fit_are_findings(
    declared: Fields, given: Fields, path: str, says: str
) -> None:
    found = finding(cluster(variables=given), profile(variables=[declared]))
    assert found.path == path
    assert says in found.message


def test_the_value_of_a_secret_is_never_shown() -> None:
    declared = {"name": "key", "regex": "[a-z]+", "secret": True}
    found = finding(cluster(variables={"key": "S3CRET"}), profile(variables=[declared]))
    assert "S3CRET" not in str(found)
    assert found.value is None


def test_secrets_cannot_be_used_in_values_as_a_plan_shows_them() -> None:
    base = profile(
        layers=cni(values="a: '{{ .variables.key }}'"), variables=[{"name": "key", "secret": True}]
    )
    found = finding(cluster(variables={"key": "S3CRET"}), base)
    assert "S3CRET" not in str(found)
    assert found.path == "spec.profiles[0] (base 1.0.0) spec.layers[2].values"


def test_addon_profiles_add_layers() -> None:
    more = profile(name="more", type="addon", layers=[{"layer": "addon", "pack": "metrics-server"}])
    built = Built(cluster(profiles=two("base", "more")), profile(), more)
    assert "metrics-server" in built.keys("addon")


def test_the_newest_version_is_taken_where_none_is_named() -> None:
    old, new = (
        profile(layers=[LAYERS[0], {**LAYERS[1], "version": minor}, LAYERS[2]], version=version)
        for version, minor in (("1.9.0", "1.32"), ("1.10.0", "1.33"))
    )
    assert Built(cluster(), new, old)[refs.CONTROL_PLANE].version == "1.33"
    named = cluster(profiles=[{"name": "base", "version": "1.9.0"}])
    assert Built(named, new, old)[refs.CONTROL_PLANE].version == "1.32"


def test_versions_are_ordered_as_numbers_and_releases_come_last() -> None:
    ordered = ["1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0"]
    assert sorted(reversed(ordered), key=age) == ordered


@pytest.mark.parametrize(
    ("names", "path", "says"),
    [
        (("bsae",), "spec.profiles[0]", "there is no profile bsae"),
        (("more",), "spec.profiles", "none is an infrastructure profile"),
        (("base", "other"), "spec.profiles[1]", "second infrastructure profile"),
        (("base", "more", "again"), "spec.profiles[2]", "metrics-server is in spec.profiles[1]"),
    ],
)
def test_profiles_that_do_not_fit_together_are_findings(names: tuple[str, ...], path: str, says: str) -> None:
    metrics = [{"layer": "addon", "pack": "metrics-server"}]
    other = profile(
        name="other",
        layers=[{"layer": "os", "pack": "bottlerocket"}, LAYERS[1], {"layer": "cni", "pack": "vpc-cni"}],
    )
    known = (
        profile(),
        other,
        profile(name="more", type="addon", layers=metrics),
        profile(name="again", type="addon", layers=metrics),
    )
    found = findings(cluster(profiles=two(*names)), *known)
    assert [f for f in found if f.path == path and says in f.message]


def test_an_unknown_version_of_a_profile_names_those_there_are() -> None:
    found = finding(cluster(profiles=[{"name": "base", "version": "2.0.0"}]))
    assert found.remedy == "Versions: 1.0.0."


def test_packs_that_we_do_not_have_are_named_with_their_place() -> None:
    found = finding(cluster(), profile(layers=cni(pack="calico")))
    assert found.path == "spec.profiles[0] (base 1.0.0) spec.layers[2].pack"
    assert "calico" in found.message
    assert found.remedy == "Available for cni: vpc-cni."


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"pack": "vpc-cmi", "values": "a: 1"}, "Did you mean vpc-cni?"),
        ({"pack": "kubernetes-eks", "values": "a: 1"}, "Remove the override."),
    ],
)
def test_overrides_that_reach_nothing_are_findings(override: Fields, says: str) -> None:
    found = finding(cluster(overrides=[override]))
    assert found.path == "spec.overrides[0].pack"
    assert says in found.remedy
