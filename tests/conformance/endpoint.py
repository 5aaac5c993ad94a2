"""Where an API server is, and how to be somebody there who may do everything."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml


@dataclass(frozen=True)
class Endpoint:
    """`authority` in PEM. `is_real`: kube-apiserver with its controllers, and nothing that runs anything."""

    url: str
    authority: str
    token: str
    is_real: bool = False

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cadata=self.authority),
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )

    def kubeconfig(self, file: Path) -> Path:
        authority = base64.b64encode(self.authority.encode()).decode()
        server = {"server": self.url, "certificate-authority-data": authority}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": server}],
            "users": [{"name": "u", "user": {"token": self.token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        file.write_text(yaml.safe_dump(content))
        return file
