"""The commands under `account`."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated

import typer

from clusterwright.cli.connection import client_of
from clusterwright.errors import Error

app = typer.Typer(help="Let Clusterwright into an AWS account.", no_args_is_help=True)


@app.callback()
def account() -> None:
    """Let Clusterwright into an AWS account."""


class Means(Enum):
    console = "console"
    cli = "cli"
    cloudformation = "cloudformation"
    terraform = "terraform"


@app.command()
def setup(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the cloud account.")],
    means: Annotated[Means, typer.Option("--with", help="What the role is made with.")] = Means.console,
) -> None:
    """Print how to make the role of a cloud account, with its trust policy and its permissions.

    \b
    Example:
      clusterwright account setup prod
      clusterwright account setup prod --with cli | sh
      clusterwright account setup prod --with terraform > clusterwright.tf
    """
    typer.echo(client_of(context).setup(name, means.value), nl=False)


@app.command("trust-policy")
def trust_policy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the cloud account.")],
) -> None:
    """Print what the role of a cloud account must trust, with the external id issued for it.

    \b
    Example:
      clusterwright account trust-policy prod > trust.json
      aws iam update-assume-role-policy --role-name ClusterwrightRole --policy-document file://trust.json
    """
    status = client_of(context).get("accounts", name)["status"]
    if not status["trustPolicy"]:
        message = status["message"] or f"Account {name} uses an access key; only roles have a trust policy."
        raise Error(message, remedy="" if status["message"] else "Use credentials of the type assumeRole.")
    typer.echo(json.dumps(status["trustPolicy"], indent=2))
