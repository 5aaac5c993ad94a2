"""Cloud accounts, and that their secrets come out nowhere."""

from __future__ import annotations

import pytest

from clusterwright.errors import Invalid
from clusterwright.spec import document
from clusterwright.spec.account import AccessKey, AccountSpec, AssumeRole, CloudAccount
from clusterwright.spec.metadata import Metadata

SECRET = "hunter2hunter2hunter2"
ROLE = "arn:aws:iam::111122223333:role/ClusterwrightRole"


def text(credentials: str, partition: str = "aws") -> str:
    return f"""\
apiVersion: clusterwright.dev/v1
kind: CloudAccount
metadata: {{name: prod}}
spec:
  partition: {partition}
  credentials: {{{credentials}}}
"""


KEY = f"type: accessKey, accessKeyId: AKIAIOSFODNN7EXAMPLE, secretAccessKey: {SECRET}"


@pytest.mark.parametrize(
    ("credentials", "path", "message"),
    [
        (
            f"type: assumeRole, roleArn: '{ROLE}', externalId: x",
            "externalId",
            "is issued by the server and read-only",
        ),
        (
            f"type: assumeRole, roleArn: '{ROLE.replace('aws:', 'aws-cn:')}'",
            "roleArn",
            "the role is in aws-cn",
        ),
        ("type: assumeRole, roleArn: me", "roleArn", "me is not the ARN of an IAM role"),
        (f"roleArn: '{ROLE}'", "type", "is required"),
        ("type: magic", "type", "magic is not known"),
        ("type: accessKey, accessKeyId: AKIAIOSFODNN7EXAMPLE", "secretAccessKey", "is required"),
        (KEY.replace(SECRET, "''"), "secretAccessKey", "is empty"),
        (KEY.replace("AKIA", "ASIA"), "sessionToken", "temporary keys (ASIA...) need a session token"),
        (KEY.replace("AKIAIOSFODNN7EXAMPLE", "short"), "accessKeyId", "is not an access key id"),
        (f"{KEY}, sessionToken: 42", "sessionToken", "must be text"),
    ],
)
def test_rule(credentials: str, path: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        document.parse(text(credentials))
    (found,) = caught.value.findings
    assert found.path == f"spec.credentials.{path}"
    assert message in found.message
    assert found.line == 6


@pytest.mark.parametrize(
    "wrong",
    [
        text(KEY.replace("secretAccessKey", "secretAcessKey")),
        text(KEY.replace("accessKeyId: AKIAIOSFODNN7EXAMPLE", f"accessKeyId: {SECRET}!")),
        text(f"{KEY}, roleArn: {SECRET}"),
        text(KEY.replace(SECRET, f"[{SECRET}]")),
        text(KEY.replace(SECRET, f"*{SECRET}")),
        text(KEY.replace(SECRET, f"!{SECRET}")),
        text(KEY.replace(SECRET, f'"{SECRET}')),
        text(KEY.replace("type: accessKey", "type: magic")),
        text(f"{KEY}, secretAccessKey: {SECRET}"),
        text(KEY).replace("spec:", f"secretAccessKey: {SECRET}\nspec:"),
    ],
)
def test_a_finding_never_shows_a_secret(wrong: str) -> None:
    with pytest.raises(Invalid) as caught:
        document.parse(wrong)
    assert SECRET not in str(caught.value) + repr(caught.value.findings)


def test_a_secret_that_looks_like_a_number_is_not_shown() -> None:
    with pytest.raises(Invalid) as caught:
        document.parse(text(KEY.replace(SECRET, "123456789")))
    assert "123456789" not in str(caught.value) + repr(caught.value.findings)


def test_secrets_are_not_in_any_text_of_the_account() -> None:
    (account,) = document.parse(text(f"{KEY}, sessionToken: {SECRET}"))
    assert isinstance(account, CloudAccount)
    assert isinstance(account.spec.credentials, AccessKey)
    assert account.spec.credentials.secret_access_key.get_secret_value() == SECRET
    shown = [str(account), repr(account), document.dump(account), account.model_dump_json()]
    shown += [str(account.model_dump()), str(account.spec.credentials), str(document.to_json(account))]
    assert not any(SECRET in item for item in shown)
    assert "secretAccessKey" not in document.dump(account)


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_a_role_belongs_to_the_partition_of_its_account(partition: str) -> None:
    role = ROLE.replace("aws:", f"{partition}:", 1)
    (account,) = document.parse(text(f"type: assumeRole, roleArn: '{role}'", partition))
    assert isinstance(account, CloudAccount)
    assert account.spec.credentials == AssumeRole(role_arn=role)


def test_an_account_built_in_python_can_be_read_back() -> None:
    account = CloudAccount(
        metadata=Metadata(name="prod"), spec=AccountSpec(credentials=AssumeRole(role_arn=ROLE))
    )
    assert document.parse(document.dump(account)) == (account,)
