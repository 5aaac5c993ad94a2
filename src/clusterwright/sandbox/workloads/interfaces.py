"""Interfaces that the VPC CNI leaves behind when its node goes before it could tidy up.

https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html
https://github.com/aws/amazon-vpc-cni-k8s/blob/master/README.md (tags, description)
"""

from typing import Any

from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random

from clusterwright.sandbox.eks.records import Cluster


def leave(account: str, region: str, cluster: Cluster, count: int) -> list[str]:
    """`count` of them in each subnet of the cluster, in the group of its nodes, attached to nothing."""
    config = cluster.wire["resourcesVpcConfig"]
    return [
        _leave(ec2_backends[account][region], cluster.name, subnet_id, config["clusterSecurityGroupId"])
        for subnet_id in config["subnetIds"]
        for _ in range(count)
    ]


def _leave(ec2: Any, cluster: str, subnet_id: str, group: str) -> str:
    instance = f"i-{mock_random.get_random_hex(17)}"
    eni = ec2.create_network_interface(
        ec2.get_subnet(subnet_id),
        "",
        group_ids=[group],
        description=f"aws-K8S-{instance}",
        tags={
            "cluster.k8s.amazonaws.com/name": cluster,
            "node.k8s.amazonaws.com/instance_id": instance,
            "eks:eni:owner": "amazon-vpc-cni",
        },
    )
    return str(eni.id)
