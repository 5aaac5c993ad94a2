"""What things cost: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html"""

import json
from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_{}.html"
_USING = "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html"
_ROW = "pricing"


@pytest.fixture(scope="module")
def pricing(reader: Tenant) -> Any:
    return reader.client("pricing")


def _products(pricing: Any, service: str, **wanted: str) -> list[dict[str, Any]]:
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    pages = pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters)
    return [json.loads(one) for page in pages for one in page["PriceList"]]


def _price(product: dict[str, Any]) -> float:
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    return float(dimension["pricePerUnit"]["USD"])


_LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}


@pytest.mark.parametrize(
    ("region", "name", "price"),
    [
        pytest.param(
            *facts,
            marks=pytest.mark.documented(_API.format("GetProducts"), row=_ROW),
            id=f"an hour of {facts[1]} in {facts[0]} has one price",
        )
        for facts in (
            ("us-east-1", "t3.medium", 0.0416),
            ("us-east-1", "m5.large", 0.096),
            ("us-east-1", "m7g.large", 0.0816),
            ("us-west-2", "c5.2xlarge", 0.34),
            ("eu-west-1", "r5.xlarge", 0.282),
        )
    ],
)
def test_an_instance_has_one_price(pricing: Any, region: str, name: str, price: float) -> None:
    (found,) = _products(pricing, "AmazonEC2", instanceType=name, regionCode=region, **_LINUX)
    assert _price(found) == pytest.approx(price)
    assert found["product"]["attributes"]["instanceType"] == name


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html", row=_ROW)
def test_a_cluster_costs_more_in_extended_support(pricing: Any) -> None:
    prices = {
        one["product"]["attributes"]["operation"]: _price(one)
        for one in _products(pricing, "AmazonEKS", regionCode="us-east-1")
    }
    assert prices == {"CreateOperation": 0.10, "ExtendedSupport": 0.50}


@pytest.mark.documented("https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html", row=_ROW)
def test_a_nat_gateway_costs_by_the_hour_and_by_the_gigabyte(pricing: Any) -> None:
    wanted = {"productFamily": "NAT Gateway", "regionCode": "us-east-1"}
    found = _products(pricing, "AmazonEC2", **wanted)
    usages = {one["product"]["attributes"]["usagetype"]: _price(one) for one in found}
    assert usages == {"NatGateway-Hours": 0.045, "NatGateway-Bytes": 0.045}


@pytest.mark.documented(_API.format("GetProducts"))
def test_products_come_in_pages_of_at_most_a_hundred(pricing: Any) -> None:
    first = pricing.get_products(ServiceCode="AmazonEC2")
    assert len(first["PriceList"]) == 100
    second = pricing.get_products(ServiceCode="AmazonEC2", NextToken=first["NextToken"])
    assert not set(first["PriceList"]) & set(second["PriceList"])


@pytest.mark.documented(_API.format("GetProducts"))
def test_what_no_product_has_is_no_error(pricing: Any) -> None:
    assert _products(pricing, "AmazonEC2", instanceType="m5.enormous") == []


@pytest.mark.documented(_API.format("Filter"))
def test_filters_take_several_values(pricing: Any) -> None:
    wanted = [
        {"Type": "ANY_OF", "Field": "instanceType", "Value": "m5.large,m5.xlarge"},
        {"Type": "EQUALS", "Field": "regionCode", "Value": "us-east-1"},
    ]
    assert len(pricing.get_products(ServiceCode="AmazonEC2", Filters=wanted)["PriceList"]) == 2


@pytest.mark.documented(_API.format("DescribeServices"))
def test_services_tell_their_attributes(pricing: Any) -> None:
    (told,) = pricing.describe_services(ServiceCode="AmazonEC2")["Services"]
    assert {"instanceType", "regionCode", "operatingSystem", "usagetype"} <= set(told["AttributeNames"])


@pytest.mark.documented(_API.format("GetAttributeValues"))
def test_attributes_tell_their_values(pricing: Any) -> None:
    told = pricing.get_attribute_values(ServiceCode="AmazonEKS", AttributeName="regionCode")
    assert "us-east-1" in {one["Value"] for one in told["AttributeValues"]}


@pytest.mark.documented(_API.format("GetProducts"))
def test_a_made_up_token_of_prices_is_refused(pricing: Any) -> None:
    with refused("InvalidNextTokenException"):
        pricing.get_products(ServiceCode="AmazonEC2", NextToken="made-up")
