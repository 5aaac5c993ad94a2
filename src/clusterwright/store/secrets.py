"""Secrets at rest, encrypted with a key that is outside the database."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from clusterwright.errors import Error


class SecretUnreadable(Error):
    """A stored secret cannot be decrypted."""

    code = "secret-unreadable"


class KeyUnusable(Error):
    """The key of the stored secrets is no key."""

    code = "secret-key"


@dataclass(frozen=True)
class SecretBox:
    """Seals with the first of its keys and opens with any (Fernet: AES-128-CBC and HMAC-SHA256).

    `keys` are separated by white space, 44 characters of URL-safe base64 each.
    """

    keys: bytes

    def __post_init__(self) -> None:
        try:
            self.all_keys()
        except ValueError as error:
            raise KeyUnusable(
                "The key file holds a line that is no key, or none at all.",
                remedy="Put the file back that this database was made with; a key is 32 random bytes "
                "in URL-safe base64, one on a line.",
            ) from error

    def all_keys(self) -> list[Fernet]:
        keys = [Fernet(key) for key in self.keys.split()]
        if not keys:
            raise ValueError("no key")
        return keys

    def seal(self, text: str) -> bytes:
        return self.all_keys()[0].encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return MultiFernet(self.all_keys()).decrypt(sealed).decode()
        except InvalidToken as error:
            raise SecretUnreadable(
                "A stored secret was sealed with another key.",
                remedy="Start the server with the key file that this database was made with.",
            ) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it, so that no older one is needed."""
        try:
            self.all_keys()[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True


def private_file(file: Path, content: bytes) -> bytes:
    """The content of a file that only we may read; written with `content` if there is none yet.

    Servers that start together agree on one, and an empty file, as a death while writing leaves it, is no
    secret: an empty token would let everybody in.
    """
    found = file.read_bytes() if file.exists() else b""
    return found if found.strip() else written_once(file, content)


def written_once(file: Path, content: bytes) -> bytes:
    """The lock makes one of many write; the others read what it wrote."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        found = stream.read()
        if found.strip():
            return found
        os.fchmod(stream.fileno(), 0o600)
        stream.seek(0)
        stream.truncate()
        stream.write(content)
        return content


def open_box(file: Path) -> SecretBox:
    """The box whose keys are in `file`, one on a line; a key is made at the first start."""
    return SecretBox(private_file(file, Fernet.generate_key()))
