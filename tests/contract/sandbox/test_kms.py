"""Keys: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html"""

from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/kms/latest/APIReference/API_{}.html"


@pytest.fixture
def kms(tenant: Tenant) -> Any:
    return tenant.client("kms")


def _key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


@pytest.mark.documented(_API.format("CreateKey"))
def test_a_new_key_is_enabled_and_symmetric(kms: Any) -> None:
    told = kms.create_key()["KeyMetadata"]
    assert (told["KeyState"], told["KeySpec"], told["KeyUsage"]) == (
        "Enabled",
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
    )


@pytest.mark.documented(_API.format("DescribeKey"))
def test_an_unknown_key_is_not_found(kms: Any) -> None:
    with refused("NotFoundException"):
        kms.describe_key(KeyId="00000000-0000-0000-0000-000000000000")


@pytest.mark.documented(_API.format("CreateAlias"))
def test_a_key_is_found_by_its_alias(kms: Any) -> None:
    key = _key(kms)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    assert kms.describe_key(KeyId="alias/mine")["KeyMetadata"]["KeyId"] == key


@pytest.mark.documented(_API.format("CreateAlias"))
def test_aliases_are_given_once(kms: Any) -> None:
    kms.create_alias(AliasName="alias/mine", TargetKeyId=_key(kms))
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/mine", TargetKeyId=_key(kms))


@pytest.mark.documented(_API.format("ScheduleKeyDeletion"))
def test_a_key_waits_thirty_days_unless_told(kms: Any) -> None:
    answer = kms.schedule_key_deletion(KeyId=_key(kms))
    told = kms.describe_key(KeyId=answer["KeyId"])["KeyMetadata"]
    assert told["KeyState"] == "PendingDeletion"
    assert (told["DeletionDate"] - told["CreationDate"]).days == 30


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(
            days,
            marks=pytest.mark.documented(_API.format("ScheduleKeyDeletion")),
            id=f"a key does not wait {days} days",
        )
        for days in (6, 31)
    ],
)
def test_a_key_waits_seven_to_thirty_days(kms: Any, days: int) -> None:
    with refused("ValidationException"):
        kms.schedule_key_deletion(KeyId=_key(kms), PendingWindowInDays=days)


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        pytest.param(
            operation,
            given,
            marks=pytest.mark.documented(
                "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"
            ),
            id=f"a key that is going does not {what}",
        )
        for what, operation, given in (
            ("encrypt", "encrypt", {"Plaintext": b"x"}),
            ("make data keys", "generate_data_key", {"KeySpec": "AES_256"}),
            ("go twice", "schedule_key_deletion", {}),
            ("become enabled", "enable_key", {}),
        )
    ],
)
def test_a_key_that_is_going(kms: Any, operation: str, given: dict[str, Any]) -> None:
    key = _key(kms)
    kms.schedule_key_deletion(KeyId=key)
    with refused("KMSInvalidStateException"):
        getattr(kms, operation)(KeyId=key, **given)


@pytest.mark.documented(_API.format("CancelKeyDeletion"))
def test_a_key_that_stays_after_all_is_disabled(kms: Any) -> None:
    key = _key(kms)
    kms.schedule_key_deletion(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


@pytest.mark.documented(_API.format("Encrypt"))
def test_a_disabled_key_does_not_encrypt(kms: Any) -> None:
    key = _key(kms)
    kms.disable_key(KeyId=key)
    with refused("DisabledException"):
        kms.encrypt(KeyId=key, Plaintext=b"x")
