"""Users, roles and sessions of an account, and what an attempt of theirs comes to."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ..tenant import Tenant, trust

SEED = Path(__file__).parent / "seed"
"""The four policies that a customer's account gives the product."""
DENIED = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})

_numbers = itertools.count(1)

Keys = dict[str, str]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def outcome(attempt: Callable[[], Any]) -> str:
    """The error code, or `ok`."""
    try:
        attempt()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


class Account:
    """`tenant` is the account as its administrator sees it."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.id = tenant.account
        self.iam = tenant.iam
        self._clients: dict[tuple[str, ...], Any] = {}

    def user(self, *statements: dict[str, Any], boundary: str = "") -> Keys:
        name = f"user-{next(_numbers)}"
        more = {"PermissionsBoundary": boundary} if boundary else {}
        self.iam.create_user(UserName=name, **more)
        if statements:
            document = policy(*statements)
            self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        return self.key(name)

    def key(self, name: str) -> Keys:
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}

    def managed(self, document: str) -> str:
        made = self.iam.create_policy(PolicyName=f"policy-{next(_numbers)}", PolicyDocument=document)
        return str(made["Policy"]["Arn"])

    def seeded(self, *names: str) -> Keys:
        """A user with policies of the seed."""
        name = f"seeded-{next(_numbers)}"
        self.iam.create_user(UserName=name)
        for one in names:
            arn = self.managed(json.dumps(json.loads((SEED / f"{one}.json").read_text())))
            self.iam.attach_user_policy(UserName=name, PolicyArn=arn)
        return self.key(name)

    def role(self, *statements: dict[str, Any], principal: Any = None, **more: Any) -> str:
        """Trusted by the account, unless a principal or a condition is given; visible at once."""
        entry = {
            "Effect": "Allow",
            "Principal": {"AWS": principal or f"arn:aws:iam::{self.id}:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            **more,
        }
        name = f"role-{next(_numbers)}"
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(entry))
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
        self.tenant.advance(60)
        return str(made["Role"]["Arn"])

    def service_role(self, name: str, service: str) -> str:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
        self.tenant.advance(60)
        return str(made["Role"]["Arn"])

    def enter(self, role: str, keys: Keys | None = None, **more: Any) -> Keys:
        given = self.client("sts", keys).assume_role(RoleArn=role, RoleSessionName="me", **more)[
            "Credentials"
        ]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def client(self, service: str, keys: Keys | None = None, region: str = "us-east-1") -> Any:
        if keys is None:
            return self.tenant.client(service, region)
        known = (service, region, *keys.values())
        if known not in self._clients:
            self._clients[known] = self.tenant.client(service, region, **keys)
        return self._clients[known]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.tenant.close()

    def tries(self, keys: Keys, service: str, operation: str, region: str = "us-east-1", **given: Any) -> str:
        client = self.client(service, keys, region)
        return outcome(lambda: getattr(client, operation)(**given))
