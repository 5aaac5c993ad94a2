"""Instance types per zone, versions and their support, key pairs, addresses of other VPCs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clusterwright.aws.preflight import networks, offers
from clusterwright.aws.preflight.check import Level
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.reading import Unanswered
from clusterwright.errors import Denied
from tests.unit.blueprint.documents import Built, cluster

BOTH = frozenset({"m5.large", "m6i.large"})
ONE = frozenset({"m5.large"})
DENIED = Unanswered(Denied(action="ec2:DescribeKeyPairs"))


def ask(**spec: Any) -> Ask:
    return Ask(tuple(Built(cluster(**spec)).resources.values()), {})


def version(name: str, status: str) -> dict[str, Any]:
    return {
        "clusterVersion": name,
        "versionStatus": status,
        "endOfStandardSupportDate": datetime(2026, 7, 29, tzinfo=UTC),
        "endOfExtendedSupportDate": datetime(2027, 7, 29, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("offered", "level", "message"),
    [
        ({"a": BOTH, "b": BOTH}, Level.OK, "m5.large, m6i.large in a, b"),
        ({"a": BOTH, "b": ONE}, Level.WARNING, "not offered: m6i.large in b"),
        ({"a": BOTH, "b": frozenset()}, Level.ERROR, "b offers no m5.large or m6i.large"),
        ({"a": frozenset(), "b": frozenset()}, Level.ERROR, "a, b offer no m5.large or m6i.large"),
    ],
)
def test_a_zone_needs_one_of_the_types(offered: offers.ByZone, level: Level, message: str) -> None:
    found = offers.type_check("x", ("m5.large", "m6i.large"), offered)
    assert (found.level, found.message) == (level, message)


def test_the_remedy_names_the_zones_that_are_left() -> None:
    offered: offers.ByZone = {"a": BOTH, "b": frozenset(), "c": BOTH}
    assert "zones: [a, c]" in offers.type_check("x", ("m5.large",), offered).remedy
    assert "another region" in offers.type_check("x", ("x1.large",), {"a": ONE}).remedy


def test_only_the_zones_of_a_pool_count() -> None:
    pools = [{"name": "one", "zones": ["us-east-1a"], "instanceTypes": ["m5.large"]}]
    (found,) = offers.type_checks(ask(nodePools=pools), {"us-east-1a": ONE})
    assert (found.level, found.subject) == (Level.OK, "instance types of one")


def test_where_the_zones_are_not_known_the_region_is_asked() -> None:
    assert offers.at([], {"a": ONE, "b": BOTH}) == {"this region": BOTH}
    assert offers.at(["a", "c"], {"a": ONE, "b": BOTH}) == {"a": ONE, "c": frozenset()}


@pytest.mark.parametrize(
    ("row", "level", "words"),
    [
        (
            version("1.33", "STANDARD_SUPPORT"),
            Level.OK,
            "standard support until 2026-07-29, extended until 2027",
        ),
        (
            version("1.33", "EXTENDED_SUPPORT"),
            Level.WARNING,
            "ended on 2026-07-29; extended support costs more",
        ),
        (version("1.33", "UNSUPPORTED"), Level.ERROR, "is not offered"),
        ({}, Level.ERROR, "is not offered"),
    ],
)
def test_a_version_is_offered_until_its_support_ends(row: dict[str, Any], level: Level, words: str) -> None:
    offered = {"1.9": version("1.9", "STANDARD_SUPPORT"), "1.34": version("1.34", "STANDARD_SUPPORT")}
    (found,) = offers.version_checks(ask(), offered | ({"1.33": row} if row else {}))
    assert (found.subject, found.level) == ("Kubernetes 1.33", level)
    assert words in found.message
    if level is Level.ERROR:
        assert found.remedy == "Use a profile with one of 1.9, 1.34."


def test_only_a_key_pair_that_is_used_is_looked_for() -> None:
    assert offers.wanted_keys(ask()) == frozenset()
    asked = ask(sshKeyName="ops")
    levels = [
        next(iter(offers.key_checks(asked, existing))).level
        for existing in (frozenset({"ops"}), frozenset({"other"}), DENIED)
    ]
    assert levels == [Level.OK, Level.ERROR, Level.NOTE]


def vpc(cidr: str, *more: tuple[str, str]) -> dict[str, Any]:
    blocks = [{"CidrBlock": block, "CidrBlockState": {"State": state}} for block, state in more]
    first = {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
    return {"VpcId": "vpc-1", "CidrBlock": cidr, "CidrBlockAssociationSet": [first, *blocks]}


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (vpc("172.31.0.0/16"), Level.OK),
        (vpc("10.0.128.0/20"), Level.NOTE),
        (vpc("172.31.0.0/16", ("10.0.0.0/24", "associated")), Level.NOTE),
        (vpc("172.31.0.0/16", ("10.0.0.0/24", "disassociated")), Level.OK),
        ({"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8"}, Level.NOTE),
    ],
)
def test_addresses_that_another_vpc_has_are_a_note(row: dict[str, Any], level: Level) -> None:
    (found,) = networks.overlap_checks(ask(), [row])
    assert (found.subject, found.level) == ("addresses 10.0.0.0/16", level)
