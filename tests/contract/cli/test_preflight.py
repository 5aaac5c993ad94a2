"""`preflight`: a table, remedies below what is wrong, and an exit status for scripts."""

from __future__ import annotations

import json

import pytest

from tests.contract.cli.conftest import Terminal
from tests.unit.service.fakes import QUICKSTART

TAKEN = {"cluster": {"name": "hello", "tags": {}}}
"""A cluster of somebody else."""


def lines(terminal: Terminal, status: int) -> list[str]:
    result = terminal.run("preflight", "-f", terminal.file(QUICKSTART))
    assert result.exit_code == status
    return result.stdout.splitlines()


def test_what_cannot_be_read_is_marked_and_harms_nobody(terminal: Terminal) -> None:
    """The AWS of this test answers nothing but its zones."""
    first, *rest = lines(terminal, 0)
    assert first == "cluster/hello"
    assert any(line.startswith("  ?   quotas    VPCs per region") for line in rest)
    assert not [line for line in rest if line.startswith("  x")]


def test_an_error_comes_first_with_its_remedy_below_and_fails(terminal: Terminal) -> None:
    terminal.served.stage.aws.answers["eks:DescribeCluster"] = TAKEN
    _, error, remedy, *_ = lines(terminal, 1)
    assert error.split()[:4] == ["x", "names", "EKS", "cluster"]
    assert error.endswith("EKS cluster hello exists already and does not belong to cluster hello")
    assert remedy.strip().startswith("Choose another cluster name")


def test_more_than_the_quota_leaves_fails(terminal: Terminal) -> None:
    answers = terminal.served.stage.aws.answers
    answers["servicequotas:ListServiceQuotas"] = {"Quotas": [{"QuotaCode": "L-F678F1CE", "Value": 1.0}]}
    answers["ec2:DescribeVpcs"] = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "172.31.0.0/16"}]}
    _, error, remedy, *_ = lines(terminal, 1)
    assert error.startswith("  x   quotas    VPCs per region ")
    assert error.endswith(" 1 allowed, 1 in use, 1 needed, 1 too few")
    assert "(vpc, L-F678F1CE)" in remedy


def test_json_is_what_the_api_answers(terminal: Terminal) -> None:
    result = terminal.run("preflight", "-f", terminal.file(QUICKSTART), "-o", "json")
    (found,) = json.loads(result.stdout)["items"]
    assert (found["cluster"], found["level"]) == ("hello", "note")
    assert {tuple(check) for check in found["checks"]} == {("area", "subject", "level", "message", "remedy")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (QUICKSTART.split("\n---\n")[0], "holds no cluster"),
        (QUICKSTART.replace("max: 3", "max: 0"), "spec.nodePools[0].size.max"),
    ],
)
def test_a_text_that_cannot_be_checked_is_explained(terminal: Terminal, text: str, words: str) -> None:
    result = terminal.run("preflight", "-f", terminal.file(text))
    assert result.exit_code == 1
    assert words in result.stderr
