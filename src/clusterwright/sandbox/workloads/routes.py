"""`/_sandbox/workloads/*`: what a Service or the CNI of a cluster would make, without one running."""

from typing import Any

from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.frame import Frame
from clusterwright.sandbox.workloads import balancers, interfaces

Query = dict[str, str]
Body = dict[str, Any]


def balancer(frame: Frame, _query: Query, body: Body) -> Any:
    controller = str(body.get("controller", balancers.CONTROLLER))
    if controller not in balancers.KINDS:
        raise ValueError(f"controller is one of {', '.join(balancers.KINDS)}, not {controller!r}")
    kinds = balancers.KINDS[controller]
    kind = str(body.get("kind", kinds[0]))
    if kind not in kinds:
        raise ValueError(f"{controller} makes {' and '.join(kinds)} load balancers, not {kind!r} ones")
    account, region = str(body["account"]), str(body["region"])
    wanted = balancers.Wanted(
        account,
        region,
        _cluster(frame, body),
        controller,
        kind,
        namespace=str(body.get("namespace", "default")),
        name=str(body.get("service", "web")),
    )
    made = balancers.make(wanted)
    frame.balancers.reconcile(account, region)
    return made


def leftovers(frame: Frame, _query: Query, body: Body) -> Any:
    count = int(body.get("perSubnet", 1))
    cluster = _cluster(frame, body)
    return {"networkInterfaces": interfaces.leave(body["account"], body["region"], cluster, count)}


def _cluster(frame: Frame, body: Body) -> Cluster:
    found = frame.eks.region(body["account"], body["region"]).clusters.get(body["cluster"])
    if found is None:
        raise ValueError(f"there is no cluster {body['cluster']!r} in {body['account']}, {body['region']}")
    return found


ROUTES = {"POST workloads/load-balancers": balancer, "POST workloads/network-interfaces": leftovers}
