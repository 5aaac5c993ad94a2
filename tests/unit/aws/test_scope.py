"""What a kind sees of AWS: only its own cluster's objects, only the calls it declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from clusterwright.aws.calls import Row
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.scope import Freshness, Owner, Scope, UndeclaredCall
from clusterwright.aws.tagging import CLUSTER_ID, RESOURCE, pairs
from clusterwright.errors import Conflict, NotOurs
from clusterwright.graph.known import Known


@dataclass
class Account:
    """Answers what a test says and writes down what it is asked."""

    answers: dict[str, Callable[[Row], Row]] = field(default_factory=dict)
    asked: list[tuple[str, Row]] = field(default_factory=list)
    account: str = "111122223333"
    partition: str = "aws"
    region: str = "us-east-1"
    identity: str = "us"

    def call(self, action: str, params: Row) -> Row:
        self.asked.append((action, params))
        return self.answers[action](params)

    def rows(self, action: str, key: str, params: Row) -> list[Row]:
        rows: list[Row] = self.call(action, params)[key]
        return rows


def scope(account: Account, uid: str = "uid-1", *actions: str) -> Scope:
    allowed = frozenset(actions or account.answers)
    return Scope(account, Inventory(lambda: 1.0), Owner(uid, "team-a"), Freshness(0.0, 0.0, 0.0), allowed)


VPC = Vpc(name="vpc", cidr="10.0.0.0/16", tags=(("team", "a"),))
KEYS = ("Vpcs", "VpcId")


def row(id_: str, uid: str = "uid-1", resource: str = "vpc/vpc") -> Row:
    return {"VpcId": id_, "Tags": pairs({CLUSTER_ID: uid, RESOURCE: resource})}


def region_with(*rows: Row) -> Account:
    return Account({"ec2:DescribeVpcs": lambda _: {"Vpcs": list(rows)}})


def test_finds_only_what_carries_both_tags() -> None:
    account = region_with(row("vpc-1", uid="uid-2"), row("vpc-2", resource="vpc/other"), row("vpc-3"))
    found = scope(account).owned(VPC, Known(), "ec2:DescribeVpcs", KEYS)
    assert found is not None
    assert found["VpcId"] == "vpc-3"


def test_clusters_share_one_describe() -> None:
    account = region_with(row("vpc-1"), row("vpc-2", uid="uid-2"))
    first = scope(account)
    second = replace(first, owner=replace(first.owner, uid="uid-2"))
    found = [s.owned(VPC, Known(), "ec2:DescribeVpcs", KEYS) for s in (first, second)]
    assert [f["VpcId"] for f in found if f] == ["vpc-1", "vpc-2"]
    assert len(account.asked) == 1


def test_of_duplicates_the_recorded_one_counts() -> None:
    account = region_with(row("vpc-1"), row("vpc-2"))
    found = scope(account).owned(VPC, Known(ids={VPC.ref: "vpc-2"}), "ec2:DescribeVpcs", KEYS)
    assert found is not None
    assert found["VpcId"] == "vpc-2"
    with pytest.raises(Conflict, match="vpc-1, vpc-2"):
        scope(account).owned(VPC, Known(), "ec2:DescribeVpcs", KEYS)


def test_undeclared_calls_are_refused() -> None:
    account = region_with()
    with pytest.raises(UndeclaredCall, match="ec2:DeleteVpc"):
        scope(account).call("ec2:DeleteVpc", VpcId="vpc-1")
    assert account.asked == []


def test_claim_refuses_what_is_not_ours() -> None:
    aws = scope(Account())
    aws.claim({CLUSTER_ID: "uid-1", RESOURCE: "vpc/vpc"}, VPC, "VPC x")
    with pytest.raises(NotOurs, match="VPC x exists already"):
        aws.claim({}, VPC, "VPC x")


def test_stamp_carries_the_users_tags_and_ownership() -> None:
    assert scope(Account()).stamp(VPC) == {
        "Name": "team-a-vpc",
        "team": "a",
        "clusterwright.dev/cluster-id": "uid-1",
        "clusterwright.dev/resource": "vpc/vpc",
        "clusterwright.dev/cluster": "team-a",
    }


def test_users_cannot_overwrite_ownership() -> None:
    forged = replace(VPC, tags=((CLUSTER_ID, "uid-2"),))
    assert scope(Account()).stamp(forged)[CLUSTER_ID] == "uid-1"


def test_token_is_one_for_each_life() -> None:
    aws = scope(Account())
    again = replace(aws, attempts={VPC.ref: 1})
    other = replace(aws, owner=replace(aws.owner, uid="uid-2"))
    tokens = {s.token(VPC) for s in (aws, scope(Account()), again, other)}
    assert len(tokens) == 3
    assert all(len(token) == 32 for token in tokens)
