"""What is wrong with single fields, as a refusal lists it.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.kube.exchange import Refusal
from clusterwright.sandbox.kube.target import Target


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    reason: str
    message: str

    @property
    def cause(self) -> dict[str, str]:
        return {"reason": self.reason, "message": self.message, "field": self.field}


def required(field: str, why: str = "") -> Fault:
    return Fault(field, "FieldValueRequired", f"Required value: {why}" if why else "Required value")


def unfit(field: str, value: Any, why: str, reason: str = "FieldValueInvalid") -> Fault:
    return Fault(field, reason, f"Invalid value: {json.dumps(value)}: {why}")


def invalid(target: Target, name: str, faults: Sequence[Fault]) -> Refusal:
    group, kind = target.resource.group, target.resource.kind
    said = [f"{one.field}: {one.message}" for one in faults]
    whole = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    message = f'{kind}{"." + group if group else ""} "{name}" is invalid: {whole}'
    details = {"name": name, "group": group, "kind": kind, "causes": [one.cause for one in faults]}
    return Refusal(422, "Invalid", message, {key: value for key, value in details.items() if value})
