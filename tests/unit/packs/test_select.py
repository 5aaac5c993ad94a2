"""Which pack a layer means."""

from __future__ import annotations

import pytest

from clusterwright.packs.builtin import PACKS
from clusterwright.packs.select import layer_findings, pinned, profile_findings
from clusterwright.spec.metadata import Metadata
from clusterwright.spec.profile import ClusterProfile, Layer, LayerKind, ProfileSpec


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_every_pack_is_one_thing(pack: object) -> None:
    kinds = [bool(getattr(pack, name)) for name in ("images", "addon", "brings")]
    assert sum(kinds) == 1


def test_what_a_pack_brings_exists() -> None:
    assert all(name in PACKS for pack in PACKS.values() for name in pack.brings)


@pytest.mark.parametrize(
    ("layer", "pack", "version"),
    [
        ("os", "amazon-linux-eks", "2023"),
        ("os", "amazon-linux-eks", None),
        ("os", "bottlerocket", "1.x"),
        ("kubernetes", "kubernetes-eks", "1.34"),
        ("cni", "vpc-cni", "1.19.x"),
        ("csi", "aws-ebs-csi", "1.x"),
        ("addon", "coredns", "v1.12.1-eksbuild.2"),
        ("addon", "metrics-server", None),
    ],
)
def test_layers_that_are_right(layer: LayerKind, pack: str, version: str | None) -> None:
    assert not list(layer_findings(Layer(layer=layer, pack=pack, version=version), "here"))


@pytest.mark.parametrize(
    ("layer", "where", "remedy"),
    [
        (Layer(layer="cni", pack="cilium"), "here.pack", "Available for cni: vpc-cni."),
        (Layer(layer="addon", pack="core-dns"), "here.pack", "Did you mean coredns?"),
        (Layer(layer="addon", pack="vpc-cni"), "here.layer", "Write 'layer: cni'"),
        (Layer(layer="os", pack="amazon-linux-eks", version="2"), "here.version", "Use 2023."),
        (Layer(layer="kubernetes", pack="kubernetes-eks", version="1.29"), "here.version", "1.30, 1.31"),
        (Layer(layer="kubernetes", pack="kubernetes-eks"), "here.version", "1.34"),
        (Layer(layer="addon", pack="coredns", version="1.12.1"), "here.version", "v1.2.3-eksbuild.1"),
        (Layer(layer="os", pack="bottlerocket", values="a: 1"), "here.values", "Remove them."),
    ],
    ids=str,
)
def test_layers_that_are_wrong(layer: Layer, where: str, remedy: str) -> None:
    (found,) = layer_findings(layer, "here")
    assert found.path == where
    assert remedy in found.remedy


@pytest.mark.parametrize(
    ("version", "asked"),
    [(None, None), ("1.x", None), ("v1.12.1-eksbuild.2", "v1.12.1-eksbuild.2")],
)
def test_only_exact_versions_are_pinned(version: str | None, asked: str | None) -> None:
    assert pinned(version) == asked


def test_findings_of_a_profile_have_its_paths() -> None:
    spec = ProfileSpec(version="1.0.0", type="addon", layers=(Layer(layer="addon", pack="istio"),))
    (found,) = profile_findings(ClusterProfile(metadata=Metadata(name="mesh"), spec=spec))
    assert found.path == "spec.layers[0].pack"
