"""Commands that take documents: apply, validate, diff."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from clusterwright.cli.connection import client_of
from clusterwright.cli.files import Text, gather
from clusterwright.cli.kinds import CLUSTER, DOCUMENTS
from clusterwright.cli.say import complain, sentence
from clusterwright.errors import Error, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clusterwright.cli.client import Client
    from clusterwright.cli.shapes import Applied

Files = Annotated[
    list[str],
    typer.Option("--filename", "-f", help="A file, a directory, or - for standard input; may be repeated."),
]


def add_to(app: typer.Typer) -> None:
    for command in (apply, validate, diff):
        app.command()(command)


def apply(
    context: typer.Context,
    filename: Files,
    approve: Annotated[bool, typer.Option(help="Agree to what is replaced or restarted.")] = False,
    wait: Annotated[bool, typer.Option(help="Show progress until the clusters are ready.")] = False,
) -> None:
    """Create or change what the documents describe: all of them, or none if one is wrong.

    \b
    Example:
      clusterwright apply -f team-a.yaml --wait
      clusterwright get cluster team-a -o yaml | clusterwright apply -f -
    """
    client, text = client_of(context), gather(filename)
    with explained(text, status=1):
        results = client.apply(text.whole)
    for result in results:
        typer.echo(f"{called(result)} {result['action']}")
    advise(results, text)
    clusters = [result["name"] for result in results if DOCUMENTS[result["kind"]] is CLUSTER]
    if approve:
        for name in clusters:
            client.approve(name)
    if wait:
        wait_for(client, clusters)


def validate(context: typer.Context, filename: Files) -> None:
    """Check documents. Changes nothing.

    \b
    Example:
      clusterwright validate -f team-a.yaml
    """
    client, text = client_of(context), gather(filename)
    with explained(text, status=1):
        results = client.validate(text.whole)
    for result in results:
        typer.echo(f"{called(result)} is valid")
    advise(results, text)


def diff(context: typer.Context, filename: Files) -> None:
    """Show what would be done for the clusters of documents. Changes nothing.

    Exit status: 0 nothing to do, 1 changes, 2 trouble.

    \b
    Example:
      clusterwright diff -f team-a.yaml
    """
    try:
        text = gather(filename)
        with explained(text, status=2):
            plans = client_of(context).plan(text.whole)
    except Error as error:
        complain(error)
        raise typer.Exit(2) from error
    for plan in plans:
        typer.echo(f"cluster/{plan['cluster']}\n{plan['text']}")
    if any(not plan["empty"] for plan in plans):
        raise typer.Exit(1)


@contextmanager
def explained(text: Text, status: int) -> Iterator[None]:
    """Findings are told with the file that they are in."""
    try:
        yield
    except Error as error:
        complain(error, text.place)
        raise typer.Exit(status) from error


def advise(results: Iterable[Applied], text: Text) -> None:
    for result in results:
        for shape in result["warnings"]:
            typer.echo(f"warning: {sentence(Finding(**shape), text.place)}", err=True)


def called(result: Applied) -> str:
    return f"{DOCUMENTS[result['kind']].singular}/{result['name']}"


def wait_for(client: Client, clusters: list[str]) -> None:
    from rich.console import Console

    from clusterwright.cli.live import follow

    for name in clusters:
        if not follow(client, name, until="ready", console=Console()):
            raise typer.Exit(1)
