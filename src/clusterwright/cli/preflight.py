"""The command `preflight`: will it work, before anything is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from clusterwright.cli.checks import MARKS, PERMISSIONS, merged
from clusterwright.cli.connection import client_of
from clusterwright.cli.documents import Files, explained
from clusterwright.cli.files import gather
from clusterwright.cli.say import columns

if TYPE_CHECKING:
    from clusterwright.cli.shapes import Check


class Output(Enum):
    table = "table"
    json = "json"


def add_to(app: typer.Typer) -> None:
    app.command()(preflight)


def preflight(
    context: typer.Context,
    filename: Files,
    output: Annotated[Output, typer.Option("--output", "-o", help="How to print it.")] = Output.table,
) -> None:
    """Check whether AWS has room for the clusters of documents, and what they want. Changes nothing.

    Marks: + fine, ? not known, ! may fail, x will fail. Exit status: 0 nothing will fail, 1 something will.

    \b
    Example:
      clusterwright preflight -f team-a.yaml
    """
    text = gather(filename)
    with explained(text, status=1):
        found = client_of(context).preflight(text.whole)
    if output is Output.json:
        typer.echo(json.dumps({"items": found}, indent=2, ensure_ascii=False))
    else:
        for one in found:
            typer.echo(f"cluster/{one['cluster']}")
            for line in table(one["checks"]):
                typer.echo(line)
    if any(one["level"] == "error" for one in found):
        raise typer.Exit(1)


def table(checks: list[Check]) -> Iterator[str]:
    """A row for each check, and its remedy below where it has one. What is allowed is only counted."""
    allowed = [check for check in checks if is_allowed(check)]
    shown = merged(check for check in checks if not is_allowed(check))
    rows = columns([row(check) for check in shown]).splitlines()
    for check, line in zip(shown, rows, strict=True):
        yield f"  {line}"
        if check["remedy"]:
            yield f"      {check['remedy']}"
    if allowed:
        yield f"  +   permissions: {len(allowed)} allowed"


def is_allowed(check: Check) -> bool:
    return (check["area"], check["level"]) == (PERMISSIONS, "ok")


def row(check: Check) -> list[str]:
    """Many actions stand behind what is said of them, where they have room."""
    subject, message, count = check["subject"], check["message"], check["subject"].count(", ") + 1
    if check["area"] == PERMISSIONS and count > 1:
        subject, message = f"{count} actions", f"{message}: {subject}"
    return [MARKS[check["level"]], check["area"], subject, message]
