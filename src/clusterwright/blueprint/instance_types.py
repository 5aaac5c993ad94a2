"""The processor architecture of instance types, as far as their names tell."""

from __future__ import annotations

import re

FAMILY = re.compile(r"[a-z]+-?\d+([a-z]*)")
ARM_BY_EXCEPTION = ("a1", "p6e-gb200")


def is_arm(instance_type: str) -> bool:
    """Graviton families have a g behind their generation: m7g, c6gn, im4gn. A g in front is for graphics."""
    family = instance_type.partition(".")[0]
    match = FAMILY.match(family)
    return family in ARM_BY_EXCEPTION or (match is not None and "g" in match.group(1))
