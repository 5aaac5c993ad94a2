"""Commands that run something here instead of asking a server: server, sandbox, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clusterwright.cli.connection import LOOPBACK, data_dir
from clusterwright.errors import Error

Port = Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free one.")]


def add_to(app: typer.Typer) -> None:
    for command in (server, sandbox, demo):
        app.command()(command)


class Exposed(Error):
    """The server would be reachable from other machines, unencrypted."""

    code = "exposed"


def server(  # noqa: PLR0913 - one parameter per option
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8460,
    directory: Annotated[
        Path | None, typer.Option("--data-dir", help="Database, keys and token are kept here.")
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(help="postgresql://USER@HOST/NAME; a file in the data directory if not given."),
    ] = None,
    aws_endpoint: Annotated[str | None, typer.Option(help="Instead of AWS, such as a sandbox's.")] = None,
    speed: Annotated[
        float, typer.Option(min=0.01, help="Seconds that pass there in one of ours; for a sandbox.")
    ] = 1.0,
    insecure_listen: Annotated[
        bool, typer.Option("--insecure-listen", help="Allow other machines to connect without TLS.")
    ] = False,
) -> None:
    """Run the control plane until it is interrupted.

    \b
    Example:
      clusterwright server
      clusterwright server --aws-endpoint http://127.0.0.1:5000 --speed 60
    """
    if host not in LOOPBACK and not insecure_listen:
        raise Exposed(
            f"{host} can be reached from other machines, and the token would travel in clear text.",
            remedy="Listen on 127.0.0.1 behind a proxy with TLS, or add --insecure-listen.",
        )
    import gc

    # Looking for garbage among imports is a fifth of the start; `serve` turns it on again.
    gc.disable()
    from clusterwright.app import Settings
    from clusterwright.cli.serve import serve

    if insecure_listen:
        typer.echo("warning: the token and all documents travel in clear text", err=True)
    serve(Settings(directory or data_dir(), database_url, aws_endpoint, speed, host, port))


def sandbox(
    port: Port = 5000,
    speed: Annotated[float, typer.Option(min=0.0, help="AWS seconds in one of ours.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn by chance.")] = 0,
) -> None:
    """Run a local AWS to try things in: nothing costs, nothing is real.

    \b
    Example:
      clusterwright sandbox --speed 60
    """
    try:
        from clusterwright.sandbox.command import sandbox as run
    except ImportError as error:
        raise missing_extra(error) from error
    run(port=port, speed=speed, seed=seed)


def missing_extra(error: ImportError) -> Error:
    return Error(
        f"The sandbox is not installed: {error}.",
        remedy="Install it with `pip install 'clusterwright[sandbox]'`.",
    )


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running at the end.")] = False,
) -> None:
    """Build a cluster in a sandbox and delete it again, from document to nothing.

    \b
    Example:
      clusterwright demo
    """
    try:
        from clusterwright.cli.demo import demo as run
    except ImportError as error:
        raise missing_extra(error) from error
    run(keep)
