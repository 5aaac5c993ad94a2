"""Secrets at rest, and the key beside the database."""

from __future__ import annotations

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from clusterwright.store.secrets import KeyUnusable, SecretBox, SecretUnreadable, open_box, private_file


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_only_we_may_read_a_private_file_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        private_file(tmp_path / "key", b"secret")
    finally:
        os.umask(before)
    assert mode(tmp_path / "key") == 0o600


def test_the_first_content_of_a_private_file_stays(tmp_path: Path) -> None:
    assert private_file(tmp_path / "key", b"first") == b"first"
    assert private_file(tmp_path / "key", b"second") == b"first"
    assert (tmp_path / "key").read_bytes() == b"first"


def test_a_box_opens_what_it_sealed_also_after_a_restart(tmp_path: Path) -> None:
    sealed = open_box(tmp_path / "key").seal("hunter2 ü")
    assert b"hunter2" not in sealed
    assert open_box(tmp_path / "key").open(sealed) == "hunter2 ü"


def test_sealing_twice_shows_nobody_that_it_is_the_same_secret() -> None:
    box = SecretBox(Fernet.generate_key())
    assert box.seal("hunter2") != box.seal("hunter2")


@pytest.mark.parametrize("harm", [lambda s: b"", lambda s: s[:-5] + b"AAAA=", lambda s: b"plain text"])
def test_what_was_tampered_with_is_refused(harm: object) -> None:
    box = SecretBox(Fernet.generate_key())
    assert callable(harm)
    with pytest.raises(SecretUnreadable):
        box.open(harm(box.seal("hunter2")))


def test_old_keys_open_and_the_first_one_seals() -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    both = SecretBox(new + b"\n" + old + b"\n")
    before = SecretBox(old).seal("hunter2")
    assert both.open(before) == "hunter2"
    assert not both.is_current(before)
    assert SecretBox(new).open(both.seal(both.open(before))) == "hunter2"
    with pytest.raises(SecretUnreadable):
        SecretBox(old).open(both.seal("hunter2"))


@pytest.mark.parametrize("keys", [b"", b" \n", b"short", b"0" * 43 + b"=\nnot a key"])
def test_what_is_no_key_is_refused_without_showing_it(keys: bytes) -> None:
    with pytest.raises(KeyUnusable) as caught:
        SecretBox(keys)
    assert "short" not in str(caught.value)
    assert "base64" in caught.value.remedy


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    together = threading.Barrier(4, timeout=10)

    def first_or_second(number: int, who: int) -> bytes:
        together.wait()
        return private_file(tmp_path / f"key-{number}", f"{who}".encode() * 40)

    with ThreadPoolExecutor(4) as pool:
        for number in range(100):
            contents = {*pool.map(first_or_second, [number] * 4, range(4))}
            assert len(contents) == 1
    assert len(list(tmp_path.iterdir())) == 100
    assert {mode(file) for file in tmp_path.iterdir()} == {0o600}
