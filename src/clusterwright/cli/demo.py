"""The main job in two minutes: a document becomes a running cluster in a sandbox, and nothing again.

Everything here is what a user would do: the processes are the real ones, the documents those in `examples/`,
and what is left at the end is asked of the sandbox, not of ourselves.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from clusterwright.aws.credentials import AccessKey
from clusterwright.aws.gateway import Gateway, Gateways
from clusterwright.aws.limits import Limits
from clusterwright.cli.client import Client, open_client
from clusterwright.cli.live import follow
from clusterwright.cli.say import duration
from clusterwright.cli.shapes import Policy
from clusterwright.errors import Error
from clusterwright.spec.account import AssumeRole, CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import Document, dump, parse

HOME_ACCOUNT = "999988887777"
"""Where the control plane lives."""
EXAMPLE = "demo.yaml"
SPEED = 60.0
SEED = 1


class DemoFailed(Error):
    """The demo did not reach its end."""

    code = "demo"


@dataclass(frozen=True)
class Stage:
    """What the demo plays on."""

    console: Console
    sandbox: str
    server: str
    client: Client
    home: Path

    def ask_sandbox(self, path: str) -> Any:
        return httpx.get(f"{self.sandbox}/_sandbox/{path}", timeout=30).raise_for_status().json()

    def key(self, account: str) -> AccessKey:
        answer = self.ask_sandbox(f"accounts/{account}/credentials")
        return AccessKey(answer["accessKeyId"], answer["secretAccessKey"])

    def objects(self) -> list[dict[str, Any]]:
        return list(self.ask_sandbox("objects"))

    def owner(self, account: str, region: str) -> Gateway:
        """The people whose AWS account it is; they have keys of their own."""
        gateways = Gateways(Limits(time.monotonic, time.sleep, speed=SPEED), self.sandbox)
        return gateways.gateway(self.key(account), region)

    def say(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/bold]")

    def tell(self, text: str) -> None:
        """A line that is not folded, so that it can be copied."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


def demo(keep: bool) -> None:
    """From document to cluster to nothing. With `keep` everything is left running until Ctrl-C."""
    console = Console()
    # A shell that starts us in the background has SIGINT ignored; Ctrl-C shall end the demo all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open_stage(console) as stage:
        documents = parse((examples() / EXAMPLE).read_text(), EXAMPLE)
        account = next(d for d in documents if isinstance(d, CloudAccount))
        cluster = next(d for d in documents if isinstance(d, Cluster))
        owner = stage.owner(account_id(account), cluster.spec.region)
        roles = register(stage, owner, account, cluster)
        before = names(stage.objects())
        create(stage, documents, cluster)
        show(stage, owner, cluster)
        if keep:
            wait_for_interrupt(stage, cluster)
            return
        delete(stage, cluster, before)
        for role in roles:
            take_back(owner, role)


def examples() -> Path:
    """In a checkout beside `src`; in an installed package inside it."""
    inside = Path(__file__).parent.parent / "examples"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "examples"


@contextmanager
def open_stage(console: Console) -> Iterator[Stage]:
    home = Path(tempfile.mkdtemp(prefix="clusterwright-demo-"))
    processes: list[subprocess.Popen[str]] = []
    try:
        sandbox = launch(processes, home, ["-m", "clusterwright.sandbox", *sandbox_options()], os.environ)
        console.print(
            f"sandbox   {sandbox}   a local AWS; {SPEED:.0f} of its seconds pass in one of ours",
            soft_wrap=True,
        )
        server = launch_server(processes, home, sandbox)
        client = open_client(server, (home / "data" / "token").read_text().strip())
        console.print(f"server    {server}   API and engine, its data in {home}", soft_wrap=True)
        yield Stage(console, sandbox, server, client, home)
        client.close()
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def sandbox_options() -> list[str]:
    return ["--port", "0", "--speed", str(SPEED), "--seed", str(SEED)]


def launch_server(processes: list[subprocess.Popen[str]], home: Path, sandbox: str) -> str:
    """With the credentials of an account of its own, as an instance role would give it."""
    key = httpx.get(f"{sandbox}/_sandbox/accounts/{HOME_ACCOUNT}/credentials", timeout=30).json()
    ambient = {"AWS_ACCESS_KEY_ID": key["accessKeyId"], "AWS_SECRET_ACCESS_KEY": key["secretAccessKey"]}
    options = ["--port", "0", "--data-dir", str(home / "data"), "--aws-endpoint", sandbox]
    command = ["-m", "clusterwright", "server", *options, "--speed", str(SPEED)]
    return launch(processes, home, command, os.environ | ambient)


def launch(
    processes: list[subprocess.Popen[str]], home: Path, command: list[str], env: Mapping[str, str]
) -> str:
    """Start one of our processes and return the address that it announces."""
    name = "server" if "server" in command else "sandbox"
    log = (home / f"{name}.log").open("w")
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=log, text=True, env=dict(env)
    )
    processes.append(process)
    assert process.stdout is not None
    line = process.stdout.readline()
    if " ready at " not in line:
        said = (home / f"{name}.log").read_text().strip() or line.strip()
        raise DemoFailed(f"The {name} did not start: {said}")
    return line.split(" ready at ")[1].split()[0]


def account_id(account: CloudAccount) -> str:
    credentials = account.spec.credentials
    assert isinstance(credentials, AssumeRole)
    return credentials.role_arn.split(":")[4]


def register(stage: Stage, owner: Gateway, account: CloudAccount, cluster: Cluster) -> list[str]:
    """The account's owner makes a role that only this server, with its external id, may assume."""
    stage.say(f"1. Register AWS account {account_id(account)} by role and external id")
    stage.client.apply(dump(account))
    status = stage.client.get("accounts", account.metadata.name)["status"]
    credentials = account.spec.credentials
    assert isinstance(credentials, AssumeRole)
    arns = [credentials.role_arn, *(entry.principal_arn for entry in cluster.spec.control_plane.access)]
    roles = [arn.rpartition("/")[2] for arn in arns]
    trust = json.dumps(status["trustPolicy"])
    for role in roles:
        owner.call("iam:CreateRole", {"RoleName": role, "AssumeRolePolicyDocument": trust})
    policies = stage.client.policies()
    for policy in policies:
        grant(owner, roles[0], policy)
    stage.tell(f"   external id {status['externalId']}, issued by the server")
    stage.tell(f"   roles {', '.join(roles)} made by the account's owner with that trust policy")
    stage.tell(f"   policies of {roles[0]}: {', '.join(policy['name'] for policy in policies)}")
    return roles


def grant(owner: Gateway, role: str, policy: Policy) -> None:
    """As `clusterwright account setup NAME --with cli` has it."""
    for document in policy["documents"]:
        named = {"PolicyName": f"clusterwright-{policy['name']}", "PolicyDocument": json.dumps(document)}
        arn = owner.call("iam:CreatePolicy", named)["Policy"]["Arn"]
        owner.call("iam:AttachRolePolicy", {"RoleName": role, "PolicyArn": arn})


def take_back(owner: Gateway, role: str) -> None:
    """The role, and the policies that only it has."""
    for policy in owner.rows("iam:ListAttachedRolePolicies", "AttachedPolicies", {"RoleName": role}):
        owner.call("iam:DetachRolePolicy", {"RoleName": role, "PolicyArn": policy["PolicyArn"]})
        owner.call("iam:DeletePolicy", {"PolicyArn": policy["PolicyArn"]})
    owner.call("iam:DeleteRole", {"RoleName": role})


def create(stage: Stage, documents: tuple[Document, ...], cluster: Cluster) -> None:
    name = cluster.metadata.name
    stage.say(f"2. Plan and create cluster {name}")
    text = "---\n".join(dump(document) for document in documents)
    stage.client.apply("---\n".join(dump(d) for d in documents if not isinstance(d, Cluster)))
    for planned in stage.client.plan(text):
        stage.tell(f"   {planned['text'].strip().splitlines()[-1]}")
    began = time.monotonic()
    stage.client.apply(text)
    if not follow(stage.client, name, until="ready", console=stage.console):
        raise DemoFailed(f"Cluster {name} did not become ready.")
    report_time(stage, "created", began)


def report_time(stage: Stage, verb: str, began: float) -> None:
    took = time.monotonic() - began
    stage.tell(f"   {verb} in {duration(took * SPEED)} of AWS's time, {took:.0f} s of ours")


def show(stage: Stage, owner: Gateway, cluster: Cluster) -> None:
    """The finished cluster, seen with the account owner's own eyes."""
    name = cluster.metadata.name
    stage.say("3. What is there now")
    filters = [{"Name": "tag:eks:cluster-name", "Values": [name]}, running()]
    found = owner.rows("ec2:DescribeInstances", "Reservations", {"Filters": filters})
    instances = [instance for reservation in found for instance in reservation["Instances"]]
    stage.console.print(nodes_table(instances))
    tags = {tag["Key"]: tag["Value"] for tag in instances[0]["Tags"]}
    stage.tell(f"   tags on {instances[0]['InstanceId']}:")
    for key, value in sorted(tags.items()):
        stage.tell(f"     {key} = {value}")
    kubeconfig = stage.home / "kubeconfig"
    kubeconfig.write_text(stage.client.kubeconfig(name))
    stage.tell("   kubeconfig:")
    for line in shortened(kubeconfig.read_text()):
        stage.tell(f"     {line}")


def running() -> dict[str, Any]:
    return {"Name": "instance-state-name", "Values": ["running"]}


def nodes_table(instances: list[dict[str, Any]]) -> Table:
    table = Table("zone", "node pool", "instance type", "nodes", title="nodes per zone", title_justify="left")
    count: Counter[tuple[str, str, str]] = Counter()
    for instance in instances:
        tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
        zone = instance["Placement"]["AvailabilityZone"]
        count[zone, tags.get("eks:nodegroup-name", ""), instance["InstanceType"]] += 1
    for (zone, pool, kind), number in sorted(count.items()):
        table.add_row(zone, pool, kind, str(number))
    return table


def shortened(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield line if len(line) <= 100 else line[:60] + "..."


def delete(stage: Stage, cluster: Cluster, before: set[str]) -> None:
    name = cluster.metadata.name
    stage.say(f"4. Delete cluster {name}")
    began = time.monotonic()
    stage.client.delete("clusters", name)
    if not follow(stage.client, name, until="deleted", console=stage.console):
        raise DemoFailed(f"Cluster {name} was not deleted.")
    report_time(stage, "deleted", began)
    stage.say("5. What the sandbox still holds")
    left = sorted(names(stage.objects()) - before)
    if left:
        raise DemoFailed(f"Left behind: {', '.join(left)}.")
    calls = stage.ask_sandbox("calls")
    stage.tell(f"   nothing of the cluster: {len(before)} objects, those from before it was made")
    stage.tell(f"   AWS calls from beginning to end: {len(calls)}")


def names(objects: list[dict[str, Any]]) -> set[str]:
    return {f"{entry['kind']} {entry['id']}" for entry in objects}


def wait_for_interrupt(stage: Stage, cluster: Cluster) -> None:
    name = cluster.metadata.name
    token = (stage.home / "data" / "token").read_text().strip()
    key = stage.key(stage_account(stage))
    stage.say("Everything is left running. In another terminal:")
    for line in (
        f"export CLUSTERWRIGHT_SERVER={stage.server} CLUSTERWRIGHT_TOKEN={token}",
        "clusterwright get clusters",
        f"clusterwright describe cluster {name}",
        f"clusterwright delete cluster {name}",
        "",
        "# the same with AWS's own tool, as the owner of the account:",
        f"export AWS_ENDPOINT_URL={stage.sandbox} AWS_DEFAULT_REGION={cluster.spec.region}",
        f"export AWS_ACCESS_KEY_ID={key.access_key_id} AWS_SECRET_ACCESS_KEY={key.secret_access_key}",
        f"aws eks describe-cluster --name {name}",
        "",
        f"{stage.server}/api/docs                      # the API",
        f"{stage.sandbox}/_sandbox/objects             # everything that the sandbox holds",
    ):
        stage.tell(f"  {line}")
    stage.say("Ctrl-C ends the demo and forgets everything.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        stage.tell("")


def stage_account(stage: Stage) -> str:
    [account] = stage.client.find_all("accounts")
    return str(account["spec"]["credentials"]["roleArn"]).split(":")[4]
