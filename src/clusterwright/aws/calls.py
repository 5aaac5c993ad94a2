"""The shape of the gateway: what the rest of this room needs of AWS, without boto3."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

Row: TypeAlias = dict[str, Any]
"""One object as AWS describes it. Stays inside this room."""


class Calls(Protocol):
    """Calls into one account and region, by IAM action name (`ec2:CreateVpc`).

    Every error is one of `errors.AwsError`. Every call takes part in the shared budget of its action.
    """

    @property
    def account(self) -> str:
        """Twelve digits."""

    @property
    def partition(self) -> str:
        """aws, aws-us-gov or aws-cn."""

    @property
    def region(self) -> str: ...

    @property
    def identity(self) -> str:
        """Whose credentials these are: reads are shared only within one identity."""

    def call(self, action: str, params: Row) -> Row:
        """One call, its answer as it came."""

    def rows(self, action: str, key: str, params: Row) -> list[Row]:
        """Every page of a listing; `key` names the member of the answer that holds the rows."""
