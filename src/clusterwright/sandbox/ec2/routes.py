"""Routes that lead nowhere say so.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html (State)
"""

from typing import Any

from moto.ec2.models.route_tables import Route


def state(route: Any) -> str:
    """`blackhole` once the gateway that a route points at is deleted or detached."""
    if route.nat_gateway is not None and route.nat_gateway.state in ("deleted", "failed"):
        return "blackhole"
    gateway = route.gateway
    detached = gateway is not None and str(gateway.id).startswith("igw-") and gateway.vpc is None
    return "blackhole" if detached else "active"


def install() -> None:
    patched = {"state": property(state)}
    for name, member in patched.items():
        setattr(Route, name, member)
