"""The books keep the latest calls, and count what they let go."""

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.books.calls import Calls
from clusterwright.sandbox.call import Answer, Call
from clusterwright.sandbox.clock import Clock


def call(action: str, **params: str) -> Call:
    return Call("ec2", action, "1", "us-east-1", "key", params, b"", {})


def test_memory_is_bounded_and_the_sums_are_not() -> None:
    calls = Calls(Agenda(Clock(0)), kept=10)
    for number in range(25):
        calls.layer(call("DescribeVpcs", Number=str(number)), lambda _: Answer(200, (), b""))
    assert [one["seq"] for one in calls.select()] == list(range(16, 26))
    assert [one["seq"] for one in calls.select(since=23)] == [24, 25]
    assert calls.dropped == 15
    assert calls.summary.shown()[0]["count"] == 25


def test_ids_come_from_what_was_made_and_not_from_what_was_listed() -> None:
    calls = Calls(Agenda(Clock(0)), kept=10)
    body = b"<vpcId>vpc-0123456789abcdef0</vpcId>"
    for action in ("CreateVpc", "DescribeVpcs"):
        calls.layer(call(action), lambda _: Answer(200, (), body))
    assert [one["ids"] for one in calls.select()] == [["vpc-0123456789abcdef0"], []]
