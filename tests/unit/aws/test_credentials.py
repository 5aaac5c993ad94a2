from __future__ import annotations

from clusterwright.aws.credentials import AccessKey, Ambient, AssumedRole, fingerprint, secrets

ROLE = "arn:aws:iam::111122223333:role/ClusterwrightRole"


def test_secrets_are_not_shown() -> None:
    key = AccessKey("AKIA1", "very-secret")
    role = AssumedRole(ROLE, "external", source=key)
    assert "very-secret" not in repr(role)
    assert "external'" not in repr(role)
    assert set(secrets(role)) == {"external", "very-secret"}


def test_credentials_that_differ_in_a_secret_are_other_credentials() -> None:
    """Otherwise a wrong external id would share the right one's clients, and its answers."""
    names = {fingerprint(c) for c in (AssumedRole(ROLE, "a"), AssumedRole(ROLE, "b"), Ambient())}
    assert len(names) == 3
    assert fingerprint(AssumedRole(ROLE, "a")) == fingerprint(AssumedRole(ROLE, "a"))
