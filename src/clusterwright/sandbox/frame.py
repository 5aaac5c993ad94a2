"""What one running sandbox is made of, wired together once."""

from dataclasses import dataclass

from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend

from clusterwright.sandbox import managed_policies, parameters, service_roles, trust
from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.books.calls import Calls
from clusterwright.sandbox.call import Layer
from clusterwright.sandbox.clock import Clock
from clusterwright.sandbox.durations import Draws
from clusterwright.sandbox.ec2 import backend as ec2
from clusterwright.sandbox.ec2.balancers import Balancers
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.idempotency import Idempotency
from clusterwright.sandbox.options import Options
from clusterwright.sandbox.propagation import Propagation
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

    @property
    def layers(self) -> tuple[list[Layer], list[Layer]]:
        """IAM decisions, throttling, quotas and faults belong at the front of the inner list."""
        return [self.calls.layer], [
            trust.layer,
            self.propagation.layer,
            self.idempotency.layer,
            self.balancers.layer,
            service_roles.layer,
            parameters.layer,
        ]


def build(options: Options) -> Frame:
    """moto keeps its world in the process, so a new frame begins by emptying it: one at a time."""
    clock = Clock(options.speed)
    timing = Timing(Agenda(clock), Draws(options.seed))
    managed_policies.install()
    service_roles.install()
    moto_api_backend.reset()
    mock_random.seed(options.seed)
    ec2.install(timing)
    propagation = Propagation(timing)
    return Frame(
        options=options,
        clock=clock,
        timing=timing,
        calls=Calls(timing.agenda),
        propagation=propagation,
        idempotency=Idempotency(),
        balancers=Balancers(timing),
        eks=Eks(timing, propagation),
    )
