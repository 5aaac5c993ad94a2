"""What a type of resource can do, and the calls with which it does it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore.exceptions import ClientError, ParamValidationError

from clusterwright.sandbox.cloudformation.records import Properties, Resource
from clusterwright.sandbox.cloudformation.shaping import Unfit, shaped

_THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_MISSING = ("NotFound", "NotFoundException", "NoSuchEntity", ".NotFound")


class Failed(Exception):
    """The resource cannot be had; the message goes into the stack's events."""


class NotYet(Exception):
    """Nobody's fault: the same again at the next step."""


class Refused(Failed):
    """By the service that was asked."""

    def __init__(self, service: str, error: ClientError) -> None:
        answer = error.response
        self.code = str(answer["Error"]["Code"])
        status = answer["ResponseMetadata"].get("HTTPStatusCode", 400)
        name = service.capitalize()
        words = (
            f"{answer['Error']['Message']} (Service: {name}, Status Code: {status}, Error Code: {self.code})"
        )
        super().__init__(f'Resource handler returned message: "{words}"')

    @property
    def is_missing(self) -> bool:
        return self.code.endswith(_MISSING)


@dataclass(frozen=True, slots=True)
class Job:
    """One resource, in the hands of its kind. `tags` are those that CloudFormation adds to its own."""

    resource: Resource
    properties: Properties
    tags: dict[str, str]
    stack: str
    client: Callable[[str], Any]
    now: float

    def ask(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self.client(service), operation)(**params)
        except ParamValidationError as error:
            raise Failed(f"Properties validation failed for resource {self.resource.name}: {error}") from None
        except ClientError as error:
            if error.response["Error"]["Code"] in _THROTTLED:
                raise NotYet from None
            raise Refused(service, error) from None
        return answer

    def ask_with(self, service: str, operation: str, given: Properties, **params: Any) -> dict[str, Any]:
        """`given` are properties of a template."""
        meta = self.client(service).meta
        model = meta.service_model.operation_model(meta.method_to_api_mapping[operation])
        try:
            return self.ask(service, operation, **shaped(model.input_shape, given), **params)
        except Unfit as error:
            message = f"Properties validation failed for resource {self.resource.name} with message: {error}"
            raise Failed(message) from None

    def without(self, *names: str) -> Properties:
        return {name: value for name, value in self.properties.items() if name not in names}

    def own_name(self, longest: int = 255) -> str:
        """For what the template gives no name to, and always another one for another resource."""
        seed = f"{self.tags['aws:cloudformation:stack-id']}/{self.resource.name}/{self.resource.since}"
        digest = hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
        begin = f"{self.stack}-{self.resource.name}"[: longest - len(digest) - 1]
        return f"{begin}-{digest}"

    def all_tags(self) -> dict[str, str]:
        given = self.properties.get("Tags") or {}
        return {**self.tags, **(given if isinstance(given, dict) else as_map(given))}


class Kind:
    """Everything is there at once, never changes in place, and goes at once, unless a kind says otherwise."""

    mutable: frozenset[str] = frozenset()
    """The properties that can be changed without replacing the resource."""
    settles = 0.0
    """How many seconds after its creation others can rely on it."""

    def create(self, job: Job) -> str:
        """The physical id."""
        raise NotImplementedError

    def is_ready(self, job: Job) -> bool:
        return job.now >= job.resource.since + self.settles

    def attributes(self, job: Job) -> dict[str, Any]:
        """For Fn::GetAtt."""
        return {}

    def update(self, job: Job, before: Properties) -> None:
        raise NotImplementedError

    def delete(self, job: Job) -> None:
        raise NotImplementedError

    def is_gone(self, job: Job) -> bool:
        return True


def as_map(tags: list[dict[str, Any]]) -> dict[str, str]:
    return {str(one["Key"]): str(one["Value"]) for one in tags}


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def pick(answer: Any, path: str) -> Any:
    return jmespath.search(path, answer)
