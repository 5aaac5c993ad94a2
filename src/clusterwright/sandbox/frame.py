"""What one running sandbox is made of, wired together once."""

import time
from dataclasses import dataclass

from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend

from clusterwright.sandbox import dating, managed_policies, parameters, service_roles
from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.books.calls import Calls
from clusterwright.sandbox.call import Handler, Layer
from clusterwright.sandbox.clock import Clock
from clusterwright.sandbox.cloudformation.api import Cloudformation
from clusterwright.sandbox.durations import Draws
from clusterwright.sandbox.ec2 import backend as ec2
from clusterwright.sandbox.ec2 import dry_run, keys, scaling
from clusterwright.sandbox.ec2.balancers import Balancers
from clusterwright.sandbox.ec2.capacity import GATES
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.faults.faults import Faults
from clusterwright.sandbox.iam import layer as iam
from clusterwright.sandbox.idempotency import Idempotency
from clusterwright.sandbox.kube.authority import Endpoints
from clusterwright.sandbox.kube.front import Kube
from clusterwright.sandbox.limits.buckets import Limits
from clusterwright.sandbox.options import Options
from clusterwright.sandbox.pricing import api as pricing
from clusterwright.sandbox.propagation import Propagation
from clusterwright.sandbox.quotas.api import QuotasApi
from clusterwright.sandbox.quotas.book import Quotas
from clusterwright.sandbox.quotas.enforcement import Enforcement
from clusterwright.sandbox.tagging import TaggingApi
from clusterwright.sandbox.timing import Timing


@dataclass(frozen=True, slots=True)
class Frame:
    options: Options
    clock: Clock
    timing: Timing
    calls: Calls
    propagation: Propagation
    idempotency: Idempotency
    balancers: Balancers
    eks: Eks
    endpoints: Endpoints
    kube: Kube
    faults: Faults
    limits: Limits
    quotas: Quotas
    iam: iam.Iam
    cloudformation: Cloudformation

    @property
    def services(self) -> dict[str, Handler]:
        """Those that are ours, not moto's."""
        return {
            "eks": self.eks.handle,
            "servicequotas": QuotasApi(self.quotas).handle,
            "pricing": pricing.handle,
            "cloudformation": self.cloudformation.handle,
        }

    @property
    def layers(self) -> tuple[list[Layer], list[Layer]]:
        """IAM decisions belong behind throttling: who is throttled is not looked at."""
        return [self.calls.layer, self.faults.layer], [
            self.limits.layer,
            *self.iam.layers,
            dry_run.layer,
            self.propagation.layer,
            self.idempotency.layer,
            Enforcement(self.quotas, self.eks).layer,
            self.balancers.layer,
            scaling.layer,
            keys.layer,
            service_roles.layer,
            parameters.layer,
            TaggingApi(self.eks, self.cloudformation).layer,
        ]


def build(options: Options) -> Frame:
    """moto keeps its world in the process, so a new frame begins by emptying it: one at a time."""
    clock = Clock(options.speed)
    timing = Timing(Agenda(clock), Draws(options.seed))
    managed_policies.install()
    service_roles.install()
    moto_api_backend.reset()
    mock_random.seed(options.seed)
    dating.install(timing)
    ec2.install(timing)
    propagation = Propagation(timing)
    endpoints = Endpoints()
    eks = Eks(timing, propagation, endpoints)
    faults, quotas = Faults(timing.agenda, eks, options.seed), Quotas(options.quotas)
    GATES.agenda = timing.agenda
    GATES.gates = (faults.gate, Enforcement(quotas, eks).gate)
    throttled = options.speed > 0 if options.throttle is None else options.throttle
    return Frame(
        options=options,
        clock=clock,
        timing=timing,
        calls=Calls(timing.agenda, options.kept_calls),
        propagation=propagation,
        idempotency=Idempotency(),
        balancers=Balancers(timing),
        eks=eks,
        endpoints=endpoints,
        kube=Kube(eks, timing, endpoints, time.time),
        faults=faults,
        limits=Limits(timing.agenda, throttled),
        quotas=quotas,
        iam=iam.build(timing, propagation, eks, options.enforce_iam),
        cloudformation=Cloudformation(timing),
    )
