"""The commands under `cluster`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clusterwright.cli.connection import client_of
from clusterwright.cli.say import columns, duration
from clusterwright.errors import Error

app = typer.Typer(help="Watch a cluster, approve its changes, connect to it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the cluster.")]


@app.command()
def watch(context: typer.Context, name: Name) -> None:
    """Show the progress of a cluster until it is ready, or gone if it is being deleted.

    \b
    Example:
      clusterwright cluster watch team-a
    """
    from rich.console import Console

    from clusterwright.cli.live import follow, look

    client = client_of(context)
    seen = look(client, name)
    leaving = seen.cluster is None or seen.cluster["status"]["phase"] == "Deleting"
    if not follow(client, name, until="deleted" if leaving else "ready", console=Console()):
        raise typer.Exit(1)


@app.command()
def tasks(context: typer.Context, name: Name) -> None:
    """List the steps of the latest operation, also after the cluster is gone.

    \b
    Example:
      clusterwright cluster tasks team-a
    """
    from clusterwright.cli.live import explanation

    operation = client_of(context).tasks(name)
    rows = [
        [
            task["state"],
            f"{task['verb']} {task['resource']}",
            duration(task["elapsedSeconds"]),
            task["id"] or "-",
            explanation(task),
        ]
        for task in operation["tasks"]
    ]
    typer.echo(columns([["STATE", "STEP", "TIME", "AWS ID", "MESSAGE"], *rows]))


@app.command()
def approve(context: typer.Context, name: Name) -> None:
    """Agree to what the present change of a cluster replaces or restarts.

    \b
    Example:
      clusterwright diff -f team-a.yaml
      clusterwright cluster approve team-a
    """
    client_of(context).approve(name)
    typer.echo(f"cluster/{name} approved")


@app.command()
def kubeconfig(
    context: typer.Context,
    name: Name,
    output: Annotated[Path | None, typer.Option(help="Write it to this file, readable only by you.")] = None,
) -> None:
    """Print the file that kubectl needs to connect. The AWS CLI makes its tokens.

    \b
    Example:
      clusterwright cluster kubeconfig team-a --output team-a.kubeconfig
      kubectl --kubeconfig team-a.kubeconfig get nodes
    """
    text = client_of(context).kubeconfig(name)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.touch(mode=0o600)
        output.write_text(text)
    except OSError as error:
        raise Error(f"{output} cannot be written: {error.strerror}.", remedy="Name another file.") from error
    typer.echo(f"{output} written")
