"""Which profiles a cluster uses, of those that are known. What their layers mean is `stack`'s."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clusterwright.errors import Finding
from clusterwright.packs.select import nearest
from clusterwright.spec.cluster import Cluster, ProfileRef
from clusterwright.spec.profile import ClusterProfile


def chosen_profiles(
    cluster: Cluster, known: tuple[ClusterProfile, ...]
) -> tuple[tuple[str, ClusterProfile], ...]:
    """The profiles in the order of the cluster's list, each with its place in the document."""
    found = ((f"spec.profiles[{i}]", find(ref, known)) for i, ref in enumerate(cluster.spec.profiles))
    return tuple((path, profile) for path, profile in found if profile is not None)


def find(ref: ProfileRef, known: tuple[ClusterProfile, ...]) -> ClusterProfile | None:
    """The version that is asked for; the newest when none is."""
    named = [profile for profile in known if profile.metadata.name == ref.name]
    wanted = [profile for profile in named if ref.version in (None, profile.spec.version)]
    return max(wanted, key=lambda profile: age(profile.spec.version), default=None)


def age(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A key to sort by: a pre-release comes before its release."""
    numbers, dash, rest = version.partition("+")[0].partition("-")
    return tuple(int(number) for number in re.findall(r"\d+", numbers)), not dash, rest


def profile_list_findings(cluster: Cluster, known: tuple[ClusterProfile, ...]) -> Iterator[Finding]:
    for index, ref in enumerate(cluster.spec.profiles):
        if find(ref, known) is None:
            yield _unknown(ref, known, f"spec.profiles[{index}]")
    chosen = chosen_profiles(cluster, known)
    base = [path for path, profile in chosen if profile.spec.type == "infrastructure"]
    if not base and len(chosen) == len(cluster.spec.profiles):
        yield Finding("spec.profiles", "none is an infrastructure profile", "Add one.")
    for path in base[1:]:
        message = f"is a second infrastructure profile; the first is {base[0]}"
        yield Finding(path, message, "Keep one, and make the other 'type: addon'.")
    yield from _repeated_packs(chosen)


def _unknown(ref: ProfileRef, known: tuple[ClusterProfile, ...], path: str) -> Finding:
    versions = sorted(profile.spec.version for profile in known if profile.metadata.name == ref.name)
    if versions:
        message = f"the profile {ref.name} has no version {ref.version}"
        return Finding(path, message, f"Versions: {', '.join(versions)}.", value=ref.version)
    names = tuple(sorted({profile.metadata.name for profile in known}))
    choice = f"Profiles: {', '.join(names)}." if names else "Apply the profile first."
    return Finding(
        path, f"there is no profile {ref.name}", f"{nearest(ref.name, names)}{choice}", value=ref.name
    )


def _repeated_packs(chosen: tuple[tuple[str, ClusterProfile], ...]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for path, profile in chosen:
        for layer in profile.spec.layers:
            if first.setdefault(layer.pack, path) != path:
                message = f"the pack {layer.pack} is in {first[layer.pack]} already"
                yield Finding(path, message, "Keep it in one profile.", value=layer.pack)
