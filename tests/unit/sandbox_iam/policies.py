"""Policies and requests in short."""

import json
from typing import Any

from clusterwright.sandbox.iam.decision import Attached, Decision, Policies, Request, decide
from clusterwright.sandbox.iam.documents import Policy, parse


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def attached(*statements: dict[str, Any]) -> tuple[Attached, ...]:
    return (Attached("own", policy(*statements)),)


def ask(policies: Policies, action: str = "ec2:CreateVpc", resource: str = "*", **context: Any) -> Decision:
    known = {key.replace("__", ":").lower(): value for key, value in context.items()}
    return decide(Request(action, resource, known), policies)
