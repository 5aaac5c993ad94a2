"""The cloud account document. Secrets go in and never come out: no dump, text or finding holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from clusterwright.spec.metadata import API_VERSION, Metadata
from clusterwright.spec.model import Model, Problem
from clusterwright.spec.scalars import AccessKeyId, RoleArn

Partition = Literal["aws", "aws-us-gov", "aws-cn"]


class _Typed(Model):
    """One way to get in, told apart by its type."""

    type: str

    def model_post_init(self, context: object) -> None:
        # Documents are written without defaults, but this one is needed to read them again.
        self.model_fields_set.add("type")


class AssumeRole(_Typed):
    """A role in the user's account. The external id that guards it is issued by the server."""

    type: Literal["assumeRole"] = "assumeRole"
    role_arn: RoleArn


class AccessKey(_Typed):
    """An access key of an IAM user, or a temporary one with its session token."""

    type: Literal["accessKey"] = "accessKey"
    access_key_id: AccessKeyId
    secret_access_key: SecretStr = Field(exclude=True, json_schema_extra={"writeOnly": True})
    session_token: SecretStr | None = Field(default=None, exclude=True, json_schema_extra={"writeOnly": True})

    def problems(self) -> Iterator[Problem]:
        if not self.secret_access_key.get_secret_value():
            yield Problem(("secretAccessKey",), "is empty", "Copy it from where the key was made.")
        if self.access_key_id.startswith("ASIA") and self.session_token is None:
            message = "temporary keys (ASIA...) need a session token"
            yield Problem(("sessionToken",), message, "Add it, or use a key that starts with AKIA.")


Credentials = Annotated[AssumeRole | AccessKey, Field(discriminator="type")]


class AccountSpec(Model):
    """Which AWS, and how to get in."""

    partition: Partition = "aws"
    credentials: Credentials

    def problems(self) -> Iterator[Problem]:
        if not isinstance(self.credentials, AssumeRole):
            return
        arn = self.credentials.role_arn
        partition = arn.split(":")[1] if arn.count(":") > 1 else self.partition
        if partition != self.partition:
            message = f"the role is in {partition}, the account in {self.partition}"
            yield Problem(("credentials", "roleArn"), message, f"Set partition: {partition}.", arn)


class CloudAccount(Model):
    """Credentials for one AWS account."""

    api_version: Literal["clusterwright.dev/v1"] = API_VERSION
    kind: Literal["CloudAccount"] = "CloudAccount"
    metadata: Metadata
    spec: AccountSpec
