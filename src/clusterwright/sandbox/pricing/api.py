"""GetProducts and its company.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
from collections.abc import Callable
from typing import Any

from clusterwright.sandbox.call import Answer, AwsError, Call
from clusterwright.sandbox.pricing.table import SERVICES, Product, products

_MOST = 100
_TERM, _RATE = "JRTCKXETXF", "6YS6EN2CT7"  # AWS's codes for on demand, and for what an hour of it costs
_SINCE = "2025-11-01T00:00:00Z"


def handle(call: Call) -> Answer:
    operations = {
        "DescribeServices": _services,
        "GetAttributeValues": _values,
        "GetProducts": _products,
    }
    operation = operations.get(call.action)
    if operation is None:
        raise AwsError("InvalidAction", f"the sandbox has no {call.name}")
    body = json.dumps(operation(call)).encode()
    return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), body)


def _services(call: Call) -> dict[str, Any]:
    asked = [_service(call)] if call.params.get("ServiceCode") else list(SERVICES)
    found = [{"ServiceCode": one, "AttributeNames": _attributes(one)} for one in asked]
    page, more = _page(call, found)
    return {"Services": page, "FormatVersion": "aws_v1", **more}


def _attributes(service: str) -> list[str]:
    names = {name for one in products() if one.service == service for name in one.attributes}
    return sorted({*names, "productFamily"})


def _values(call: Call) -> dict[str, Any]:
    service, name = _service(call), str(call.params.get("AttributeName"))
    if name not in _attributes(service):
        raise AwsError("InvalidParameterException", f"The attribute {name} is not one of {service}.")
    values = {_told(one, name) for one in products() if one.service == service}
    page, more = _page(call, [{"Value": value} for value in sorted(values - {""})])
    return {"AttributeValues": page, **more}


def _products(call: Call) -> dict[str, Any]:
    service = _service(call)
    filters = call.params.get("Filters") or []
    found = [
        one for one in products() if one.service == service and all(_holds(one, each) for each in filters)
    ]
    page, more = _page(call, found)
    return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(_wire(one)) for one in page], **more}


_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "TERM_MATCH": lambda told, wanted: told == wanted,
    "EQUALS": lambda told, wanted: told == wanted,
    "CONTAINS": lambda told, wanted: wanted in told,
    "ANY_OF": lambda told, wanted: told in wanted.split(","),
    "NONE_OF": lambda told, wanted: told not in wanted.split(","),
}


def _holds(product: Product, wanted: dict[str, Any]) -> bool:
    matches = _MATCHES.get(str(wanted.get("Type")))
    if matches is None:
        raise AwsError("InvalidParameterException", f"Filters are of type {', '.join(_MATCHES)}.")
    return matches(_told(product, str(wanted["Field"])), str(wanted["Value"]))


def _told(product: Product, name: str) -> str:
    return product.family if name == "productFamily" else product.attributes.get(name, "")


def _service(call: Call) -> str:
    code = str(call.params.get("ServiceCode"))
    if code not in SERVICES:
        raise AwsError(
            "InvalidParameterException", f"The service {code} is not one of {', '.join(SERVICES)}."
        )
    return code


def _page(call: Call, found: list[Any]) -> tuple[list[Any], dict[str, str]]:
    token = str(call.params.get("NextToken") or "0")
    if not token.isdigit():
        raise AwsError("InvalidNextTokenException", "The pagination token is invalid.")
    start, size = int(token), int(call.params.get("MaxResults") or _MOST)
    end = start + size
    return found[start:end], {"NextToken": str(end)} if end < len(found) else {}


def _wire(product: Product) -> dict[str, Any]:
    sku = product.sku
    term, rate = f"{sku}.{_TERM}", f"{sku}.{_TERM}.{_RATE}"
    dimension = {
        "unit": product.unit,
        "beginRange": "0",
        "endRange": "Inf",
        "description": product.description,
        "appliesTo": [],
        "rateCode": rate,
        "pricePerUnit": {"USD": f"{product.price:.10f}"},
    }
    terms = {
        "priceDimensions": {rate: dimension},
        "sku": sku,
        "effectiveDate": _SINCE,
        "offerTermCode": _TERM,
        "termAttributes": {},
    }
    return {
        "product": {"productFamily": product.family, "attributes": product.attributes, "sku": sku},
        "serviceCode": product.service,
        "terms": {"OnDemand": {term: terms}},
        "version": "20251101000000",
        "publicationDate": _SINCE,
    }
