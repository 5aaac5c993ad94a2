"""The Kubernetes versions on offer.

https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clusterwright.sandbox.eks import faults
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.scene import Scene

_UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    patch: str
    platform: str
    released: tuple[int, int, int]
    standard_until: tuple[int, int, int]
    extended_until: tuple[int, int, int]
    standard: bool = True


OFFERED: tuple[Version, ...] = (
    Version("1.34", "1.34.1", "eks.9", (2025, 10, 2), (2026, 12, 2), (2027, 12, 2)),
    Version("1.33", "1.33.5", "eks.16", (2025, 5, 29), (2026, 7, 29), (2027, 7, 29)),
    Version("1.32", "1.32.9", "eks.23", (2025, 1, 23), (2026, 3, 23), (2027, 3, 23)),
    Version("1.31", "1.31.13", "eks.39", (2024, 9, 26), (2025, 11, 26), (2026, 11, 26), standard=False),
    Version("1.30", "1.30.14", "eks.47", (2024, 5, 23), (2025, 7, 23), (2026, 7, 23), standard=False),
)
_NO_LONGER: tuple[Version, ...] = (
    Version("1.29", "1.29.15", "eks.57", (2024, 1, 23), (2025, 3, 23), (2026, 3, 23), standard=False),
)
DEFAULT = "1.33"
_BY_NAME = {version.name: version for version in OFFERED}


def minor(version: str) -> int:
    return int(version.split(".")[1])


def checked(version: str, **members: Any) -> str:
    if version not in _BY_NAME:
        raise faults.invalid(f"unsupported Kubernetes version {version}", **members)
    return version


def has_standard_support(version: str) -> bool:
    return _BY_NAME[version].standard


def is_offered(version: str) -> bool:
    return version in _BY_NAME


def after(version: str) -> str:
    return f"1.{minor(version) + 1}"


def platform(version: str) -> str:
    return _BY_NAME[version].platform


def patch(version: str) -> str:
    return _BY_NAME[version].patch


def describe(_scene: Scene, params: dict[str, Any]) -> dict[str, Any]:
    """All on offer; with `includeAll`, or when they are asked for, those of the past as well."""
    wants_old = params.get("includeAll") or params.get("clusterVersions") or _status(params) == _UNSUPPORTED
    listed = (*OFFERED, *_NO_LONGER) if wants_old else OFFERED
    found = [one for one in map(_wire, listed) if _is_wanted(one, params)]
    wires, token = page(found, params)
    return {"clusterVersions": wires, "nextToken": token}


def _is_wanted(wire: dict[str, Any], params: dict[str, Any]) -> bool:
    named, status = params.get("clusterVersions"), _status(params)
    return (
        params.get("clusterType", "eks") == "eks"
        and (not named or wire["clusterVersion"] in named)
        and (not params.get("defaultOnly") or wire["defaultVersion"])
        and (not status or wire["versionStatus"] == status)
    )


def _status(params: dict[str, Any]) -> str:
    """`status` is the older spelling of `versionStatus`."""
    return str(params.get("versionStatus") or (params.get("status") or "").upper().replace("-", "_"))


def _wire(version: Version) -> dict[str, Any]:
    support = "STANDARD_SUPPORT" if version.standard else "EXTENDED_SUPPORT"
    support = support if version in OFFERED else _UNSUPPORTED
    return {
        "clusterVersion": version.name,
        "clusterType": "eks",
        "defaultPlatformVersion": version.platform,
        "defaultVersion": version.name == DEFAULT,
        "releaseDate": datetime(*version.released, tzinfo=UTC),
        "endOfStandardSupportDate": datetime(*version.standard_until, tzinfo=UTC),
        "endOfExtendedSupportDate": datetime(*version.extended_until, tzinfo=UTC),
        "status": support.lower().replace("_", "-"),
        "versionStatus": support,
        "kubernetesPatchVersion": version.patch,
    }


OPERATIONS = {"DescribeClusterVersions": describe}
