"""Answers shared by all clusters of a region, and how fresh they are."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from clusterwright.aws.inventory import Inventory
from clusterwright.aws.scope import Freshness

KEY = ("identity", "us-east-1", "ec2:DescribeVpcs")


@dataclass
class Aws:
    """Counts what it is asked."""

    at: float = 0.0
    asked: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def describe(self) -> int:
        self.asked.append(self.at)
        return len(self.asked)


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def inventory(aws: Aws) -> Inventory:
    return Inventory(aws.now)


def test_one_describe_serves_all_who_accept_its_age(aws: Aws, inventory: Inventory) -> None:
    aws.at = 10.0
    answers = [inventory.read(KEY, not_before, aws.describe) for not_before in (9.0, 5.0, 9.5)]
    assert answers == [1, 1, 1]


def test_who_wrote_since_gets_a_new_answer_and_the_others_share_it(aws: Aws, inventory: Inventory) -> None:
    aws.at = 10.0
    inventory.read(KEY, 10.0, aws.describe)
    aws.at = 12.0
    assert inventory.read(KEY, 11.0, aws.describe) == 2
    assert inventory.read(KEY, 5.0, aws.describe) == 2


def test_an_answer_is_as_old_as_its_question(aws: Aws, inventory: Inventory) -> None:
    """A write while AWS was answering may be missing in the answer."""
    aws.at = 10.0

    def slow() -> int:
        aws.at = 15.0
        return aws.describe()

    inventory.read(KEY, 10.0, slow)
    assert inventory.read(KEY, 12.0, aws.describe) == 2


def test_a_failure_is_not_remembered(aws: Aws, inventory: Inventory) -> None:
    def fail() -> int:
        raise ValueError("no answer")

    with pytest.raises(ValueError, match="no answer"):
        inventory.read(KEY, 0.0, fail)
    assert inventory.read(KEY, 0.0, aws.describe) == 1


def test_threads_wait_for_the_one_that_asks(aws: Aws, inventory: Inventory) -> None:
    aws.at = 1.0
    begun = threading.Barrier(8)
    answers: list[int] = []

    def work() -> None:
        begun.wait()
        answers.append(inventory.read(KEY, 0.0, aws.describe))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 8


def test_who_wrote_at_that_very_moment_asks_again(aws: Aws, inventory: Inventory) -> None:
    inventory.read(KEY, -1.0, aws.describe)
    assert inventory.read(KEY, inventory.wrote("uid-1"), aws.describe) == 2
    assert inventory.last_write("uid-1") == 0.0
    assert inventory.last_write("uid-2") == float("-inf")


def test_prune_forgets_what_nobody_renewed(aws: Aws, inventory: Inventory) -> None:
    inventory.read(KEY, 0.0, aws.describe)
    aws.at = 100.0
    inventory.read(("other",), 100.0, aws.describe)
    inventory.prune(older_than=50.0)
    assert list(inventory.entries) == [("other",)]


@pytest.mark.parametrize(
    ("written_at", "age", "oldest"), [(0.0, 3600.0, 0.0), (95.0, 3600.0, 95.0), (0.0, 30.0, 70.0)]
)
def test_no_answer_is_older_than_the_last_write(written_at: float, age: float, oldest: float) -> None:
    fresh = Freshness(started_at=99.0, shared_since=90.0, written_at=written_at)
    assert fresh.oldest(100.0, age) == oldest


def test_a_write_makes_every_older_answer_useless() -> None:
    fresh = Freshness(started_at=99.0, shared_since=90.0, written_at=0.0)
    fresh.wrote(100.0)
    assert (fresh.started_at, fresh.shared_since, fresh.oldest(200.0, 3600.0)) == (100.0, 100.0, 100.0)
