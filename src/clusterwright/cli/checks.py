"""Checks, as people read them: what is wrong first, each with its remedy, then how many are well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clusterwright.cli.shapes import Check

PERMISSIONS = "permissions"
MARKS = {"ok": "+", "note": "?", "warning": "!", "error": "x"}
WORDS = {"ok": "well", "note": "not known", "warning": "done without", "error": "missing"}


def merged(checks: Iterable[Check]) -> list[Check]:
    """Of permissions many are often spoken of in the same words: once, and all of them."""
    found: dict[tuple[str, ...], Check] = {}
    for check in checks:
        alone = "" if check["area"] == PERMISSIONS else check["subject"]
        said = (alone, check["area"], check["level"], check["message"], check["remedy"])
        before = found.get(said)
        if before is None:
            found[said] = check
        elif check["subject"] not in before["subject"].split(", "):
            found[said] = {**before, "subject": f"{before['subject']}, {check['subject']}"}
    return list(found.values())


def lines(checks: Iterable[Check], *, everything: bool = False) -> Iterator[str]:
    """Those that are well are only counted, unless everything is wanted."""
    shown = list(checks)
    for check in merged(shown):
        if everything or check["level"] != "ok":
            yield f"{MARKS[check['level']]} {check['subject']}: {check['message']}"
            if check["remedy"]:
                yield f"    {check['remedy']}"
    count = Counter(check["level"] for check in shown)
    yield ", ".join(f"{count[level]} {WORDS[level]}" for level in MARKS if count[level])
