"""Spot interruptions: two minutes' notice, then the instance is gone and its group starts another.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
"""

from functools import partial
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.ec2 import capacity
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.faults.rules import Rule

_NOTICE = 120.0
_REPLACED = 60.0


def begin(rule: Rule, eks: Eks, agenda: Agenda) -> list[str]:
    """The ids of the instances that will be taken away: as many as the rule says, one if it says nothing."""
    doomed = [
        (group, instance)
        for group in _groups(rule, eks)
        for instance in [state.instance for state in group.instance_states]
        if instance.lifecycle == "spot" and instance.state == "running"
    ]
    if not doomed:
        raise ValueError("no spot instance of such a node group is running")
    many = min(rule.left or 1, len(doomed))
    chosen = rule.chance.sample(doomed, many)
    for group, instance in chosen:
        agenda.after(_NOTICE, partial(_take_away, group, instance))
    rule.left, rule.acted = 0, many
    return [instance.id for _, instance in chosen]


def _groups(rule: Rule, eks: Eks) -> list[Any]:
    """The Auto Scaling groups of the node groups that the rule names."""
    found = []
    for region in eks.regions():
        if not rule.is_about(account=region.account, region=region.name):
            continue
        groups = autoscaling_backends[region.account][region.name].autoscaling_groups
        for cluster in region.clusters.values():
            for name, nodegroup in cluster.nodegroups.items():
                if rule.is_about(cluster=cluster.name, nodegroup=name) and nodegroup.group_name in groups:
                    found.append(groups[nodegroup.group_name])
    return found


def _take_away(group: Any, instance: Any) -> None:
    backend = group.autoscaling_backend
    if instance.state != "running":
        return
    ec2_backends[backend.account_id][backend.region_name].terminate_instances([instance.id])
    group.instance_states = [state for state in group.instance_states if state.instance is not instance]
    capacity.try_again(group, _REPLACED)
