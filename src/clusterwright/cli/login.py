"""The command login."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from clusterwright.cli.connection import Choice, Login, resolve, store_login
from clusterwright.errors import Unauthorized


def add_to(app: typer.Typer) -> None:
    app.command()(login)


def login(
    context: typer.Context,
    server: Annotated[str | None, typer.Argument(metavar="SERVER", help="As https://host:port.")] = None,
    token: Annotated[str | None, typer.Option(help="Its token; asked for when it is not known.")] = None,
) -> None:
    """Remember a server and its token. On the server's own machine the token is found.

    \b
    Example:
      clusterwright login
      clusterwright login https://clusters.example.com
    """
    from clusterwright.cli.client import open_client

    given = context.find_object(Choice) or Choice()
    chosen = resolve(Choice(server or given.server, token or given.token))
    if not chosen.token:
        chosen = Login(chosen.server, ask(chosen.server))
    client = open_client(chosen.server, chosen.token)
    context.call_on_close(client.close)
    client.request("GET", "clusters", params={"limit": "1"})
    file = store_login(chosen)
    typer.echo(f"logged in to {chosen.server}; stored in {file}")


def ask(server: str) -> str:
    if not sys.stdin.isatty():
        raise Unauthorized(
            f"The token of {server} is not known.",
            remedy="Give it with --token or CLUSTERWRIGHT_TOKEN; the server has it in its data directory.",
        )
    return str(typer.prompt("Token", hide_input=True))
