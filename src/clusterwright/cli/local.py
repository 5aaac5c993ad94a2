"""Commands that run something here instead of asking a server: server, sandbox, demo."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from clusterwright.cli.connection import LOOPBACK, data_dir
from clusterwright.errors import Error

faults = typer.Typer(help="What goes wrong with a running sandbox.", no_args_is_help=True)
boxes = typer.Typer()

Port = Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free one.")]


SANDBOX_URL = "http://127.0.0.1:5000"
Url = Annotated[str, typer.Option(envvar="CLUSTERWRIGHT_SANDBOX", help="Address of the sandbox.")]


class Quotas(Enum):
    roomy = "roomy"
    aws = "aws"


class Fault(Enum):
    error = "error"
    latency = "latency"
    lost = "lost"
    capacity = "capacity"
    interruption = "interruption"
    expired = "expired"
    down = "down"


def add_to(app: typer.Typer) -> None:
    for command in (server, demo):
        app.command()(command)
    boxes.callback(invoke_without_command=True)(sandbox)
    for fault_command in (list_faults, add_fault, clear_faults):
        faults.command(fault_command.__name__.partition("_")[0])(fault_command)
    boxes.add_typer(faults, name="fault")
    app.add_typer(boxes, name="sandbox")


class Exposed(Error):
    """The server would be reachable from other machines, unencrypted."""

    code = "exposed"


class NoSandbox(Error):
    """Nobody answers there, or somebody who does not want to."""

    code = "no_sandbox"


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


def sandbox(  # noqa: PLR0913 - one parameter per option
    context: typer.Context,
    port: Port = 5000,
    speed: Annotated[float, typer.Option(min=0.0, help="AWS seconds in one of ours.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn by chance.")] = 0,
    quotas: Annotated[
        Quotas, typer.Option(help="aws: AWS's defaults, which stop the second cluster.")
    ] = Quotas.roomy,
    throttle: Annotated[
        bool | None, typer.Option("--throttle/--no-throttle", help="At AWS's rates; by default it is done.")
    ] = None,
    iam: Annotated[
        bool, typer.Option("--iam/--no-iam", help="Check signatures and let policies decide.")
    ] = True,
    kept_calls: Annotated[int, typer.Option(min=1, help="How many calls are remembered.")] = 50_000,
    directory: Annotated[
        Path | None, typer.Option("--data-dir", help="Go on from what is kept here, and keep it at the end.")
    ] = None,
) -> None:
    """Run a local AWS to try things in: nothing costs, nothing is real.

    \b
    Example:
      clusterwright sandbox --speed 60
      clusterwright sandbox --speed 60 --data-dir ./aws
    """
    if context.invoked_subcommand is not None:
        return
    try:
        from clusterwright.sandbox.command import sandbox as run
        from clusterwright.sandbox.options import Options
    except ImportError as error:
        raise missing_extra(error) from error
    run(
        Options(
            port=port, speed=speed, seed=seed, throttle=throttle, quotas=quotas.value,
            kept_calls=kept_calls, data_dir=directory, enforce_iam=iam,
        )
    )  # fmt: skip


def list_faults(url: Url = SANDBOX_URL) -> None:
    """What was asked to go wrong, how often it did, and what it did last.

    \b
    Example:
      clusterwright sandbox fault list
    """
    found = ask_sandbox(url, "GET")
    for fault in found["faults"]:
        typer.echo(told(fault))
    for act in found["acts"][-20:]:
        typer.echo(f"{act['time']}  {act['fault']} {act['kind']}: {act['what']}")


def add_fault(  # noqa: PLR0913 - one parameter per option
    kind: Annotated[Fault, typer.Argument(help="What goes wrong.")],
    action: Annotated[str | None, typer.Option(help="Of which calls, such as 'ec2:Create*'.")] = None,
    account: Annotated[str | None, typer.Option(help="Of which account.")] = None,
    region: Annotated[str | None, typer.Option(help="In which region.")] = None,
    code: Annotated[str | None, typer.Option(help="The error's code.")] = None,
    status: Annotated[int | None, typer.Option(help="The error's HTTP status.")] = None,
    rate: Annotated[float | None, typer.Option(min=0, max=1, help="How often, 0 to 1.")] = None,
    times: Annotated[int | None, typer.Option(min=1, help="How many times.")] = None,
    lasting: Annotated[float | None, typer.Option("--for", help="For how many AWS seconds.")] = None,
    milliseconds: Annotated[int | None, typer.Option(help="How late an answer is.")] = None,
    instance_type: Annotated[str | None, typer.Option(help="Short of which types, such as 'm5.*'.")] = None,
    zone: Annotated[str | None, typer.Option(help="Short of them in which zone.")] = None,
    market: Annotated[str | None, typer.Option(help="Short of spot or on-demand.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Interrupted in which cluster.")] = None,
    nodegroup: Annotated[str | None, typer.Option(help="Interrupted in which node group.")] = None,
    silent: Annotated[bool, typer.Option("--silent", help="A region that is down gives no answer.")] = False,
    url: Url = SANDBOX_URL,
) -> None:
    """Have something go wrong in a running sandbox.

    \b
    Example:
      clusterwright sandbox fault add lost --action ec2:CreateVpc --times 1
      clusterwright sandbox fault add error --action 'eks:*' --code ServerException --rate 0.2 --for 600
      clusterwright sandbox fault add capacity --instance-type 'm5.*' --zone us-east-1a
      clusterwright sandbox fault add interruption --cluster hello --nodegroup spot --times 2
      clusterwright sandbox fault add down --region eu-west-1 --silent
    """
    wanted = {
        "kind": kind.value, "action": action, "account": account, "region": region, "code": code,
        "status": status, "rate": rate, "times": times, "for": lasting, "milliseconds": milliseconds,
        "instanceType": instance_type, "zone": zone, "market": market, "cluster": cluster,
        "nodegroup": nodegroup, "silent": silent or None,
    }  # fmt: skip
    given = {name: value for name, value in wanted.items() if value is not None}
    typer.echo(told(ask_sandbox(url, "POST", given)))


def clear_faults(
    fault: Annotated[str, typer.Argument(help="Its id; all of them if none is given.")] = "",
    url: Url = SANDBOX_URL,
) -> None:
    """Have nothing go wrong any more.

    \b
    Example:
      clusterwright sandbox fault clear
      clusterwright sandbox fault clear f2
    """
    left = ask_sandbox(url, "DELETE", fault=fault)["faults"]
    typer.echo(f"{len(left)} left")


def told(fault: dict[str, Any]) -> str:
    """One fault on one line."""
    shown = ("acted", "left", "seconds", "live")
    members = [f"{name}={value}" for name, value in fault.items() if name not in ("id", "kind", *shown)]
    state = "" if fault["live"] else " (over)"
    return " ".join((fault["id"], fault["kind"], *members, f"acted {fault['acted']} times{state}"))


def ask_sandbox(url: str, method: str, body: dict[str, Any] | None = None, fault: str = "") -> Any:
    import httpx

    where = f"{url.rstrip('/')}/_sandbox/faults" + (f"/{fault}" if fault else "")
    try:
        response = httpx.request(method, where, json=body, timeout=30, trust_env=False)
        answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise NoSandbox(
            f"There is no sandbox at {url}: {error}.",
            remedy="Start one with `clusterwright sandbox`, or name another one with --url.",
        ) from error
    if response.is_success:
        return answer
    raise NoSandbox(f"The sandbox refused: {answer.get('message', response.status_code)}.")


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
