"""The door to AWS, and the only place that knows boto3.

One session per identity with one data loader for all, clients kept, no retries of boto3's own: our budget
handles throttling, and the engine finds out what a call without an answer did before it makes it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.metadata import version
from typing import Any, TypeVar

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    ParamValidationError,
)
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError

from clusterwright.aws.calls import Row
from clusterwright.aws.credentials import AccessKey, AssumedRole, Credentials, fingerprint, secrets
from clusterwright.aws.limits import Limits
from clusterwright.aws.refusals import refused
from clusterwright.errors import AwsError, BadCredentials, Denied, Rejected, Throttled, Unreachable

T = TypeVar("T")

SERVICES = {
    "elasticloadbalancing": "elbv2",
    "servicequotas": "service-quotas",
    "tag": "resourcegroupstaggingapi",
}
"""boto3's name where it is not the IAM prefix."""

GLOBAL = frozenset({"iam"})
"""One budget for all regions."""

CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=64,
    retries={"total_max_attempts": 1, "mode": "standard"},
    user_agent_extra=f"clusterwright/{version('clusterwright')}",
)

NO_ANSWER = (ConnectionError, HTTPClientError, ResponseParserError)


@dataclass(frozen=True)
class Caller:
    """Who we are, as AWS sees it."""

    account: str
    partition: str


@dataclass
class Identity:
    """One set of credentials: its session, its clients, and who AWS says it is."""

    credentials: Credentials
    session: Any
    limits: Limits
    endpoint_url: str | None
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    caller: Caller | None = None
    making: threading.Lock = field(default_factory=threading.Lock)
    asking: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def name(self) -> str:
        return fingerprint(self.credentials)

    def client(self, prefix: str, region: str) -> Any:
        """Made once for each service and region, one at a time: botocore sessions are not thread-safe."""
        with self.making:
            if (prefix, region) not in self.clients:
                make = partial(self.new_client, prefix, region)
                self.clients[prefix, region] = self.attempt(f"{prefix}:", region, make)
            return self.clients[prefix, region]

    def new_client(self, prefix: str, region: str) -> Any:
        service = SERVICES.get(prefix, prefix)
        client = self.session.create_client(service, region, endpoint_url=self.endpoint_url, config=CONFIG)
        client.meta.events.register_first("before-call", partial(self.admit, prefix, region))
        return client

    def admit(self, prefix: str, region: str, model: Any, **_: object) -> None:
        """Each request, each page of a listing too, waits for its turn."""
        self.limits.take(self.place(prefix, region), f"{prefix}:{model.name}")

    def place(self, prefix: str, region: str) -> tuple[str, str]:
        """Where a budget counts. STS is asked before we know the account."""
        owner = self.name if prefix == "sts" else self.who(region).account
        return owner, "" if prefix in GLOBAL else region

    def who(self, region: str) -> Caller:
        with self.asking:
            if self.caller is None:
                make = self.client("sts", region).get_caller_identity
                answer = self.attempt("sts:GetCallerIdentity", region, make)
                self.caller = Caller(answer["Account"], answer["Arn"].split(":")[1])
            return self.caller

    def attempt(self, action: str, region: str, make: Callable[[], T]) -> T:
        """Make a call; every way in which it can fail comes out as one of our errors."""
        try:
            return make()
        except ClientError as error:
            raise self.translate(action, region, error) from error
        except NO_ANSWER as error:
            said, remedy = self.discreet(str(error)), "Check the network between here and AWS."
            raise Unreachable(f"{action}: {said}", action=action, remedy=remedy) from error
        except ParamValidationError as error:
            raise Rejected(f"{action}: {self.discreet(str(error))}", action=action) from error
        except BotoCoreError as error:
            said, remedy = self.discreet(str(error)), "Check the credentials and the region of the account."
            raise BadCredentials(f"{action}: {said}", action=action, remedy=remedy) from error

    def translate(self, action: str, region: str, error: ClientError) -> AwsError:
        said = error.response["Error"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        ours = refused(action, said.get("Code", ""), self.discreet(said.get("Message") or ""), status)
        if isinstance(ours, Throttled):
            self.limits.slow(self.place(action.partition(":")[0], region), action)
        return ours

    def discreet(self, text: str) -> str:
        for secret in secrets(self.credentials):
            text = text.replace(secret, "***") if secret else text
        return text


@dataclass(frozen=True)
class Gateway:
    """Calls with one identity in one region."""

    by: Identity
    region: str

    @property
    def account(self) -> str:
        return self.by.who(self.region).account

    @property
    def partition(self) -> str:
        return self.by.who(self.region).partition

    @property
    def identity(self) -> str:
        return self.by.name

    def call(self, action: str, params: Row) -> Row:
        client, method = self.method(action)
        answer: Row = self.patiently(action, lambda: getattr(client, method)(**params))
        return answer

    def rows(self, action: str, key: str, params: Row) -> list[Row]:
        client, method = self.method(action)
        if not client.can_paginate(method):
            return list(self.call(action, params).get(key) or [])
        return self.patiently(action, lambda: pages(client, method, key, params))

    def patiently(self, action: str, make: Callable[[], T]) -> T:
        """A read without an answer is made once more; whether a write was done only a look can tell."""
        try:
            return self.by.attempt(action, self.region, make)
        except Unreachable:
            if not is_read(action):
                raise
            return self.by.attempt(action, self.region, make)

    def method(self, action: str) -> tuple[Any, str]:
        """The client and the name of its method for `ec2:CreateVpc`."""
        prefix, _, operation = action.partition(":")
        return self.by.client(prefix, self.region), xform_name(operation)


def pages(client: Any, method: str, key: str, params: Row) -> list[Row]:
    answers = client.get_paginator(method).paginate(**params)
    return [row for answer in answers for row in answer.get(key) or []]


def is_read(action: str) -> bool:
    return action.partition(":")[2].startswith(("Describe", "Get", "List"))


class Gateways:
    """Every identity of this process. `endpoint_url` leads to something other than AWS: the sandbox."""

    def __init__(self, limits: Limits, endpoint_url: str | None = None) -> None:
        self.limits = limits
        self.endpoint_url = endpoint_url
        self.loader = create_loader()
        self.identities: dict[Credentials, Identity] = {}
        self.lock = threading.RLock()

    def gateway(self, credentials: Credentials, region: str) -> Gateway:
        return Gateway(self.identity(credentials, region), region)

    def identity(self, credentials: Credentials, region: str) -> Identity:
        with self.lock:
            if credentials not in self.identities:
                session = self.session(credentials, region)
                self.identities[credentials] = Identity(credentials, session, self.limits, self.endpoint_url)
            return self.identities[credentials]

    def forget(self, credentials: Credentials) -> None:
        """Of an account that was removed, or whose credentials were changed."""
        with self.lock:
            self.identities.pop(credentials, None)

    def session(self, credentials: Credentials, region: str) -> Any:
        session = botocore.session.Session()
        session.register_component("data_loader", self.loader)
        if isinstance(credentials, AccessKey):
            session.set_credentials(
                credentials.access_key_id, credentials.secret_access_key, credentials.session_token
            )
        if isinstance(credentials, AssumedRole):
            source = self.identity(credentials.source, region)
            session.register_component("credential_provider", Assuming(credentials, source, region))
        return session


WHERE_TO_LOOK = (
    "AWS does not say why. Look, in this order: whether account {account} has this role; whether its trust "
    "policy names this server's account, and the external id issued for this cloud account (`clusterwright "
    "account setup NAME` prints both); whether this server's own policies allow sts:AssumeRole on it. A new "
    "role takes some seconds to be seen."
)
"""A role that is not there, a wrong external id and a foreign account are answered alike."""


@dataclass(frozen=True)
class Assuming:
    """Where a session finds the credentials of a role: assumed when first needed, renewed in good time.

    botocore asks for new ones 15 minutes before the end, and lets one thread do it while others go on.
    """

    role: AssumedRole
    source: Identity
    region: str

    def load_credentials(self) -> Any:
        return DeferredRefreshableCredentials(self.assume, "assume-role")

    def assume(self) -> dict[str, str]:
        role = self.role
        external = {"ExternalId": role.external_id} if role.external_id else {}
        client = self.source.client("sts", self.region)
        wanted = {"RoleArn": role.role_arn, "RoleSessionName": role.session_name, **external}
        try:
            answer = self.source.attempt("sts:AssumeRole", self.region, lambda: client.assume_role(**wanted))
        except Denied as error:
            raise self.turned_away(error) from error
        except BadCredentials as error:
            said = f"The server's own AWS credentials are not accepted: {error.message}"
            named = {"action": error.action, "aws_code": error.aws_code, "remedy": error.remedy}
            raise BadCredentials(said, **named) from error
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    def turned_away(self, error: Denied) -> Denied:
        return Denied(
            f"The role {self.role.role_arn} does not let us assume it: {error.message}",
            action="sts:AssumeRole",
            aws_code=error.aws_code,
            remedy=WHERE_TO_LOOK.format(account=self.role.role_arn.split(":")[4]),
        )
