"""How long AWS takes: measured medians and 90th percentiles, and seeded draws from them.

The medians come from logs of real runs and from AWS's own statements; what nobody has published is a guess
and marked so. A draw depends on the seed, the kind and the name of the object alone: neither the order of
requests nor the number of threads changes what a given object gets.
"""

import math
import random
from dataclasses import dataclass

_Z90 = 1.2816  # the standard normal distribution's 90th percentile


@dataclass(frozen=True, slots=True)
class Spread:
    p50: float
    p90: float

    def at(self, normal: float) -> float:
        """The value of a lognormal spread at a standard normal deviate, without the far tails."""
        value = self.p50 * math.exp(math.log(self.p90 / self.p50) / _Z90 * normal)
        return min(max(value, self.p50 * 0.6), self.p90 * 1.25)


SPREADS: dict[str, Spread] = {
    "cluster-create": Spread(625, 750),
    "cluster-delete": Spread(204, 480),
    "cluster-config": Spread(150, 240),
    "cluster-encryption": Spread(600, 900),
    "identity-provider": Spread(600, 900),  # a guess; users report 10 to 20 minutes
    "capability": Spread(90, 180),  # a guess
    "insights-refresh": Spread(60, 120),  # a guess
    "cluster-version": Spread(540, 720),
    "nodegroup-create": Spread(125, 180),
    "nodegroup-delete": Spread(380, 500),
    "nodegroup-config": Spread(30, 60),  # a guess
    "nodegroup-version": Spread(420, 600),  # a guess
    "nodegroup-failure": Spread(1020, 1180),  # "failed to join" comes 15 to 20 minutes after the start
    "fargate-create": Spread(60, 150),
    "fargate-delete": Spread(120, 180),
    "nat-create": Spread(106, 125),
    "nat-delete": Spread(60, 75),
    "endpoint-create": Spread(75, 120),  # a guess
    "endpoint-delete": Spread(60, 120),  # a guess
    "instance-refresh": Spread(120, 180),  # a guess, for each few instances
    "addon-create": Spread(40, 60),
    "addon-create/coredns": Spread(15, 56),
    "addon-create/vpc-cni": Spread(40, 66),
    "addon-create/kube-proxy": Spread(25, 40),
    "addon-create/aws-ebs-csi-driver": Spread(50, 65),
    "addon-update": Spread(35, 60),
    "addon-delete": Spread(20, 40),  # a guess
    "balancer-create": Spread(120, 180),  # a guess; users report two to three minutes
    "balancer-release": Spread(45, 120),  # a guess; users report minutes
    "iam-visible": Spread(8, 12),
}


@dataclass(frozen=True, slots=True)
class Draws:
    seed: int

    def seconds(self, kind: str, name: str) -> float:
        spread = SPREADS.get(kind) or SPREADS[kind.partition("/")[0]]
        return spread.at(self.stream(kind, name).gauss(0.0, 1.0))

    def stream(self, kind: str, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{kind}:{name}")
