"""How fast the sandbox is: `python -m tests.contract.sandbox.speed [--calls 100000]`.

The client writes the same signed requests over and over on connections that stay open, so that what is
measured is the sandbox. "Per core" is calls by the processor seconds that the sandbox took, which a busy
machine changes less than calls by the clock. It never fails.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .tenant import Tenant

_ACCOUNT = "300000000001"
_SIGNED_FOR = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


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


@dataclass(frozen=True)
class Server:
    pid: int
    url: str

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def megabytes(self) -> float:
        line = next(
            one for one in Path(f"/proc/{self.pid}/status").read_text().splitlines() if "VmRSS" in one
        )
        return int(line.split()[1]) / 1024


@contextmanager
def served() -> Iterator[tuple[Server, float]]:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "clusterwright.sandbox", "--no-throttle"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        urllib.request.urlopen(f"{url}/_sandbox/health").close()
        try:
            yield Server(process.pid, url), time.perf_counter() - begun
        finally:
            process.terminate()


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
            if time.monotonic() - self.signed_at > _SIGNED_FOR:
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


def furnish(tenant: Tenant) -> None:
    """A cluster in a network, as the questions expect it."""
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role)


def rate(server: Server, name: str, calls: int, connections: int) -> tuple[float, float]:
    """Calls in a second of the wall's clock and of the sandbox's processor."""
    keys = json.load(urllib.request.urlopen(f"{server.url}/_sandbox/accounts/{_ACCOUNT}/credentials"))
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"])
    askers = [Asker(server.url, QUESTIONS[name], credentials) for _ in range(connections)]
    askers[0].ask(20)
    worked, begun = server.processor_seconds(), time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda one: one.ask(calls // connections), askers))
    wall = time.perf_counter() - begun
    return calls / wall, calls / max(server.processor_seconds() - worked, 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(prog="speed", description="How fast the sandbox is.")
    parser.add_argument("--calls", type=int, default=20_000, help="for the look at memory")
    parser.add_argument("--sample", type=int, default=1_500, help="for each rate")
    chosen = parser.parse_args()
    say = sys.stdout.write
    with served() as (server, start):
        say(f"start to first answer {start:.2f} s, of processor {server.processor_seconds():.2f} s\n")
        furnish(Tenant(server.url, botocore.session.Session(), _ACCOUNT))
        for name in QUESTIONS:
            wall, core = rate(server, name, chosen.sample, connections=4)
            say(f"{name:<24} {wall:8.0f}/s {core:8.0f}/s per core\n")
        before = server.megabytes()
        for name in ("eks:DescribeCluster", "ec2:DescribeVpcs"):
            rate(server, name, chosen.calls // 2, connections=4)
        say(f"memory {before:.0f} MiB, after {chosen.calls} more calls {server.megabytes():.0f} MiB\n")


if __name__ == "__main__":
    main()
