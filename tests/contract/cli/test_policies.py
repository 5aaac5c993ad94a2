"""`iam` and `account setup`: what people paste into their AWS account."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import yaml

from tests.contract.cli.conftest import Terminal
from tests.unit.service.fakes import QUICKSTART

ACCESS_KEY = """
apiVersion: clusterwright.dev/v1
kind: CloudAccount
metadata: {name: keyed}
spec: {credentials: {type: accessKey, accessKeyId: AKIAIOSFODNN7EXAMPLE, secretAccessKey: s3cr3t}}
"""


@pytest.fixture
def hello(terminal: Terminal) -> Terminal:
    assert terminal.run("apply", "-f", terminal.file(QUICKSTART)).exit_code == 0
    return terminal


@pytest.mark.parametrize("name", ["controller", "control-plane", "nodes", "deployment", "extra"])
def test_a_policy_is_printed_in_three_ways(terminal: Terminal, name: str) -> None:
    document = json.loads(terminal.run("iam", "policy", name).stdout)
    assert document["Version"] == "2012-10-17"
    template = yaml.safe_load(terminal.run("iam", "policy", name, "--format", "cloudformation").stdout)
    (resource,) = template["Resources"].values()
    assert resource["Properties"]["PolicyDocument"] == document
    terraform = terminal.run("iam", "policy", name, "--format", "terraform").stdout
    assert f'name   = "clusterwright-{name}"' in terraform


def test_the_extra_policy_of_one_feature(terminal: Terminal) -> None:
    document = json.loads(terminal.run("iam", "policy", "extra", "--feature", "log-groups").stdout)
    actions = {action for row in document["Statement"] for action in row["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"logs"}
    wrong = terminal.run("iam", "policy", "extra", "--feature", "magic")
    assert wrong.exit_code == 1
    assert "Features: access-entries" in str(wrong.exception)


def test_the_least_policy_is_for_the_clusters_of_a_file(terminal: Terminal) -> None:
    printed = terminal.run("iam", "policy", "minimal", "-f", terminal.file(QUICKSTART)).stdout
    document = json.loads(printed)
    resources = {resource for row in document["Statement"] for resource in row["Resource"]}
    assert "arn:aws:eks:us-east-1:111122223333:cluster/hello" in resources
    actions = {action for row in document["Statement"] for action in row["Action"]}
    assert "ec2:CreateVpc" in actions
    assert not {action for action in actions if action.startswith("logs:")}
    assert terminal.run("iam", "policy", "minimal").exit_code == 2
    accounts_only = QUICKSTART.split("\n---\n")[0]
    assert terminal.run("iam", "policy", "minimal", "-f", terminal.file(accounts_only)).exit_code == 1


def test_lint_explains_and_does_not_fail(terminal: Terminal) -> None:
    result = terminal.run("iam", "lint")
    assert result.exit_code == 0
    assert "controller: 5897 characters of 6144, " in result.stdout
    assert "allows nothing" in result.stdout
    assert "nodes: 715 characters of 6144, no findings" in result.stdout


def test_setup_by_hand_names_what_the_console_asks_for(hello: Terminal) -> None:
    shown = hello.run("account", "setup", "sandbox").stdout
    external_id = hello.served.http.get("/api/v1/accounts/sandbox").json()["status"]["externalId"]
    for words in ("Account ID: 444455556666", f"External ID: {external_id}", "Role name: ClusterwrightRole"):
        assert words in shown


def test_setup_by_script_is_a_script(hello: Terminal) -> None:
    script = hello.run("account", "setup", "sandbox", "--with", "cli").stdout
    shell = shutil.which("sh")
    assert shell
    assert subprocess.run([shell, "-n"], input=script.encode(), check=False).returncode == 0
    assert script.count("--policy-arn arn:aws:iam::111122223333:policy/clusterwright-") == 4


def test_setup_by_template_makes_the_role_with_its_policies(hello: Terminal) -> None:
    template = yaml.safe_load(hello.run("account", "setup", "sandbox", "--with", "cloudformation").stdout)
    role = template["Resources"]["ClusterwrightRole"]["Properties"]
    assert len(role["ManagedPolicyArns"]) == 4
    assert "sts:ExternalId" in json.dumps(role["AssumeRolePolicyDocument"])
    terraform = hello.run("account", "setup", "sandbox", "--with", "terraform").stdout
    assert terraform.count("aws_iam_role_policy_attachment") == 4


def test_an_access_key_has_no_role_to_make(terminal: Terminal) -> None:
    assert terminal.run("apply", "-f", terminal.file(ACCESS_KEY)).exit_code == 0
    result = terminal.run("account", "setup", "keyed")
    assert result.exit_code == 1
    assert "uses an access key, not a role" in str(result.exception)


def test_check_names_what_is_missing_and_how_to_mend_it(hello: Terminal) -> None:
    assert hello.run("account", "check", "sandbox").exit_code == 0
    hello.served.stage.aws.denied = {"ec2:CreateVpc", "eks:CreateAccessEntry"}
    result = hello.run("account", "check", "sandbox")
    assert result.exit_code == 1
    assert "x ec2:CreateVpc: not allowed; needed for vpc" in result.stdout
    assert "of the controller policy allows it" in result.stdout
    assert "! eks:CreateAccessEntry: not allowed, so nobody but" in result.stdout
    assert "1 missing" in result.stdout
    patch = json.loads(hello.run("account", "check", "sandbox", "-o", "patch").stdout)
    granted = {action for row in patch["Statement"] for action in row["Action"]}
    assert granted == {"ec2:CreateVpc", "eks:CreateAccessEntry"}
    assert json.loads(hello.run("account", "check", "sandbox", "-o", "json").stdout)["sufficient"] is False
    assert hello.run("account", "check", "sandbox", "--region", "the moon").exit_code == 1


def test_an_account_says_who_uses_it(hello: Terminal) -> None:
    assert hello.run("get", "accounts").stdout.splitlines()[1].split()[3] == "1"
    status = json.loads(hello.run("get", "account", "sandbox", "-o", "json").stdout)["status"]
    assert status["clusters"] == ["hello"]


def test_a_check_is_made_in_the_first_region_of_the_partition(terminal: Terminal) -> None:
    china = ACCESS_KEY.replace("spec: {", "spec: {partition: aws-cn, ")
    assert terminal.run("apply", "-f", terminal.file(china)).exit_code == 0
    assert " in cn-north-1, " in terminal.run("account", "check", "keyed").stdout
