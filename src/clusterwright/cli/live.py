"""Following a cluster: a view that moves on a terminal, one line per event elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from clusterwright.cli.client import Client
from clusterwright.cli.say import duration, percent
from clusterwright.cli.shapes import Cluster, Task, Tasks
from clusterwright.errors import Missing

GLANCE = 0.5
ICONS = {
    "waiting": ("·", "dim"),
    "running": ("▶", "cyan"),
    "retrying": ("↻", "yellow"),
    "needs-approval": ("!", "magenta"),
    "waived": ("-", "yellow"),
    "done": ("✓", "green"),
}
PLAIN_ICONS = dict(zip(ICONS, ".>~!-+", strict=True))
PHASE_STYLES = {"Running": "green", "Degraded": "yellow", "Deleting": "magenta"}

Until = Literal["ready", "deleted"]


@dataclass(frozen=True)
class Glimpse:
    """One look; without a cluster it is gone."""

    cluster: Cluster | None
    operation: Tasks

    def reached(self, until: Until) -> bool:
        if until == "deleted" or self.cluster is None:
            return until == "deleted" and self.cluster is None
        status = self.cluster["status"]
        current = status["observedGeneration"] == self.cluster["metadata"]["generation"]
        ready = any(one["type"] == "Ready" and one["status"] for one in status["conditions"])
        return current and ready

    def stuck(self, until: Until) -> str:
        """Why waiting on is of no use; empty when it is."""
        if self.cluster is None:
            return "the cluster is gone"
        if until == "ready" and self.cluster["status"]["phase"] == "Deleting":
            return "the cluster is being deleted"
        states = {task["state"] for task in self.operation["tasks"]}
        if "needs-approval" in states and not states & {"running", "retrying"}:
            name = self.cluster["metadata"]["name"]
            return f"it needs your approval: `clusterwright cluster approve {name}`"
        return ""


def look(client: Client, name: str) -> Glimpse:
    try:
        cluster: Cluster | None = client.cluster(name)
    except Missing:
        cluster = None
    return Glimpse(cluster, client.tasks(name))


def follow(client: Client, name: str, *, until: Until, console: Console) -> bool:
    """Show a cluster's progress until it is ready or deleted. False when that cannot be reached."""
    seen = look(client, name)
    if console.is_terminal:
        with Live(render(seen, console), console=console, auto_refresh=False) as live:
            seen = watch(client, name, until, lambda now: live.update(render(now, console), refresh=True))
    else:
        seen = in_lines(client, name, until, console)
    if seen.reached(until):
        console.print(f"cluster/{name} {'is deleted' if until == 'deleted' else 'is ready'}", highlight=False)
        return True
    console.print(f"cluster/{name}: {seen.stuck(until)}", highlight=False, markup=False)
    return False


def watch(client: Client, name: str, until: Until, show: Callable[[Glimpse], None]) -> Glimpse:
    while True:
        seen = look(client, name)
        show(seen)
        if seen.reached(until) or seen.stuck(until):
            return seen
        time.sleep(GLANCE)


def in_lines(client: Client, name: str, until: Until, console: Console) -> Glimpse:
    """Events as they come, from the start of the running operation on."""
    began = client.tasks(name)["startedAt"]
    last = 0

    def show(_: Glimpse) -> None:
        nonlocal last
        for event in client.events(name, after=last or None, limit=500):
            last = event["seq"]
            if event["at"] >= began:
                console.out(f"{event['at'][:19]}Z {event['message']}", highlight=False)

    return watch(client, name, until, show)


def render(seen: Glimpse, console: Console) -> RenderableType:
    return Group(headline(seen), bar(seen.operation), Text(), table(seen.operation["tasks"], console))


def headline(seen: Glimpse) -> Text:
    operation = seen.operation
    phase = seen.cluster["status"]["phase"] if seen.cluster else "Deleted"
    line = Text.assemble(
        (operation["cluster"], "bold"),
        "  ",
        (phase, PHASE_STYLES.get(phase, "cyan")),
        f"  {operation['verb']}",
    )
    if operation["state"] == "running":
        line.append(f"  {percent(operation['progress'])}, {duration(operation['secondsLeft'])} left")
    message = seen.cluster["status"]["message"] if seen.cluster else ""
    if message:
        line.append(f"\n{message}", "yellow")
    return line


def bar(operation: Tasks) -> ProgressBar:
    return ProgressBar(total=1.0, completed=operation["progress"], width=60)


def table(tasks: list[Task], console: Console) -> RenderableType:
    """Every task while they fit; then finished ones, and at last waiting ones, become a number."""
    room = max(console.height - 7, 5)
    shown, hidden = fitting(tasks, room)
    grid = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    for title, options in COLUMNS:
        grid.add_column(title, **options)  # type: ignore[arg-type]  # literals of the table below
    for task in shown:
        grid.add_row(*cells(task, plain=console.options.ascii_only))
    return Group(grid, Text(hidden, "dim")) if hidden else grid


COLUMNS: tuple[tuple[str, dict[str, object]], ...] = (
    ("", {"width": 1, "min_width": 1}),
    ("STEP", {"no_wrap": True, "overflow": "ellipsis", "ratio": 3}),
    ("TIME", {"justify": "right", "no_wrap": True, "width": 6, "min_width": 6}),
    ("STATE", {"no_wrap": True, "overflow": "ellipsis", "ratio": 4}),
    ("AWS ID", {"no_wrap": True, "overflow": "ellipsis", "ratio": 2}),
)


def fitting(tasks: list[Task], room: int) -> tuple[list[Task], str]:
    shown, words = tasks, []
    for state in ("done", "waiting"):
        if len(shown) <= room:
            break
        rest = [task for task in shown if task["state"] == state]
        kept = rest[len(rest) - max(0, room - (len(shown) - len(rest))) :] if state == "done" else rest[:3]
        gone = {task["key"] for task in rest} - {task["key"] for task in kept}
        shown = [task for task in shown if task["key"] not in gone]
        if gone:
            words.append(f"{len(gone)} more {state}")
    return shown, ", ".join(words)


def cells(task: Task, *, plain: bool) -> Iterable[RenderableType]:
    icon, style = ICONS.get(task["state"], ("?", ""))
    yield Text(PLAIN_ICONS.get(task["state"], "?") if plain else icon, style)
    yield Text(f"{task['verb']} {task['resource']}", "dim" if task["state"] == "done" else "")
    yield Text(duration(task["elapsedSeconds"]) if task["startedAt"] else "", "dim")
    yield Text(explanation(task), style)
    yield Text(short(task["id"] or ""), "dim")


def short(id_: str) -> str:
    """An ARN's last part says what it is of; the whole is in `describe`."""
    return id_.rpartition("/")[2] if id_.startswith("arn:") else id_


def explanation(task: Task) -> str:
    if task["state"] == "waiting" and task["waitingFor"]:
        first, *others = task["waitingFor"]
        return f"waits for {first}" + (f" and {len(others)} more" if others else "")
    return task["message"] or task["state"]
