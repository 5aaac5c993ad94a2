"""The commands under `iam`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from clusterwright.cli.connection import client_of
from clusterwright.cli.documents import explained
from clusterwright.cli.files import gather

if TYPE_CHECKING:
    from clusterwright.cli.shapes import Policy

app = typer.Typer(help="What an AWS account must allow.", no_args_is_help=True)


class Name(Enum):
    controller = "controller"
    control_plane = "control-plane"
    nodes = "nodes"
    deployment = "deployment"
    minimal = "minimal"
    extra = "extra"


class Format(Enum):
    json = "json"
    cloudformation = "cloudformation"
    terraform = "terraform"


As = Annotated[Format, typer.Option("--format", help="What to print.")]


@app.callback()
def iam() -> None:
    """What an AWS account must allow."""


@app.command()
def policy(
    context: typer.Context,
    name: Annotated[Name, typer.Argument(help="Which one.")],
    filename: Annotated[
        list[str] | None, typer.Option("--filename", "-f", help="The cluster that `minimal` is for.")
    ] = None,
    feature: Annotated[
        list[str] | None, typer.Option("--feature", help="Of `extra`: only for this; may be repeated.")
    ] = None,
    format_: As = Format.json,
) -> None:
    """Print an IAM policy.

    The four of an account: controller, control-plane, nodes, deployment. `minimal` is the least that one
    cluster needs, `extra` what newer features need beyond the four.

    \b
    Example:
      clusterwright iam policy controller > controller.json
      clusterwright iam policy minimal -f team-a.yaml --format terraform
      clusterwright iam policy extra --feature access-entries
    """
    if name is Name.minimal:
        typer.echo(minimal(context, filename or [], format_), nl=False)
        return
    found = client_of(context).policy(name.value, format_.value, feature or [])
    typer.echo(found["text"], nl=False)


def minimal(context: typer.Context, filename: list[str], format_: Format) -> str:
    if not filename:
        raise typer.BadParameter("name the document of the cluster", param_hint="--filename")
    client, text = client_of(context), gather(filename)
    with explained(text, status=1):
        found = client.minimal_policies(text.whole, format_.value)
    return "\n".join(one["text"] for one in found)


@app.command()
def lint(context: typer.Context) -> None:
    """Explain the known flaws of the published policies, which stay as they were published.

    \b
    Example:
      clusterwright iam lint
    """
    for found in client_of(context).policies():
        typer.echo(title(found))
        for finding in found["findings"]:
            typer.echo(f"  {finding['path']}: {finding['message']}. {finding['remedy']}")


def title(found: Policy) -> str:
    flaws = len(found["findings"])
    return f"{found['name']}: {found['size']} characters of 6144, {flaws or 'no'} finding{'s'[: flaws != 1]}"
