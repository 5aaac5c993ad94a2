"""The commands, and the outermost edge: whatever goes wrong, people get words and not a traceback."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from clusterwright.cli import account, cluster, documents, iam, local, login, objects, preflight, wait
from clusterwright.cli.connection import Choice
from clusterwright.cli.say import complain
from clusterwright.errors import Error

EPILOG = """\b
Begin with:
  clusterwright sandbox                       a local AWS to try things in
  clusterwright server                        the control plane
  clusterwright apply -f examples/quickstart.yaml --wait
"""

app = typer.Typer(
    name="clusterwright",
    help="Builds, changes and retires AWS EKS clusters from templates.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def connect(
    context: typer.Context,
    server: Annotated[
        str | None, typer.Option(envvar="CLUSTERWRIGHT_SERVER", help="Address of the server.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="CLUSTERWRIGHT_TOKEN", help="Token of the server.", show_envvar=True)
    ] = None,
) -> None:
    """Builds, changes and retires AWS EKS clusters from templates."""
    context.obj = Choice(server, token)


@app.command()
def version() -> None:
    """Print the version.

    \b
    Example:
      clusterwright version
    """
    from importlib.metadata import version as version_of

    typer.echo(version_of("clusterwright"))


for module in (documents, preflight, objects, wait, login, local):
    module.add_to(app)
app.add_typer(cluster.app, name="cluster")
app.add_typer(account.app, name="account")
app.add_typer(iam.app, name="iam")


def run() -> None:
    """The entry point."""
    try:
        app()
    except Error as error:
        complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output stopped, as `head` does; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("CLUSTERWRIGHT_DEBUG"):
            raise
        defect = f"Clusterwright has a defect: {type(error).__name__}: {error}"
        complain(Error(defect, remedy="Run it again with CLUSTERWRIGHT_DEBUG=1 and report what it shows."))
        sys.exit(1)
