"""Where the probes play: one account with everybody in it, and one next door."""

import functools
import itertools
from typing import Any

from .people import Account, Keys, allow, deny, outcome, policy


class Stage:
    """One account with everybody in it, and one next door."""

    def __init__(self, home: Account, next_door: Account) -> None:
        self.home, self.next_door = home, next_door
        self.names = itertools.count(1)
        self.cluster_role = home.service_role("cluster", "eks.amazonaws.com")
        self.secret = "right"
        given = {"Condition": {"StringEquals": {"sts:ExternalId": self.secret}}}
        self.guarded = home.role(allow("ec2:Describe*"), **given)
        self.open = home.role(allow("ec2:Describe*"))
        self.shared = home.role(principal=f"arn:aws:iam::{next_door.id}:root")
        self.assumer = home.user(allow("sts:AssumeRole"))

    @functools.cached_property
    def controller(self) -> Keys:
        return self.home.seeded("controller")

    @functools.cached_property
    def denying(self) -> Keys:
        return self.home.user(allow("*"), deny(["ec2:DeleteVpc", "eks:DeleteCluster"]))

    @functools.cached_property
    def regional(self) -> Keys:
        return self.home.user(allow("*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}))

    @functools.cached_property
    def without_pass(self) -> Keys:
        return self.home.user(allow(["eks:*", "iam:CreateServiceLinkedRole"]))

    @functools.cached_property
    def pass_to_ec2(self) -> Keys:
        to = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        return self.home.user(
            allow(["eks:*", "iam:CreateServiceLinkedRole"]), allow("iam:PassRole", Condition=to)
        )

    def call(self, who: Keys, service: str, operation: str, region: str = "us-east-1", **given: Any) -> str:
        return self.home.tries(who, service, operation, region, **given)

    def as_controller(self, service: str, operation: str, **given: Any) -> str:
        return self.call(self.controller, service, operation, **given)

    def create_cluster(self, who: Keys) -> str:
        """No such subnet: but for that it would be made."""
        where = {"subnetIds": ["subnet-00000000000000001", "subnet-00000000000000002"]}
        name = f"probe-{next(self.names)}"
        return self.call(
            who, "eks", "create_cluster", name=name, roleArn=self.cluster_role, resourcesVpcConfig=where
        )

    def assume(self, role: str, who: Keys | None = None, **more: Any) -> str:
        client = self.home.client("sts", who or self.assumer)
        return outcome(lambda: client.assume_role(RoleArn=role, RoleSessionName="me", **more))

    def neighbour(self, *statements: dict[str, Any]) -> Keys:
        return self.next_door.user(*statements)

    def linked(self, service: str) -> str:
        return self.as_controller("iam", "create_service_linked_role", AWSServiceName=service)

    def tampered(self, part: str, service: str, operation: str) -> str:
        keys = dict(self.home.enter(self.open, self.assumer))
        keys[part] = keys[part][:-6] + "AAAAAA"
        return self.call(keys, service, operation)


def bounded(s: Stage, inside: bool) -> str:
    boundary = s.home.managed(policy(allow("ec2:DescribeVpcs")))
    keys = s.home.user(allow("ec2:*"), boundary=boundary)
    return s.call(keys, "ec2", "describe_vpcs" if inside else "describe_subnets")


def in_session(s: Stage, inside: bool) -> str:
    keys = s.home.enter(s.open, s.assumer, Policy=policy(allow("ec2:DescribeVpcs")))
    return s.call(keys, "ec2", "describe_vpcs" if inside else "describe_subnets")


def tagged(s: Stage, owner: str) -> str:
    given = {"StringEquals": {"aws:RequestTag/owner": "us"}}
    keys = s.home.user(allow(["iam:CreateRole", "iam:TagRole"], Condition=given))
    document = policy(
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    tags = [{"Key": "owner", "Value": owner}]
    name = f"tagged-{next(s.names)}"
    return s.call(keys, "iam", "create_role", RoleName=name, AssumeRolePolicyDocument=document, Tags=tags)
