"""How much longer a creation and a deletion take than AWS itself needs for them.

The critical path is drawn from the same seed as the sandbox's answers: the time until IAM shows the control
plane's role to EKS, the control plane, the slowest node group or Fargate profile (those go one at a time),
and the slowest of the add-ons that need somewhere to run. The rest of the network is ready long before.
Calls take no time on the virtual clock; what is left over is waiting that is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.packs.builtin import PACKS
from clusterwright.sandbox.durations import Draws
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import parse
from clusterwright.spec.profile import ClusterProfile
from tests.bench.lab import Lab, cluster_of, new_core
from tests.bench.line import Line
from tests.lifecycle.world import TARGET, World, example

EXAMPLE = "demo"
SEEDS = (1, 2, 3, 4)
GOAL = 1.03


@dataclass(frozen=True)
class Ratio:
    """Seconds that it took, and that it must take."""

    took: float
    needed: float

    @property
    def value(self) -> float:
        return self.took / self.needed

    def __str__(self) -> str:
        return f"{self.took:.0f}/{self.needed:.0f}"


@dataclass(frozen=True)
class Needs:
    """What AWS takes for one cluster."""

    draws: Draws
    cluster: Cluster

    def seconds(self, kind: str, *path: str) -> float:
        region, name = self.cluster.spec.region, self.cluster.metadata.name
        return self.draws.seconds(kind, "/".join((TARGET, region, name, *path)))

    def role(self, arn: str) -> float:
        return self.draws.seconds("iam-visible", f"{TARGET}/{arn.rpartition('/')[2]}")

    def compute(self, verb: str) -> float:
        groups = [self.seconds(f"nodegroup-{verb}", pool.name) for pool in self.cluster.spec.node_pools]
        one_by_one = sum(self.seconds(f"fargate-{verb}", p.name) for p in self.cluster.spec.fargate_profiles)
        return max([*groups, one_by_one])

    def late_addons(self) -> float:
        return max(self.seconds(f"addon-create/{name}", name) for name in late_addons())

    def creation(self, role_arn: str) -> float:
        return (
            self.role(role_arn) + self.seconds("cluster-create") + self.compute("create") + self.late_addons()
        )

    def deletion(self) -> float:
        return self.compute("delete") + self.seconds("cluster-delete")


def late_addons() -> Iterator[str]:
    [profile] = [one for one in parse(example(EXAMPLE)) if isinstance(one, ClusterProfile)]
    for layer in profile.spec.layers:
        addon = PACKS[layer.pack].addon
        if addon and not addon.before_nodes:
            yield addon.name


def measure(lab: Lab) -> Iterator[Line]:
    seeds = SEEDS[:1] if lab.quick else SEEDS
    ratios = [lifecycle(lab, seed) for seed in seeds]
    for verb, found in (
        ("create", [created for created, _ in ratios]),
        ("delete", [gone for _, gone in ratios]),
    ):
        worst = max(ratio.value for ratio in found)
        note = f"AWS s by seed {' '.join(map(str, found))}"
        yield Line(f"{verb} {EXAMPLE} over AWS's path, worst seed", worst, "", GOAL, note)


def lifecycle(lab: Lab, seed: int) -> tuple[Ratio, Ratio]:
    needs = Needs(Draws(seed), cluster_of(EXAMPLE))
    with new_core(lab.home / f"path-{seed}", seed) as core:
        core.prepare()
        began = core.clock.now()
        uid = core.apply(example(EXAMPLE))
        core.settle(uid)
        created = Ratio(core.clock.now() - began, needs.creation(control_plane_role(core, uid)))
        began = core.clock.now()
        core.delete(uid)
        core.bury(uid)
        return created, Ratio(core.clock.now() - began, needs.deletion())


def control_plane_role(core: World, uid: str) -> str:
    return core.records(uid)["iam_role/cluster"].id or ""
