"""The command wait."""

from __future__ import annotations

import re
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from clusterwright.cli.connection import client_of
from clusterwright.cli.kinds import CLUSTER, split
from clusterwright.errors import Error

if TYPE_CHECKING:
    from clusterwright.cli.client import Client
    from clusterwright.cli.live import Glimpse, Until

GLANCE = 0.5


class Goal(StrEnum):
    READY = "ready"
    DELETE = "delete"


class TookTooLong(Error):
    """The wait took too long."""

    code = "timeout"


def add_to(app: typer.Typer) -> None:
    app.command()(wait)


def seconds(text: str) -> float:
    """90s, 40m, 1h30m."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", text)
    if not text or parts is None:
        raise typer.BadParameter(f"{text!r} is no duration; write it like 40m or 90s")
    hours, minutes, rest = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + rest


def wait(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="cluster/NAME")],
    goal: Annotated[Goal, typer.Option("--for", help="What to wait for.")] = Goal.READY,
    timeout: Annotated[str, typer.Option(help="How long, as 40m or 90s.")] = "40m",
) -> None:
    """Wait until a cluster is ready or gone.

    \b
    Example:
      clusterwright wait cluster/team-a --for=ready --timeout 40m
    """
    limit = time.monotonic() + seconds(timeout)
    kind, name = split(target, None)
    if kind is not CLUSTER or name is None:
        raise typer.BadParameter("name a cluster, as cluster/NAME")
    client = client_of(context)
    until: Until = "ready" if goal is Goal.READY else "deleted"
    seen = glimpse(client, name, until, limit)
    if seen.stuck(until) and not seen.reached(until):
        raise Error(f"Cluster {name} does not get {until}: {seen.stuck(until)}.")
    typer.echo(f"cluster/{name} {'is ready' if until == 'ready' else 'is deleted'}")


def glimpse(client: Client, name: str, until: Until, limit: float) -> Glimpse:
    from clusterwright.cli.live import look

    while True:
        seen = look(client, name)
        if seen.reached(until) or seen.stuck(until):
            return seen
        if time.monotonic() + GLANCE > limit:
            raise TookTooLong(
                f"Cluster {name} is not {until} yet.",
                remedy=f"`clusterwright cluster watch {name}` shows what it waits for.",
            )
        time.sleep(GLANCE)
