"""A throw-away PostgreSQL server for tests, from Debian's package.

Where there is none the tests that need it are skipped and say so; with CLUSTERWRIGHT_REQUIRE_POSTGRES=1, as
in CI, they fail instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "PostgreSQL is not installed: `apt-get install postgresql` brings the tests of the distributed engine"
)


def binaries() -> Path | None:
    """Where initdb is; Debian keeps it out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; the package's own user may."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running, empty server, without a database name."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="clusterwright-pg-"))
    port = free_port()
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    run(["initdb", "-A", "trust", "-U", "postgres", "-D", str(home / "data"), "--no-sync"], programs)
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    run(["pg_ctl", "-D", str(home / "data"), "-l", str(home / "log"), "-w", "-o", options, "start"], programs)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        run(["pg_ctl", "-D", str(home / "data"), "-m", "immediate", "stop"], programs)
        shutil.rmtree(home, ignore_errors=True)


def run(command: list[str], programs: Path) -> None:
    command = as_server_user([str(programs / command[0]), *command[1:]])
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
