"""Secrets: https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html"""

from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_{}.html"
_NAME = "aws.cluster.x-k8s.io/0b8a"


@pytest.fixture
def secrets(tenant: Tenant) -> Any:
    client = tenant.client("secretsmanager")
    client.create_secret(Name=_NAME, SecretString="hidden")
    return client


@pytest.mark.documented(_API.format("GetSecretValue"))
def test_a_secret_is_read_by_its_name(secrets: Any) -> None:
    assert secrets.get_secret_value(SecretId=_NAME)["SecretString"] == "hidden"


@pytest.mark.documented(_API.format("CreateSecret"))
def test_secrets_have_names_of_their_own(secrets: Any) -> None:
    with refused("ResourceExistsException"):
        secrets.create_secret(Name=_NAME, SecretString="other")


@pytest.mark.documented(_API.format("DeleteSecret"))
def test_a_deleted_secret_is_described_with_its_date(secrets: Any) -> None:
    secrets.delete_secret(SecretId=_NAME)
    assert "DeletedDate" in secrets.describe_secret(SecretId=_NAME)


@pytest.mark.documented(_API.format("DeleteSecret"))
def test_a_deleted_secret_is_not_read(secrets: Any) -> None:
    secrets.delete_secret(SecretId=_NAME)
    with refused("InvalidRequestException"):
        secrets.get_secret_value(SecretId=_NAME)


@pytest.mark.documented(_API.format("DeleteSecret"))
def test_a_secret_deleted_by_force_is_gone(secrets: Any) -> None:
    secrets.delete_secret(SecretId=_NAME, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId=_NAME)


@pytest.mark.documented(_API.format("RestoreSecret"))
def test_a_deleted_secret_is_restored(secrets: Any) -> None:
    secrets.delete_secret(SecretId=_NAME)
    secrets.restore_secret(SecretId=_NAME)
    assert secrets.get_secret_value(SecretId=_NAME)["SecretString"] == "hidden"


@pytest.mark.documented(_API.format("GetSecretValue"))
def test_an_unknown_secret_is_not_found(secrets: Any) -> None:
    with refused("ResourceNotFoundException"):
        secrets.get_secret_value(SecretId="nothing")
