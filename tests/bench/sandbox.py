"""How quick the sandbox is, with IAM on: to start, to answer, and whether it grows.

The client writes the same signed requests over and over on connections that stay open, so that what is
measured is the sandbox; it asks as a session of a role with the four policies of a customer's account.
What its processor did is changed less by a busy machine than what the clock on the wall says.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.bench.lab import Lab
from tests.bench.line import Line
from tests.bench.startup import median, started
from tests.contract.sandbox.iam.people import SEED, Account
from tests.contract.sandbox.tenant import Tenant
from tests.processes import Process, running

COMMAND = ("sandbox", "--port", "0", "--speed", "0")
START_GOAL = 2.0
CALL_GOAL = 2.0
"""Milliseconds of processor: 500 calls in a second of one core."""
GROWTH_GOAL = 5.0
SAMPLE, FEW = 1_500, 400
CALLS, FEWER_CALLS = 100_000, 10_000
CONNECTIONS = 4
SIGNED_FOR = 120.0


@dataclass(frozen=True)
class Question:
    service: str
    method: str
    path: str
    body: str = ""


QUESTIONS = {
    "eks:DescribeCluster": Question("eks", "GET", "/clusters/one"),
    "eks:ListClusters": Question("eks", "GET", "/clusters"),
    "ec2:DescribeVpcs": Question("ec2", "POST", "/", "Action=DescribeVpcs&Version=2016-11-15&MaxResults=100"),
    "ec2:DescribeSubnets": Question(
        "ec2", "POST", "/", "Action=DescribeSubnets&Version=2016-11-15&MaxResults=100"
    ),
    "iam:GetRole": Question("iam", "POST", "/", "Action=GetRole&Version=2010-05-08&RoleName=cluster"),
    "sts:GetCallerIdentity": Question("sts", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15"),
}


def measure(lab: Lab) -> Iterator[Line]:
    home = lab.home / "sandbox"
    home.mkdir()
    starts = [started(home, *COMMAND) for _ in range(1 if lab.quick else 3)]
    yield median("start, until ready", starts, START_GOAL)
    with running(home, *COMMAND) as process:
        credentials = furnished(process)
        for name in QUESTIONS:
            yield asked(process, name, credentials, FEW if lab.quick else SAMPLE)
        yield from grown(process, credentials, FEWER_CALLS if lab.quick else CALLS)


def furnished(process: Process) -> Credentials:
    """A cluster in a network, as the questions expect it, and somebody with no more rights than needed."""
    account = Account(Tenant(process.url, botocore.session.Session(), "300000000001"))
    tenant = account.tenant
    role, _, _ = tenant.roles()
    tenant.cluster(tenant.network(), role)
    asker = account.role()
    for seed in sorted(SEED.glob("*.json")):
        arn = account.managed(seed.read_text())
        account.iam.attach_role_policy(RoleName=asker.rpartition("/")[2], PolicyArn=arn)
    keys = account.enter(asker)
    account.close()
    return Credentials(*keys.values())


def asked(process: Process, name: str, credentials: Credentials, calls: int) -> Line:
    worked, began = process.cpu, time.perf_counter()
    ask(process, name, credentials, calls)
    wall, cpu = time.perf_counter() - began, process.cpu - worked
    note = f"{calls / wall:.0f}/s, {calls / max(cpu, 0.01):.0f}/s per core"
    return Line(name, cpu / calls * 1000, "ms CPU", CALL_GOAL, note)


def grown(process: Process, credentials: Credentials, calls: int) -> Iterator[Line]:
    """After as many calls as its books keep it has all it ever will; what is new after that is a leak."""
    ask(process, "eks:DescribeCluster", credentials, calls // 2)
    before = megabytes(process)
    for name in ("eks:DescribeCluster", "ec2:DescribeVpcs"):
        ask(process, name, credentials, calls // 2)
    after = megabytes(process)
    note = f"{before:.0f} MiB before, {after:.0f} MiB after {calls} calls"
    yield Line("memory, growth", (after - before) / before * 100, "%", GROWTH_GOAL, note)


def ask(process: Process, name: str, credentials: Credentials, calls: int) -> None:
    askers = [Asker(process.url, QUESTIONS[name], credentials) for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda one: one.ask(calls // CONNECTIONS), askers))


def megabytes(process: Process) -> float:
    lines = Path(f"/proc/{process.id}/status").read_text().splitlines()
    return int(next(one for one in lines if "VmRSS" in one).split()[1]) / 1024


@dataclass
class Asker:
    """One connection, one question."""

    url: str
    question: Question
    credentials: Credentials
    headers: dict[str, str] = field(default_factory=dict)
    signed_at: float = -1e9

    def ask(self, times: int) -> None:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        for _ in range(times):
            if time.monotonic() - self.signed_at > SIGNED_FOR:
                self.headers, self.signed_at = self.signed(), time.monotonic()
            connection.request(self.question.method, self.question.path, self.question.body, self.headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
        connection.close()

    def signed(self) -> dict[str, str]:
        one = self.question
        form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"} if one.body else {}
        request = AWSRequest(one.method, self.url + one.path, form, one.body)
        SigV4Auth(self.credentials, one.service, "us-east-1").add_auth(request)
        return dict(request.headers.items())
