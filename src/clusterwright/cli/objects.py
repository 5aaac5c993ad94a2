"""Commands on objects that exist: get, describe, delete, events."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clusterwright.cli.connection import client_of
from clusterwright.cli.files import gather
from clusterwright.cli.kinds import ACCOUNT, CLUSTER, DOCUMENTS, OPERATION, PROFILE, Kind, split
from clusterwright.cli.output import Output, as_yaml, show
from clusterwright.cli.say import age, bullets, columns
from clusterwright.errors import Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clusterwright.cli.client import Client
    from clusterwright.cli.shapes import Event

KindName = Annotated[str, typer.Argument(metavar="KIND", help="cluster, profile, account or operation.")]
ObjectName = Annotated[str | None, typer.Argument(metavar="NAME", help="Its name; a profile's NAME@VERSION.")]
Format = Annotated[Output, typer.Option("--output", "-o", help="How to show it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

Target = tuple[Kind, str]
DELETE_ORDER = (CLUSTER, PROFILE, ACCOUNT)
GLANCE = 0.5


def add_to(app: typer.Typer) -> None:
    for command in (get, describe, delete, events):
        app.command()(command)


def get(
    context: typer.Context,
    kind: KindName,
    name: ObjectName = None,
    output: Format = Output.TABLE,
    selector: Annotated[str, typer.Option("--selector", "-l", help="Labels, as env=prod,team=a.")] = "",
) -> None:
    """List objects, or show one.

    \b
    Example:
      clusterwright get clusters -l env=prod -o wide
      clusterwright get cluster team-a -o yaml
    """
    client = client_of(context)
    wanted, name = split(kind, name)
    if name is not None:
        rows: list[Mapping[str, Any]] = [find(client, wanted, name)]
    elif wanted is OPERATION:
        rows = list(client.operations())
    else:
        rows = list(client.find_all(wanted.plural, labelSelector=selector, limit="500"))
    show(wanted, rows, output, one=name is not None)


def find(client: Client, kind: Kind, name: str) -> Mapping[str, Any]:
    name, _, version = name.partition("@")
    return client.get(kind.plural, name, version or None)


def describe(context: typer.Context, kind: KindName, name: ObjectName = None) -> None:
    """Show one object with what happened to it lately.

    \b
    Example:
      clusterwright describe cluster team-a
    """
    client = client_of(context)
    wanted, name = split(kind, name)
    if name is None:
        raise typer.BadParameter("the name is missing")
    typer.echo(as_yaml(find(client, wanted, name)), nl=False)
    if wanted is CLUSTER:
        happened = client.events(name, limit=20)
        typer.echo("events:" if happened else "events: []")
        if happened:
            typer.echo(bullets(event_table(happened).splitlines()))


def event_table(happened: list[Event]) -> str:
    header = ["AGE", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    rows = [[age(e["at"]), e["type"], e["reason"], e["subject"], e["message"]] for e in happened]
    return columns([header, *rows])


def delete(
    context: typer.Context,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="cluster, profile or account.")] = None,
    name: ObjectName = None,
    filename: Annotated[
        list[str] | None, typer.Option("--filename", "-f", help="Delete what these documents describe.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Show progress until the clusters are gone.")] = False,
    yes: Yes = False,
) -> None:
    """Delete objects. Of a cluster, everything that was made for it in AWS goes too.

    \b
    Example:
      clusterwright delete cluster team-a --wait
      clusterwright delete -f team-a.yaml --yes
    """
    client = client_of(context)
    chosen = targets(kind, name, filename)
    if not yes:
        confirm(client, chosen)
    clusters = [name for kind, name in chosen if kind is CLUSTER]
    for one in clusters:
        client.delete(CLUSTER.plural, one)
        typer.echo(f"cluster/{one} is being deleted")
    if wait:
        wait_for_end(client, clusters)
    remove_rest(client, [target for target in chosen if target[0] is not CLUSTER], kept=clusters and not wait)


def targets(kind: str | None, name: str | None, filename: list[str] | None) -> list[Target]:
    """What to delete, users before what they use."""
    if filename:
        return sorted(described(filename), key=lambda target: DELETE_ORDER.index(target[0]))
    if kind is None:
        raise typer.BadParameter("name a kind and an object, or files with -f")
    wanted, name = split(kind, name)
    if name is None or wanted not in DELETE_ORDER:
        raise typer.BadParameter(
            "name the object to delete" if name is None else f"{wanted.plural} stay: they are the history"
        )
    return [(wanted, name)]


def described(filename: list[str]) -> list[Target]:
    import yaml

    try:
        documents = [item for item in yaml.safe_load_all(gather(filename).whole) if item]
        return [(DOCUMENTS[item["kind"]], full_name(item)) for item in documents]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise Error(
            "A file holds something other than documents of ours.",
            remedy="`clusterwright validate -f FILE` says what is wrong.",
        ) from error


def full_name(document: Mapping[str, Any]) -> str:
    name = str(document["metadata"]["name"])
    return f"{name}@{document['spec']['version']}" if DOCUMENTS[document["kind"]] is PROFILE else name


def confirm(client: Client, chosen: list[Target]) -> None:
    if not sys.stdin.isatty():
        raise Error("Nobody is there to ask.", remedy="Add --yes if these objects are to be deleted.")
    typer.echo("This deletes:")
    typer.echo(bullets(summary(client, *target) for target in chosen))
    typer.confirm("Go on?", abort=True)


def summary(client: Client, kind: Kind, name: str) -> str:
    """An object, and what goes with it."""
    if kind is not CLUSTER:
        return f"{kind.singular}/{name}"
    found = client.cluster(name)
    spec = found["spec"]
    parts = [f"in {spec['region']} of account {spec['cloudAccount']}"]
    parts += [f"node pool {pool['name']}" for pool in spec.get("nodePools", ())]
    parts += [f"Fargate profile {profile['name']}" for profile in spec.get("fargateProfiles", ())]
    vpc = found["status"]["outputs"].get("vpc")
    if vpc and not spec.get("placement", {}).get("static"):
        parts.append(f"VPC {vpc}")
    return f"cluster/{name}: " + ", ".join([*parts, "and all else that was made for it"])


def wait_for_end(client: Client, clusters: list[str]) -> None:
    from rich.console import Console

    from clusterwright.cli.live import follow

    for name in clusters:
        if not follow(client, name, until="deleted", console=Console()):
            raise typer.Exit(1)


def remove_rest(client: Client, chosen: list[Target], *, kept: object) -> None:
    for kind, name in chosen:
        if kept:
            typer.echo(
                f"{kind.singular}/{name} stays while a cluster uses it; --wait deletes it after", err=True
            )
            continue
        bare, _, version = name.partition("@")
        client.delete(kind.plural, bare, version or None)
        typer.echo(f"{kind.singular}/{name} deleted")


def events(
    context: typer.Context,
    cluster: Annotated[str | None, typer.Argument(metavar="CLUSTER", help="Only of this cluster.")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with what happens next.")] = False,
) -> None:
    """Show what happened.

    \b
    Example:
      clusterwright events team-a --watch
    """
    client = client_of(context)
    happened = client.events(cluster)
    if happened:
        typer.echo(event_table(happened))
    last = happened[-1]["seq"] if happened else 0
    while watch:
        time.sleep(GLANCE)
        for event in client.events(cluster, after=last):
            typer.echo(event_line(event))
            last = event["seq"]


def event_line(event: Event) -> str:
    return f"{event['at'][:19]}Z  {event['type']:<7}  {event['cluster']}: {event['message']}"
