"""One object that exists, as the books list it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Existing:
    service: str
    kind: str
    id: str
    account: str
    region: str
    name: str = ""
    state: str = "active"
    tags: dict[str, str] = field(default_factory=dict)


def listed(tags: Any) -> dict[str, str]:
    """moto keeps tags as lists of pairs, as dicts of pairs or as plain dicts, by service."""
    if not tags:
        return {}
    if isinstance(tags, dict):
        return {key: value["Value"] if isinstance(value, dict) else value for key, value in tags.items()}
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags}
