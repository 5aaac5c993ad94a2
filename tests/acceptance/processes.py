"""The real programs as processes: a sandbox, servers, the command line. Nothing of them outlives its `with`.

What is asked about their doing is asked of the sandbox, over HTTP, as anybody could.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from clusterwright.aws.credentials import AccessKey
from clusterwright.aws.gateway import Gateway, Gateways
from clusterwright.aws.iam.features import extra
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.limits import Limits
from tests.owner import make_role

HOME = "999988887777"
"""The account that servers run in."""
TARGET = "111122223333"
"""The account that clusters are built in."""
REGION = "us-east-1"
ROLES = ("ClusterwrightRole", "TeamAdmins")
EXAMPLES = Path(__file__).parents[2] / "examples"
SPEED = 120.0
PATIENCE = 120.0
"""Seconds that anything may take on a slow machine before a test gives up."""
PER_NODE = ("instance", "volume", "network-interface")
RESOURCE = "clusterwright.dev/resource"

T = TypeVar("T")
Object = dict[str, Any]


def eventually(look: Callable[[], T], what: str, seconds: float = PATIENCE, pause: float = 0.05) -> T:
    """The first truthy answer."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)


@dataclass
class Process:
    """One of our programs, its output in files."""

    popen: subprocess.Popen[bytes]
    out: Path
    err: Path

    def said(self) -> str:
        return self.out.read_text() + self.err.read_text()

    def address(self) -> str:
        """What it announces when it is ready."""

        def look() -> str:
            said = self.out.read_text()
            if " ready at " in said and said.endswith("\n"):
                return said.split(" ready at ")[1].split()[0]
            assert self.popen.poll() is None, f"it ended with {self.popen.returncode}: {self.said()}"
            return ""

        return eventually(look, "the process is ready")

    def kill(self) -> None:
        """As the kernel does it: no last words."""
        self.popen.kill()
        self.popen.wait(PATIENCE)

    def stop(self) -> int:
        """As systemd does it."""
        self.popen.terminate()
        try:
            return self.popen.wait(PATIENCE / 2)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@contextmanager
def spawned(
    home: Path, name: str, command: list[str], env: Mapping[str, str], *, group: bool = False
) -> Iterator[Process]:
    """`group`: in a process group of its own, as a terminal starts it."""
    number = len(list(home.glob(f"{name}-*.out")))
    out, err = home / f"{name}-{number}.out", home / f"{name}-{number}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        popen = subprocess.Popen(
            [sys.executable, *command], stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL,
            env=dict(env), cwd=home, start_new_session=group,
        )  # fmt: skip
    process = Process(popen, out, err)
    try:
        yield process
    finally:
        if popen.poll() is None:
            process.stop()


def environment(home: Path) -> dict[str, str]:
    """Ours without what would lead a program to other servers, accounts or files."""
    ours = ("AWS_", "CLUSTERWRIGHT_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    no_account = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    return kept | no_account | {"HOME": str(home), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


@dataclass
class Sandbox:
    """The sandbox process, and what it says of itself."""

    process: Process
    url: str
    http: httpx.Client

    def ask(self, path: str) -> Any:
        return self.http.get(f"/_sandbox/{path}").raise_for_status().json()

    def objects(self) -> list[Object]:
        return list(self.ask("objects"))

    def ids(self) -> set[str]:
        return {f"{entry['kind']} {entry['id']}" for entry in self.objects()}

    def calls(self, since: int = 0) -> list[Object]:
        return list(self.ask(f"calls?since={since}"))

    def seq(self) -> int:
        """The number of the latest call."""
        return max((entry["seq"] for entry in self.calls()), default=0)

    def key(self, account: str) -> AccessKey:
        answer = self.ask(f"accounts/{account}/credentials")
        return AccessKey(answer["accessKeyId"], answer["secretAccessKey"])

    def owner(self) -> Gateway:
        """The people whose account it is."""
        gateways = Gateways(Limits(time.monotonic, time.sleep, speed=SPEED), self.url)
        return gateways.gateway(self.key(TARGET), REGION)

    def ours(self, kind: str = "") -> dict[str, Object]:
        """Living objects by their name in the graph, without those that every node has."""
        return {
            entry["tags"][RESOURCE]: entry
            for entry in self.objects()
            if RESOURCE in entry["tags"] and entry["kind"] not in PER_NODE and kind in entry["kind"]
        }

    def doubles(self) -> list[str]:
        """Names in the graph that more than one living object carries."""
        names = [
            entry["tags"][RESOURCE]
            for entry in self.objects()
            if RESOURCE in entry["tags"] and entry["kind"] not in PER_NODE
        ]
        return sorted({name for name in names if names.count(name) > 1})


def writes(calls: list[Object]) -> list[Object]:
    """Those that changed something."""
    reads = ("Describe", "Get", "List", "AssumeRole")
    return [c for c in calls if not c["action"].startswith(reads) and c["status"] < 400]


def actions(calls: list[Object], action: str) -> list[Object]:
    return [call for call in writes(calls) if call["action"] == action]


@dataclass
class Server:
    """A server process and its API."""

    process: Process
    url: str
    token: str
    http: httpx.Client

    def send(self, method: str, path: str, **given: Any) -> Any:
        response = self.http.request(method, f"/api/v1/{path}", **given)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json()

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def apply(self, text: str) -> Any:
        return self.send("POST", "apply", content=text, headers={"Content-Type": "application/yaml"})

    def cluster(self, name: str) -> Object | None:
        response = self.http.get(f"/api/v1/clusters/{name}")
        if response.status_code == 404:
            return None
        return dict(response.raise_for_status().json())

    def delete(self, name: str) -> None:
        self.send("DELETE", f"clusters/{name}")

    def is_ready(self, name: str) -> bool:
        """At rest as its latest document says."""
        found = self.cluster(name)
        assert found is not None, f"cluster {name} is gone"
        status = found["status"]
        current = bool(status["observedGeneration"] == found["metadata"]["generation"])
        return current and status["phase"] == "Running"

    def is_gone(self, name: str) -> bool:
        return self.cluster(name) is None

    def await_ready(self, name: str) -> None:
        eventually(lambda: self.is_ready(name), f"cluster {name} is ready", pause=0.2)

    def await_gone(self, name: str) -> None:
        eventually(lambda: self.is_gone(name), f"cluster {name} is gone", pause=0.2)

    def tasks(self, name: str) -> list[Object]:
        return list(self.get(f"clusters/{name}/tasks")["tasks"])


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def traceback(self) -> bool:
        return "Traceback" in self.out + self.err or "has a defect" in self.err


@dataclass
class Stage:
    """A sandbox, as many servers as a test wants, and a place for their files."""

    home: Path
    sandbox: Sandbox
    children: ExitStack = field(default_factory=ExitStack)

    def server(self, data: Path | None = None, database_url: str | None = None) -> Server:
        """One more; on the data directory of an earlier one if it is named."""
        data = data or self.home / "data"
        options = ["--port", "0", "--data-dir", str(data), "--aws-endpoint", self.sandbox.url]
        options += ["--speed", str(SPEED), *(["--database-url", database_url] if database_url else [])]
        key = self.sandbox.key(HOME)
        env = environment(self.home) | {
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        }
        command = ["-m", "clusterwright", "server", *options]
        process = self.children.enter_context(spawned(self.home, "server", command, env))
        url, token = process.address(), (data / "token").read_text().strip()
        return Server(process, url, token, self.children.enter_context(opened(url, token)))

    def register(self, server: Server, text: str) -> None:
        """Apply all but the clusters of a text; the account's owner makes the roles it speaks of."""
        shared = [part for part in parts(text) if "kind: Cluster\n" not in part]
        server.apply("\n---\n".join(shared))
        trust = json.dumps(server.get("accounts/sandbox")["status"]["trustPolicy"])
        owner = self.sandbox.owner()
        entered, *others = ROLES
        make_role(owner, entered, trust, (*all_published(), extra()))
        for role in others:
            make_role(owner, role, trust, ())

    def run(self, server: Server | None, *command: str, token: str = "") -> Run:
        """The command line, as people use it."""
        env = environment(self.home)
        if server:
            env |= {"CLUSTERWRIGHT_SERVER": server.url, "CLUSTERWRIGHT_TOKEN": token or server.token}
        done = subprocess.run(
            [sys.executable, "-m", "clusterwright", *command], env=env, cwd=self.home,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def parts(text: str) -> list[str]:
    return text.split("\n---\n")


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.yaml").read_text()


@contextmanager
def opened(url: str, token: str = "") -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@contextmanager
def new_stage(home: Path) -> Iterator[Stage]:
    """A sandbox, and no server yet."""
    home.mkdir(parents=True, exist_ok=True)
    command = ["-m", "clusterwright.sandbox", "--port", "0", "--speed", str(SPEED), "--seed", "1"]
    with ExitStack() as children:
        process = children.enter_context(spawned(home, "sandbox", command, environment(home)))
        url = process.address()
        sandbox = Sandbox(process, url, children.enter_context(opened(url)))
        yield Stage(home, sandbox, children)
