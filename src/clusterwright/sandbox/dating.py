"""moto's objects are dated by the sandbox's clock: clients see when a thing was made, and reckon by it.

Sessions of STS are left alone: their end is compared with the real time, by which clients sign; and so are
log events, which bring times of their own.
"""

import importlib
from datetime import UTC, datetime, tzinfo
from types import SimpleNamespace
from typing import Any

from moto.core.utils import iso_8601_datetime_with_milliseconds, unix_time

from clusterwright.sandbox.timing import Timing

_EC2 = ("elastic_block_store", "instances", "key_pairs", "launch_templates", "nat_gateways", "vpcs")
_NAIVE = (*(f"moto.ec2.models.{name}" for name in _EC2), "moto.autoscaling.models", "moto.iam.models")


def install(timing: Timing) -> None:
    def now() -> datetime:
        return datetime.fromtimestamp(timing.now, UTC).replace(tzinfo=None)

    class SandboxTime(datetime):
        """For those that ask Python itself."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(timing.now, tz or UTC).replace(tzinfo=tz)

    for name in (*_NAIVE, "moto.kms.models"):
        _replace(name, "utcnow", now)
    _replace("moto.kms.models", "unix_time", lambda given=None: unix_time(given or now()))
    _replace("moto.autoscaling.models", "datetime", SandboxTime)
    _replace(
        "moto.elb.models",
        "datetime",
        SimpleNamespace(datetime=SandboxTime, timezone=SimpleNamespace(utc=UTC)),
    )
    _replace(
        "moto.elbv2.models",
        "iso_8601_datetime_with_milliseconds",
        lambda: iso_8601_datetime_with_milliseconds(now()),
    )


def _replace(module: str, name: str, by: Any) -> None:
    vars(importlib.import_module(module))[name] = by
