"""What AWS, EKS and we allow as tags. Which object gets which tag is the blueprint's matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from clusterwright.spec.model import Problem

LIMIT = 40  # AWS allows 50 on an object; the rest is for ours and for EKS's own
KEY_LIMIT, VALUE_LIMIT = 128, 256
RESERVED = ("aws:", "clusterwright.dev/", "kubernetes.io/cluster/")

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
ALLOWED = re.compile(r"[\w +\-=.:/@]*")
CHARACTERS = "Use letters, digits, spaces and + - = . _ : / @."


def tag_problems(tags: Mapping[str, str], field: str = "tags") -> Iterator[Problem]:
    """One problem at most for each key and each value."""
    if len(tags) > LIMIT:
        yield Problem((field,), f"has {len(tags)} tags, at most {LIMIT} fit", "Remove some.", str(len(tags)))
    for key, value in tags.items():
        for wrong in filter(None, (_key(key), _value(value))):
            message, remedy, shown = wrong
            yield Problem((field, key), message, remedy, shown)


def _key(key: str) -> tuple[str, str, str] | None:
    for prefix in RESERVED:
        if key.lower().startswith(prefix):
            return f"tag keys that start with {prefix} are reserved", "Choose another key.", key
    if not 1 <= len(key) <= KEY_LIMIT:
        return f"the key has {len(key)} characters, 1 to {KEY_LIMIT} are allowed", "Change the key.", key
    if not ALLOWED.fullmatch(key):
        return "the key has characters that AWS does not allow", CHARACTERS, key
    return None


def _value(value: str) -> tuple[str, str, str] | None:
    if len(value) > VALUE_LIMIT:
        return f"the value has {len(value)} characters, at most {VALUE_LIMIT}", "Shorten it.", value
    if not ALLOWED.fullmatch(value):
        return "the value has characters that AWS does not allow", CHARACTERS, value
    return None
