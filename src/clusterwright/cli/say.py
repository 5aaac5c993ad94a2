"""What people are told: errors with where, what and what to do; columns; durations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import typer

from clusterwright.errors import Error, Finding, Invalid

Place = Callable[[Finding], str]


def line_of(finding: Finding) -> str:
    return f"line {finding.line}" if finding.line else ""


def complain(error: Error, place: Place = line_of) -> None:
    """An error, on stderr; findings one per line."""
    typer.echo(f"error: {error.message}", err=True)
    if isinstance(error, Invalid):
        for finding in error.findings:
            typer.echo(f"  {sentence(finding, place)}", err=True)
    if error.remedy:
        typer.echo(f"  {error.remedy}", err=True)


def sentence(finding: Finding, place: Place = line_of) -> str:
    where = ": ".join(part for part in (place(finding), finding.path) if part)
    shown = finding.value is None or finding.value in finding.message or finding.value in finding.path
    found = "" if shown else f" (found: {finding.value})"
    what = f"{finding.message}{found}. {finding.remedy}".rstrip()
    return f"{where}: {what}" if where else what


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Aligned as kubectl does it."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def duration(seconds: float | None) -> str:
    """45s, 12m30s, 3h5m, 2d4h."""
    if seconds is None:
        return "-"
    whole = max(0, round(seconds))
    for size, unit, rest_size, rest_unit in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // rest_size
            return f"{whole // size}{unit}" + (f"{rest}{rest_unit}" if rest else "")
    return f"{whole}s"


def age(when: str | None) -> str:
    if when is None:
        return "-"
    return duration((datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds())


def percent(fraction: float) -> str:
    return f"{fraction:.0%}"
