"""Whose credentials calls are made with. Secrets are never shown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Ambient:
    """Those that the server runs with: environment, instance profile, pod identity."""


@dataclass(frozen=True)
class AccessKey:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    """Of temporary credentials."""


@dataclass(frozen=True)
class AssumedRole:
    """A role in the user's account, assumed with an external id that is ours alone.

    docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    role_arn: str
    external_id: str = field(repr=False)
    session_name: str = "clusterwright"
    source: Ambient | AccessKey = Ambient()


Credentials: TypeAlias = Ambient | AccessKey | AssumedRole


def fingerprint(credentials: Credentials) -> str:
    """Tells credentials apart, also those that differ only in a secret, without telling the secret."""
    shown = repr(credentials)
    text = "\n".join([shown, *secrets(credentials)])
    return f"{type(credentials).__name__}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def secrets(credentials: Credentials) -> tuple[str, ...]:
    """What must not appear in any message."""
    if isinstance(credentials, AccessKey):
        return tuple(filter(None, (credentials.secret_access_key, credentials.session_token)))
    if isinstance(credentials, AssumedRole):
        return (credentials.external_id, *secrets(credentials.source))
    return ()
