"""Single values and what they must look like: names, ARNs, ranges, versions. Nothing that compares fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import yaml
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, Strict, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from clusterwright.spec.model import Reading


def refusal(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("shape", "{message}", {"message": message, "remedy": remedy})


@dataclass(frozen=True)
class Shape:
    """A text must match `pattern` as a whole."""

    pattern: str
    what: str
    remedy: str
    longest: int = 63

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}

    def check(self, value: str, info: ValidationInfo) -> str:
        fits = len(value) <= self.longest and re.fullmatch(self.pattern, value) is not None
        if fits or info.context is Reading.LOOSE:
            return value
        raise refusal(f"is not {self.what}", self.remedy)


@dataclass(frozen=True)
class Between:
    """A whole number must lie in a range, ends included."""

    low: int
    high: int
    why: str = ""

    def __get_pydantic_core_schema__(self, source: type[int], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"minimum": self.low, "maximum": self.high}

    def check(self, value: int, info: ValidationInfo) -> int:
        if self.low <= value <= self.high or info.context is Reading.LOOSE:
            return value
        reason = f"; {self.why}" if self.why else ""
        raise refusal(
            f"is not between {self.low} and {self.high}{reason}",
            f"Use {self.low if value < self.low else self.high}.",
        )


class YamlMapping:
    """A text must itself be one YAML mapping; macros such as {{ .name }} are left alone."""

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self.check, handler(source))

    def check(self, value: str, info: ValidationInfo) -> str:
        if info.context is Reading.LOOSE:
            return value
        try:
            # Composed, never constructed: anchors are not expanded and macros are not evaluated.
            root = yaml.compose(value, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
            raise refusal(
                f"is not YAML: line {line} of the text cannot be read", "Correct the indentation or quotes."
            ) from None
        if root is not None and not isinstance(root, yaml.MappingNode):
            raise refusal("is YAML, but not a mapping", "Write 'name: value' lines.")
        return value


WORD = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
PARTITIONS = "aws|aws-us-gov|aws-cn"
SEMVER = r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"

Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
YamlText = Annotated[str, YamlMapping()]
Name = Annotated[
    str,
    Shape(
        WORD,
        "a name",
        "Use 1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends.",
    ),
]
PoolName = Annotated[
    str,
    Shape(
        "[A-Za-z0-9][A-Za-z0-9_-]*",
        "a node pool name",
        "Use 1 to 63 letters, digits, '-' and '_', with a letter or digit first.",
    ),
]
Region = Annotated[str, Shape(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}", "an AWS region", "Write it like us-east-1.")]
VpcId = Annotated[str, Shape("vpc-[0-9a-f]{1,17}", "a VPC id", "Write it like vpc-0a1b2c3d4e5f67890.")]
SubnetId = Annotated[
    str, Shape("subnet-[0-9a-f]{1,17}", "a subnet id", "Write it like subnet-0a1b2c3d4e5f67890.")
]
InstanceType = Annotated[
    str,
    Shape(
        r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*", "an EC2 instance type", "Write family.size, like m6i.large."
    ),
]
RoleArn = Annotated[
    str,
    Shape(
        rf"arn:(?:{PARTITIONS}):iam::\d{{12}}:role/[\w+=,.@/-]+",
        "the ARN of an IAM role",
        "Copy it from the role's page; it looks like arn:aws:iam::111122223333:role/ClusterwrightRole.",
        255,
    ),
]
PrincipalArn = Annotated[
    str,
    Shape(
        rf"arn:(?:{PARTITIONS}):iam::\d{{12}}:(?:role|user)/[\w+=,.@/-]+",
        "the ARN of an IAM role or user",
        "It looks like arn:aws:iam::111122223333:role/Admins; a session (sts assumed-role) is not accepted.",
        255,
    ),
]
KeyArn = Annotated[
    str,
    Shape(
        rf"arn:(?:{PARTITIONS}):kms:[a-z0-9-]+:\d{{12}}:key/[0-9A-Za-z-]+",
        "the ARN of a KMS key",
        "It looks like arn:aws:kms:us-east-1:111122223333:key/..., not an alias.",
        255,
    ),
]
AccessPolicy = Annotated[
    str,
    Shape(
        "Amazon[A-Za-z0-9]+Policy",
        "the name of an EKS access policy",
        "For example AmazonEKSClusterAdminPolicy, AmazonEKSAdminPolicy, AmazonEKSEditPolicy, "
        "AmazonEKSViewPolicy.",
        128,
    ),
]
KeyPairName = Annotated[
    str, Shape(r"[ -~]+", "the name of an EC2 key pair", "Use 1 to 255 printable ASCII characters.", 255)
]
VariableName = Annotated[
    str,
    Shape("[A-Za-z_][A-Za-z0-9_]*", "a variable name", "Use letters, digits and '_', no digit first."),
]
SemVer = Annotated[str, Shape(SEMVER, "a version", "Write three numbers, like 1.0.0.", 64)]
VersionRange = Annotated[
    str,
    Shape(
        r"v?\d+(?:\.(?:\d+|x))*(?:[-+][0-9A-Za-z.-]+)*",
        "a pack version",
        "Write it like 1.33, 3.30.x or 1.2.3.",
        64,
    ),
]
AccessKeyId = Annotated[
    str, Shape(r"\w{16,128}", "an access key id", "It has 16 or more letters and digits.", 128)
]
