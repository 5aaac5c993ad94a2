"""Which value of a quota counts where."""

import pytest

from clusterwright.sandbox.quotas.book import Quotas
from clusterwright.sandbox.quotas.table import ADDRESSES, TABLE, VPCS


def test_roomy_is_never_less_than_aws() -> None:
    assert all(quota.roomy >= quota.default for quota in TABLE.values())
    assert Quotas("aws").value("1", "us-east-1", ADDRESSES) == 5
    assert Quotas("roomy").value("1", "us-east-1", ADDRESSES) > 100


def test_the_narrowest_place_counts() -> None:
    quotas = Quotas("aws")
    quotas.set(VPCS, 10)
    quotas.set(VPCS, 20, region="eu-west-1")
    quotas.set(VPCS, 30, account="1")
    quotas.set(VPCS, 40, account="1", region="eu-west-1")
    places = [("1", "eu-west-1"), ("1", "us-east-1"), ("2", "eu-west-1"), ("2", "us-east-1")]
    assert [quotas.value(*place, VPCS) for place in places] == [40, 30, 20, 10]


def test_there_are_two_sets() -> None:
    with pytest.raises(ValueError, match="aws, roomy"):
        Quotas("endless")
