"""Which built-in pack a layer means, and in which version. Values are in `values`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from clusterwright.errors import Finding
from clusterwright.packs.builtin import KUBERNETES, PACKS, Pack, packs_for
from clusterwright.spec.profile import ClusterProfile, Layer

EXACT_ADDON = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")
RANGE = re.compile(r"v?\d+(?:\.(?:\d+|x))*\.x")


def nearest(name: str, known: tuple[str, ...]) -> str:
    """A question that offers the known name that was probably meant, or nothing."""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean {found[0]}? " if found else ""


def profile_findings(profile: ClusterProfile) -> tuple[Finding, ...]:
    """What keeps a profile from being used, with paths into the profile's document."""
    return tuple(
        finding
        for index, layer in enumerate(profile.spec.layers)
        for finding in layer_findings(layer, f"spec.layers[{index}]")
    )


def layer_findings(layer: Layer, path: str) -> Iterator[Finding]:
    """What is wrong with the pack that a layer names, and with the version of it."""
    pack = PACKS.get(layer.pack)
    if pack is None:
        yield _unknown(layer, path)
    elif pack.layer != layer.layer:
        message = f"{pack.name} is a pack for the layer {pack.layer}, not {layer.layer}"
        remedy = f"Write 'layer: {pack.layer}', or use {_choice(layer)}."
        yield Finding(f"{path}.layer", message, remedy, value=layer.layer)
    else:
        yield from _version_findings(pack, layer, f"{path}.version")
        if layer.values.strip() and pack.addon is None:
            message = f"the layer {layer.layer} has values, but {pack.name} takes none"
            yield Finding(f"{path}.values", message, "Remove them.")


def pinned(version: str | None) -> str | None:
    """The version to ask EKS for; None, for EKS's default, unless one version is named exactly."""
    return version if version and EXACT_ADDON.fullmatch(version) else None


def _unknown(layer: Layer, path: str) -> Finding:
    message = f"the layer {layer.layer} names the pack {layer.pack}, which this version does not have"
    remedy = f"{nearest(layer.pack, tuple(PACKS))}Available for {layer.layer}: {_choice(layer)}."
    return Finding(f"{path}.pack", message, remedy, value=layer.pack)


def _choice(layer: Layer) -> str:
    return ", ".join(packs_for(layer.layer))


def _version_findings(pack: Pack, layer: Layer, path: str) -> Iterator[Finding]:
    version = layer.version
    if pack is KUBERNETES:
        yield from _kubernetes_findings(version, path)
    elif version is None or RANGE.fullmatch(version) or version in pack.versions:
        return
    elif pack.addon is None:
        choice = f"Use {' or '.join(pack.versions)}." if pack.versions else "Leave it out, or write 1.x."
        yield Finding(path, f"{pack.name} has no version {version}", choice, value=version)
    elif not EXACT_ADDON.fullmatch(version):
        message = f"{version} is neither a range nor a version of the EKS add-on {pack.addon.name}"
        remedy = "Write 1.x for EKS's default, or a version in full, like v1.2.3-eksbuild.1."
        yield Finding(path, message, remedy, value=version)


def _kubernetes_findings(version: str | None, path: str) -> Iterator[Finding]:
    """A missing version would follow our newest, and so upgrade clusters whose owners did not ask."""
    choice = f"Use one of {', '.join(KUBERNETES.versions)}, in quotes."
    if version is None:
        yield Finding(path, "the Kubernetes version is missing", choice)
    elif version not in KUBERNETES.versions:
        yield Finding(path, f"{version} is not a Kubernetes version that we support", choice, value=version)
