"""A real control plane for a while: etcd, kube-apiserver and kube-controller-manager, without a kubelet.

https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conformance.endpoint import Endpoint
from tests.conformance.tools import require
from tests.postgres import free_port

_PATIENCE = 90.0
_SERVICES = "10.100.0.0/16"  # as EKS chooses where a VPC's addresses do not begin with 10


@contextmanager
def control_plane(home: Path) -> Iterator[Endpoint]:
    with ExitStack() as running:
        etcd = f"http://127.0.0.1:{free_port()}"
        running.enter_context(_spawned(home, "etcd", _etcd_flags(home, etcd)))
        port, token = free_port(), secrets.token_hex(16)
        (home / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
        _write_key(home / "accounts.key")
        running.enter_context(_spawned(home, "kube-apiserver", _server_flags(home, etcd, port)))
        endpoint = _ready(home, f"https://127.0.0.1:{port}", token)
        config = endpoint.kubeconfig(home / "kubeconfig")
        running.enter_context(_spawned(home, "kube-controller-manager", _controller_flags(home, config)))
        yield endpoint


def _etcd_flags(home: Path, url: str) -> dict[str, str]:
    peer = f"http://127.0.0.1:{free_port()}"
    return {
        "data-dir": str(home / "etcd"),
        "listen-client-urls": url,
        "advertise-client-urls": url,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
    }


def _server_flags(home: Path, etcd: str, port: int) -> dict[str, str]:
    """It signs a certificate for itself in `cert-dir`."""
    key = str(home / "accounts.key")
    return {
        "etcd-servers": etcd,
        "bind-address": "127.0.0.1",
        "secure-port": str(port),
        "cert-dir": str(home / "certificates"),
        "token-auth-file": str(home / "tokens.csv"),
        "authorization-mode": "RBAC",
        "endpoint-reconciler-type": "none",
        "service-cluster-ip-range": _SERVICES,
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": key,
        "service-account-signing-key-file": key,
        "allow-privileged": "true",
    }


def _controller_flags(home: Path, config: Path) -> dict[str, str]:
    return {
        "kubeconfig": str(config),
        "leader-elect": "false",
        "secure-port": "0",
        "root-ca-file": str(home / "certificates" / "apiserver.crt"),
        "service-account-private-key-file": str(home / "accounts.key"),
    }


def _write_key(file: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form))


@contextmanager
def _spawned(home: Path, program: str, flags: dict[str, str]) -> Iterator[None]:
    command = [str(require(program)), *(f"--{name}={value}" for name, value in flags.items())]
    with (home / f"{program}.log").open("wb") as log:
        running = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=home
        )
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _ready(home: Path, url: str, token: str) -> Endpoint:
    certificate = home / "certificates" / "apiserver.crt"
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if certificate.exists() and certificate.stat().st_size:
            endpoint = Endpoint(url, certificate.read_text(), token, is_real=True)
            with endpoint.client() as client:
                if _answers(client):
                    return endpoint
        time.sleep(0.2)
    raise TimeoutError(f"kube-apiserver is not ready: {(home / 'kube-apiserver.log').read_text()[-2000:]}")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
