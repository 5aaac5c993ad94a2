"""The commands under `account`."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated

import typer

from clusterwright.cli.checks import lines
from clusterwright.cli.connection import client_of
from clusterwright.errors import Error

app = typer.Typer(help="Let Clusterwright into an AWS account.", no_args_is_help=True)


@app.callback()
def account() -> None:
    """Let Clusterwright into an AWS account."""


class Output(Enum):
    text = "text"
    json = "json"
    patch = "patch"


@app.command()
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the cloud account.")],
    region: Annotated[
        str | None, typer.Option(help="Where it is asked; else in the partition's first region.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is well, too.")] = False,
    output: Annotated[Output, typer.Option("--output", "-o", help="patch: a policy to paste.")] = Output.text,
) -> None:
    """Check that a cloud account lets us in and allows what clusters need. Changes nothing.

    Exit status: 0 when clusters can be built, 1 when something that they need is missing.

    \b
    Example:
      clusterwright account check prod
      clusterwright account check prod -o patch > missing.json
    """
    found = client_of(context).check_account(name, region)
    if output is Output.json:
        typer.echo(json.dumps(found, indent=2))
    elif output is Output.patch:
        typer.echo(json.dumps(found["patch"] or {}, indent=2))
    else:
        how = "as IAM's simulation says" if found["method"] == "simulation" else "found by harmless calls"
        typer.echo(f"{found['principal']} in {found['region']}, {how}:")
        for line in lines(found["checks"], everything=everything):
            typer.echo(line)
    if not found["sufficient"]:
        raise typer.Exit(1)


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
