"""The variables of profiles and the values that a cluster gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from clusterwright.errors import Finding
from clusterwright.packs.select import nearest
from clusterwright.spec.profile import ClusterProfile, Variable, fits

PATH = "spec.variables"


def values_for(profile: ClusterProfile, given: Mapping[str, str]) -> dict[str, str]:
    """What the macros of a profile stand for. Secrets are left out: a plan shows the values of packs."""
    chosen = {
        variable.name: given.get(variable.name, variable.default)
        for variable in profile.spec.variables
        if not variable.secret
    }
    return {name: value for name, value in chosen.items() if value is not None}


def variable_findings(profiles: tuple[ClusterProfile, ...], given: Mapping[str, str]) -> Iterator[Finding]:
    declared = tuple((profile, variable) for profile in profiles for variable in profile.spec.variables)
    names = tuple(sorted({variable.name for _, variable in declared}))
    for name in sorted(set(given) - set(names)):
        known = f"Declared: {', '.join(names)}." if names else "Remove it."
        remedy = f"{nearest(name, names)}{known}"
        yield Finding(f"{PATH}.{name}", f"no profile of this cluster declares {name}", remedy)
    for profile, variable in declared:
        yield from _value_findings(variable, profile.metadata.name, given.get(variable.name))


def _value_findings(variable: Variable, profile: str, given: str | None) -> Iterator[Finding]:
    path = f"{PATH}.{variable.name}"
    shown = None if variable.secret else given
    if given is None:
        if variable.required and variable.default is None:
            yield Finding(path, f"the profile {profile} requires it", f"Set {variable.name}.")
    elif not fits(given, variable.format):
        message = f"does not have the format {variable.format} that the profile {profile} asks for"
        yield Finding(path, message, "Correct it.", value=shown)
    elif variable.regex is not None and not re.fullmatch(variable.regex, given):
        message = f"does not match {variable.regex} as the profile {profile} asks for"
        yield Finding(path, message, "Correct it.", value=shown)
