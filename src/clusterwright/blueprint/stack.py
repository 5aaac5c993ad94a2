"""What the layers of all profiles of a cluster come to: the nodes' system, Kubernetes' version, add-ons.

Knows packs and their values, no AWS objects. `assemble` needs documents without `stack_findings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.blueprint.profiles import chosen_profiles, profile_list_findings
from clusterwright.blueprint.variables import values_for, variable_findings
from clusterwright.errors import Finding
from clusterwright.packs.builtin import KUBERNETES, PACKS, EksAddon, Images
from clusterwright.packs.select import layer_findings, nearest, pinned
from clusterwright.packs.values import BadValues, combine
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.profile import ClusterProfile, Layer


@dataclass(frozen=True)
class Part:
    """An add-on to install. `values` are layers of YAML, of which the last wins."""

    pack: str
    addon: EksAddon
    version: str | None
    values: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]

    def configuration(self, base: str = "") -> str:
        """JSON, with `base` (YAML) under the user's values."""
        return combine((base, *self.values), dict(self.variables))


@dataclass(frozen=True)
class Stack:
    kubernetes: str
    parts: tuple[Part, ...]
    """In install order."""
    node_policies: tuple[str, ...]
    """AWS managed policies that the packs need on nodes."""


@dataclass(frozen=True)
class Placed:
    """A layer, its place in the cluster's document, and the profile whose variables its values use."""

    layer: Layer
    path: str
    profile: ClusterProfile


def assemble(cluster: Cluster, profiles: tuple[ClusterProfile, ...]) -> Stack:
    """Of documents without findings."""
    layers = placed_layers(cluster, profiles)
    packs = tuple(PACKS[placed.layer.pack] for placed in layers)
    return Stack(
        kubernetes=next(p.layer.version or "" for p in layers if p.layer.pack == KUBERNETES.name),
        parts=parts(cluster, layers),
        node_policies=tuple(policy for pack in packs for policy in pack.node_policies),
    )


def images_of(cluster: Cluster, profiles: tuple[ClusterProfile, ...]) -> Images | None:
    """What the operating system's layer says of nodes, if there is one that we know."""
    packs = (PACKS.get(placed.layer.pack) for placed in placed_layers(cluster, profiles))
    return next((pack.images for pack in packs if pack and pack.images), None)


def placed_layers(cluster: Cluster, profiles: tuple[ClusterProfile, ...]) -> tuple[Placed, ...]:
    """The layers as written, then the packs that they bring along and nobody wrote."""
    written = tuple(
        Placed(
            layer, f"{path} ({profile.metadata.name} {profile.spec.version}) spec.layers[{index}]", profile
        )
        for path, profile in chosen_profiles(cluster, profiles)
        for index, layer in enumerate(profile.spec.layers)
    )
    return (*written, *_brought_along(written))


def stack_findings(cluster: Cluster, profiles: tuple[ClusterProfile, ...]) -> Iterator[Finding]:
    yield from profile_list_findings(cluster, profiles)
    chosen = tuple(profile for _, profile in chosen_profiles(cluster, profiles))
    if len(chosen) == len(cluster.spec.profiles):
        yield from variable_findings(chosen, cluster.spec.variables)
    layers = placed_layers(cluster, profiles)
    for placed in layers:
        yield from layer_findings(placed.layer, placed.path)
    yield from _override_findings(cluster, layers)
    for placed in layers:
        yield from _value_findings(cluster, placed)


def parts(cluster: Cluster, layers: tuple[Placed, ...]) -> tuple[Part, ...]:
    return tuple(part for placed in layers for part in _part(cluster, placed))


def _part(cluster: Cluster, placed: Placed) -> Iterator[Part]:
    layer, pack = placed.layer, PACKS.get(placed.layer.pack)
    if pack and pack.addon:
        overrides = tuple(over.values for over in cluster.spec.overrides if over.pack == layer.pack)
        variables = tuple(values_for(placed.profile, cluster.spec.variables).items())
        yield Part(layer.pack, pack.addon, pinned(layer.version), (layer.values, *overrides), variables)


def _brought_along(written: tuple[Placed, ...]) -> Iterator[Placed]:
    have = {placed.layer.pack for placed in written}
    for placed in written:
        pack = PACKS.get(placed.layer.pack)
        for name in pack.brings if pack else ():
            if name not in have:
                yield Placed(Layer(layer=PACKS[name].layer, pack=name), placed.path, placed.profile)


def _override_findings(cluster: Cluster, layers: tuple[Placed, ...]) -> Iterator[Finding]:
    used = tuple(placed.layer.pack for placed in layers)
    for index, override in enumerate(cluster.spec.overrides):
        path, pack = f"spec.overrides[{index}].pack", PACKS.get(override.pack)
        if override.pack not in used:
            remedy = f"{nearest(override.pack, used)}Packs: {', '.join(used)}."
            yield Finding(
                path, f"no profile of this cluster has the pack {override.pack}", remedy, value=override.pack
            )
        elif pack and pack.addon is None and override.values.strip():
            yield Finding(path, f"{pack.name} takes no values", "Remove the override.", value=pack.name)


def _value_findings(cluster: Cluster, placed: Placed) -> Iterator[Finding]:
    for part in _part(cluster, placed):
        try:
            part.configuration()
        except BadValues as error:
            message = f"the values of {part.pack} cannot be used: {error.message.rstrip('.')}"
            yield Finding(f"{placed.path}.values", message, error.remedy)
