"""A whole Clusterwright against a sandbox, with one clock for both that only tests move.

A pass runs when the cluster is due; between passes time jumps to the next one. So a lifecycle of half an
hour takes seconds, always the same ones, and how long things took can be asked to the second.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from clusterwright.aws.calls import Calls
from clusterwright.aws.credentials import AccessKey, AssumedRole
from clusterwright.aws.gateway import Gateway, Gateways
from clusterwright.aws.iam.features import extra
from clusterwright.aws.iam.policy import Policy
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.limits import Limits
from clusterwright.aws.registry import KINDS, driver_for
from clusterwright.engine.reconcile import Accounts, Reconciler, Tools
from clusterwright.graph.codec import Codec
from clusterwright.spec.account import AssumeRole, CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import Document, parse
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store import accounts, clusters, operations, profiles, resources
from clusterwright.store.database import Database, open_database, sqlite_url
from clusterwright.store.rows import AccountRow, ClusterRow, OperationRow, OperationState, ResourceRow
from clusterwright.store.secrets import SecretBox, open_box
from tests.lifecycle.given_network import make_network
from tests.owner import make_role
from tests.processes import running, sandbox_arguments

HOME = "999988887777"
"""The account that the control plane runs in."""
TARGET = "111122223333"
"""The account that clusters are built in."""
SEEN = 60.0
"""AWS seconds until IAM shows a new role everywhere."""
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@dataclass
class ManualClock:
    """Wall and AWS seconds are the same here, and pass only when told."""

    at: float = 1_800_000_000.0
    speed: float = 1.0

    def now(self) -> float:
        return self.at


@dataclass(frozen=True)
class Sandbox:
    """The sandbox as any client sees it."""

    url: str
    http: httpx.Client

    def get(self, path: str) -> Any:
        return self.http.get(f"/_sandbox/{path}").raise_for_status().json()

    def advance(self, seconds: float) -> None:
        self.http.post("/_sandbox/clock/advance", json={"seconds": seconds}).raise_for_status()

    def key(self, account: str) -> AccessKey:
        answer = self.get(f"accounts/{account}/credentials")
        return AccessKey(answer["accessKeyId"], answer["secretAccessKey"])

    def objects(self) -> list[dict[str, Any]]:
        return list(self.get("objects"))

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        return list(self.get(f"calls?since={since}"))


@dataclass
class World:
    """Clusterwright's core without its faces."""

    sandbox: Sandbox
    database: Database
    box: SecretBox
    clock: ManualClock
    gateways: Gateways
    pool: ThreadPoolExecutor
    passes: int = 0
    policies: Sequence[Policy] = (*all_published(), extra())
    """What the account allows us."""
    network: dict[str, str] = field(default_factory=dict)
    """The user's own, by the placeholders in examples."""
    base: AccessKey = field(init=False)
    reconciler: Reconciler = field(init=False)

    def __post_init__(self) -> None:
        self.base = self.sandbox.key(HOME)
        self.reconciler = self.make_reconciler()

    def make_reconciler(self, source: Accounts | None = None) -> Reconciler:
        """A new one has forgotten everything, as after the death of the process."""
        return Reconciler(
            Tools(
                database=self.database,
                box=self.box,
                accounts=source or self,
                inventory=Inventory(self.clock.now),
                clock=self.clock,
                driver_for=driver_for,
                codec=Codec(KINDS),
                pool=self.pool,
                new_id=lambda: str(uuid.uuid4()),
            )
        )

    def calls(self, account: AccountRow, region: str) -> Calls:
        credentials = account.document.spec.credentials
        assert isinstance(credentials, AssumeRole)
        role = AssumedRole(credentials.role_arn, account.external_id, source=self.base)
        return self.gateways.gateway(role, region)

    def owner_of_target(self, region: str = "us-east-1") -> Gateway:
        """The people whose account it is: an independent look, and the means to do harm."""
        return self.gateways.gateway(self.sandbox.key(TARGET), region)

    def example(self, name: str) -> str:
        """An example's text; one that speaks of the user's network with the ids of one that is there."""
        text = example(name)
        if "static:" in text and not self.network:
            self.network |= make_network(self.owner_of_target())
            self.wait(SEEN * 5)  # until its NAT gateway is available
        for placeholder, id_ in self.network.items():
            text = text.replace(placeholder, id_)
        return text

    def prepare(self) -> None:
        """The account and the profile that all examples share are in the first of them."""
        for document in parse(example("quickstart")):
            if not isinstance(document, Cluster):
                self.put(document)

    def apply(self, text: str) -> str:
        """Store documents as the service does; the uid of the cluster among them."""
        self.prepare()
        return "".join(self.put(document) for document in parse(text))

    def put(self, document: Document) -> str:
        """The uid where it is a cluster."""
        if isinstance(document, CloudAccount):
            self.add_account(document)
        elif isinstance(document, ClusterProfile):
            self.add_profile(document)
        else:
            return self.put_cluster(document)
        return ""

    def add_account(self, document: CloudAccount) -> None:
        row = AccountRow("account-uid", document, 1, "external-id-of-this-test", self.clock.now())
        with self.database.transaction() as connection:
            if accounts.find(connection, row.name, self.box):
                return
            accounts.insert(connection, row, self.box)
        let_in(self.owner_of_target(), document, row.external_id, self.policies)
        self.wait(SEEN)

    def add_profile(self, document: ClusterProfile) -> None:
        with self.database.transaction() as connection:
            if not profiles.versions(connection, document.metadata.name):
                profiles.insert(connection, document, self.clock.now())

    def put_cluster(self, document: Cluster) -> str:
        with self.database.transaction() as connection:
            row = clusters.find(connection, document.metadata.name)
            uid = row.uid if row else str(uuid.uuid4())
            if row is None:
                clusters.insert(connection, uid, document, self.clock.now())
            else:
                clusters.replace(connection, row, document, generation=row.generation + 1)
                resources.forgive(connection, uid)
                clusters.wake(connection, uid, self.clock.now())
            generation = row.generation + 1 if row else 1
            verb = "update" if row else "create"
            operations.start(connection, self.operation(uid, document.metadata.name, verb, generation))
        return uid

    def delete(self, uid: str) -> None:
        with self.database.transaction() as connection:
            row = clusters.by_uid(connection, uid)
            assert row is not None
            clusters.start_delete(connection, row)
            resources.forgive(connection, uid)
            clusters.wake(connection, uid, self.clock.now())
            operations.start(connection, self.operation(uid, row.name, "delete", row.generation + 1))

    def operation(self, uid: str, name: str, verb: str, generation: int) -> OperationRow:
        return OperationRow(
            str(uuid.uuid4()), uid, name, verb, generation, OperationState.RUNNING, (), 0.0, None,
            self.clock.now(), None,
        )  # fmt: skip

    def row(self, uid: str) -> ClusterRow | None:
        with self.database.transaction() as connection:
            return clusters.by_uid(connection, uid)

    def records(self, uid: str) -> dict[str, ResourceRow]:
        with self.database.transaction() as connection:
            return resources.of(connection, uid)

    def newest_operation(self, uid: str) -> OperationRow:
        with self.database.transaction() as connection:
            operation = operations.newest(connection, uid)
        assert operation is not None
        return operation

    def turn(self, uid: str) -> None:
        """Let time pass until the cluster is due, and run that pass."""
        row = self.row(uid)
        assert row is not None
        assert row.due is not None
        self.wait(max(0.0, row.due - self.clock.now()))
        self.passes += 1
        self.reconciler.reconcile(uid)

    def wait(self, seconds: float) -> None:
        if seconds > 0:
            self.clock.at += seconds
            self.sandbox.advance(seconds)

    def drive(self, uid: str, until: Callable[[ClusterRow | None], bool], most: int = 400) -> None:
        """Turn until it is so."""
        for _ in range(most):
            if until(self.row(uid)):
                return
            self.turn(uid)
        raise AssertionError(f"not so after {most} passes: {self.story(uid)}")

    def settle(self, uid: str) -> None:
        """Until the document is true and at rest."""
        self.drive(uid, lambda row: row is not None and row.observed == row.generation)

    def bury(self, uid: str) -> None:
        """Until the cluster is gone."""
        self.drive(uid, lambda row: row is None)

    def story(self, uid: str) -> str:
        """What a failed test shows."""
        operation = self.newest_operation(uid)
        lines = [f"{t.state} {t.verb} {t.resource}: {t.message} {t.waiting_for}" for t in operation.tasks]
        row = self.row(uid)
        return "\n".join([str(row.status if row else "gone"), *lines])


def let_in(owner: Gateway, document: CloudAccount, external_id: str, policies: Sequence[Policy]) -> None:
    """What the account's owner does by hand: a role that only we, with this id, may assume."""
    credentials = document.spec.credentials
    assert isinstance(credentials, AssumeRole)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }
    make_role(owner, credentials.role_arn.rpartition("/")[2], json.dumps(trust), policies)
    make_role(owner, "TeamAdmins", json.dumps(trust), ())  # who the examples give access to


@contextmanager
def new_world(home: Path, url: str | None = None, seed: int = 1) -> Iterator[World]:
    """A fresh sandbox and a fresh database."""
    limits = Limits(now=time.monotonic, sleep=time.sleep, speed=10_000)
    with ExitStack() as stack:
        aws = stack.enter_context(running(home, *sandbox_arguments(seed)))
        http = stack.enter_context(httpx.Client(base_url=aws.url, timeout=30, trust_env=False))
        database = open_database(url or sqlite_url(home / "world.db"))
        stack.callback(database.close)
        yield World(
            Sandbox(aws.url, http), database, open_box(home / "secret.key"), ManualClock(),
            Gateways(limits, aws.url), stack.enter_context(ThreadPoolExecutor(32)),
        )  # fmt: skip


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.yaml").read_text()


def with_cluster(text: str, change: Callable[[Cluster], Cluster]) -> Cluster:
    """The cluster of an example, changed."""
    return change(next(d for d in parse(text) if isinstance(d, Cluster)))


def respec(cluster: Cluster, **fields: object) -> Cluster:
    return cluster.model_copy(update={"spec": cluster.spec.model_copy(update=fields)})


__all__ = ["World", "example", "new_world", "replace", "respec", "with_cluster"]
