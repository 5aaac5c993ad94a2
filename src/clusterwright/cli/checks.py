"""Checks, as people read them: what is wrong first, each with its remedy, then how many are well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clusterwright.cli.shapes import Check

MARKS = {"ok": "+", "note": "?", "warning": "!", "error": "x"}
WORDS = {"ok": "well", "note": "not known", "warning": "done without", "error": "missing"}


def lines(checks: Iterable[Check], *, everything: bool = False) -> Iterator[str]:
    """Those that are well are only counted, unless everything is wanted."""
    shown = list(checks)
    for check in shown:
        if everything or check["level"] != "ok":
            yield f"{MARKS[check['level']]} {check['subject']}: {check['message']}"
            if check["remedy"]:
                yield f"    {check['remedy']}"
    count = Counter(check["level"] for check in shown)
    yield ", ".join(f"{count[level]} {WORDS[level]}" for level in MARKS if count[level])
