"""One request and one answer, in the form that every part of the sandbox passes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Params = Mapping[str, Any]

BY_SERVICE = "clusterwright.by_service"
"""Where a request came from that never was on a wire: the service that makes it in somebody's name."""


@dataclass(frozen=True, slots=True)
class Call:
    """`params` is flat for query protocols (`Filter.1.Name`), the members of the body for JSON ones."""

    service: str
    action: str
    account: str
    region: str
    access_key: str
    params: Params
    body: bytes
    environ: dict[str, Any] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.service}:{self.action}"

    @property
    def is_by_service(self) -> bool:
        """Services may do what nobody else may, such as setting tags that begin with `aws:`."""
        return BY_SERVICE in self.environ

    @property
    def partition(self) -> str:
        return partition_of(self.region)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class AwsError(Exception):
    """A refusal as AWS words it; each protocol renders it in its own way."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


Handler = Callable[[Call], Answer]
Layer = Callable[[Call, Handler], Answer]


def stack(layers: list[Layer], innermost: Handler) -> Handler:
    """The first layer sees a call first and its answer last."""
    handler = innermost
    for layer in reversed(layers):
        handler = _around(layer, handler)
    return handler


def _around(layer: Layer, inner: Handler) -> Handler:
    return lambda call: layer(call, inner)


def partition_of(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
