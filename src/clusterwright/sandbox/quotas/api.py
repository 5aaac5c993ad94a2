"""The Service Quotas endpoint: what applies, and what AWS gives everyone.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_Operations.html
"""

import json
from collections.abc import Callable
from typing import Any

from clusterwright.sandbox.call import Answer, AwsError, Call
from clusterwright.sandbox.quotas.book import Quotas
from clusterwright.sandbox.quotas.table import SERVICES, TABLE, Quota

Value = Callable[[Quota], float]


class QuotasApi:
    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    def handle(self, call: Call) -> Answer:
        operations = {
            "ListServices": self._services,
            "ListServiceQuotas": lambda one: self._list(one, self._applied(one)),
            "ListAWSDefaultServiceQuotas": lambda one: self._list(one, _default),
            "GetServiceQuota": lambda one: self._get(one, self._applied(one)),
            "GetAWSDefaultServiceQuota": lambda one: self._get(one, _default),
        }
        operation = operations.get(call.action)
        if operation is None:
            raise AwsError("InvalidAction", f"the sandbox has no {call.name}")
        body = json.dumps(operation(call)).encode()
        return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), body)

    def _applied(self, call: Call) -> Value:
        return lambda quota: self._quotas.value(call.account, call.region, quota.code)

    def _services(self, call: Call) -> dict[str, Any]:
        page, token = _page(sorted(SERVICES.items()), call)
        services = [{"ServiceCode": code, "ServiceName": name} for code, name in page]
        return {"Services": services, "NextToken": token}

    def _list(self, call: Call, value: Value) -> dict[str, Any]:
        found = [one for one in TABLE.values() if one.service == _service(call)]
        page, token = _page(found, call)
        return {"Quotas": [_wire(call, one, value(one)) for one in page], "NextToken": token}

    def _get(self, call: Call, value: Value) -> dict[str, Any]:
        quota = TABLE.get(str(call.params.get("QuotaCode")))
        if quota is None or quota.service != _service(call):
            raise AwsError("NoSuchResourceException", "The request failed because the quota does not exist.")
        return {"Quota": _wire(call, quota, value(quota))}


def _default(quota: Quota) -> float:
    return quota.default


def _service(call: Call) -> str:
    code = str(call.params.get("ServiceCode"))
    if code not in SERVICES:
        message = f"The request failed because the specified service {code} does not exist."
        raise AwsError("NoSuchResourceException", message)
    return code


def _page(found: list[Any], call: Call) -> tuple[list[Any], str | None]:
    size, start = int(call.params.get("MaxResults") or 100), int(call.params.get("NextToken") or 0)
    return found[start : start + size], str(start + size) if start + size < len(found) else None


def _wire(call: Call, quota: Quota, value: float) -> dict[str, Any]:
    where = "" if quota.is_global else call.region
    path = f"{quota.service}/{quota.code}"
    return {
        "ServiceCode": quota.service,
        "ServiceName": SERVICES[quota.service],
        "QuotaArn": f"arn:{call.partition}:servicequotas:{where}:{call.account}:{path}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": quota.is_global,
        "QuotaAppliedAtLevel": "ACCOUNT",
    }
