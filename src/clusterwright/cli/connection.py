"""Which server, with which token: options, environment, what `login` stored, the local server, in this order.

A token is only sent to the server that it belongs to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from clusterwright.cli.client import Client

DEFAULT_SERVER = "http://127.0.0.1:8460"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Choice:
    """What the user said on the command line or in the environment."""

    server: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Login:
    server: str
    token: str


def data_dir() -> Path:
    """Where a server keeps its data unless told otherwise."""
    import platformdirs

    return Path(platformdirs.user_data_dir("clusterwright", appauthor=False))


def login_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("clusterwright", appauthor=False)) / "login.json"


def resolve(choice: Choice) -> Login:
    stored = stored_login()
    server = (choice.server or (stored.server if stored else DEFAULT_SERVER)).rstrip("/")
    return Login(server, choice.token or known_token(server, stored))


def known_token(server: str, stored: Login | None) -> str:
    if stored and stored.server == server:
        return stored.token
    file = data_dir() / "token"
    local = urlsplit(server).hostname in LOOPBACK
    return file.read_text().strip() if local and file.is_file() else ""


def stored_login() -> Login | None:
    try:
        data = json.loads(login_file().read_text())
        return Login(str(data["server"]), str(data["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store_login(login: Login) -> Path:
    import os

    file = login_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump({"server": login.server, "token": login.token}, stream)
    fresh.replace(file)
    return file


def client_of(context: typer.Context) -> Client:
    """The client for a command; closed when the command ends."""
    from clusterwright.cli.client import open_client

    login = resolve(context.find_object(Choice) or Choice())
    client = open_client(login.server, login.token)
    context.call_on_close(client.close)
    return client
