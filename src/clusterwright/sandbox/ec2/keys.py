"""KMS: what moto lets pass. A key is not deleted at once, and one that is going does nothing more.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from typing import Any

from moto.kms.models import Key, kms_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_LEAST, _MOST = 7, 30
_USING = frozenset({"Decrypt", "Encrypt", "GenerateDataKey"})
_BARRED = _USING | frozenset(
    {
        "CreateAlias",
        "CreateGrant",
        "DisableKey",
        "EnableKey",
        "EnableKeyRotation",
        "ScheduleKeyDeletion",
        "TagResource",
    }
)


def layer(call: Call, inner: Handler) -> Answer:
    if call.service == "kms":
        if call.action in _BARRED:
            _check_state(call)
        if call.action == "ScheduleKeyDeletion":
            _check_window(call)
    return inner(call)


def _check_window(call: Call) -> None:
    days = int(call.params.get("PendingWindowInDays") or _MOST)
    if not _LEAST <= days <= _MOST:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy "
            f"constraint: Member must have value between {_LEAST} and {_MOST}",
        )


def _check_state(call: Call) -> None:
    key = _key(call, str(call.params.get("TargetKeyId") or call.params.get("KeyId") or ""))
    if key is not None and key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key is not None and key.key_state == "Disabled" and call.action in _USING:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")


def _key(call: Call, name: str) -> Any:
    """By its id or its ARN; aliases lead to keys that are in use."""
    return kms_backends[call.account][call.region].keys.get(name.rpartition("/")[2])


def to_dict(self: Any) -> dict[str, Any]:
    """moto tells no usage where none was asked for."""
    self.key_usage = self.key_usage or "ENCRYPT_DECRYPT"
    return _MOTO_TO_DICT(self)


_MOTO_TO_DICT = Key.to_dict


def install() -> None:
    patched = {"to_dict": to_dict}
    for name, method in patched.items():
        setattr(Key, name, method)
