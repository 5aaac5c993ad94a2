"""The programs that judge the sandbox, and where they are.

Those of Kubernetes and Helm are built from Go modules, the AWS CLI comes from PyPI into an environment of its
own, etcd is Debian's. `python -m tests.conformance.build` brings what is missing into a cache outside the
repository, by version, so that a second run takes no time.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
REQUIRED = "CLUSTERWRIGHT_REQUIRE_TOOLS"
"""With this in the environment, as in CI, a test that lacks its program fails where it would be skipped."""


@dataclass(frozen=True)
class Built:
    """Programs of one Go module: packages below `command`, at the version that the go.mod here names."""

    module: str
    folder: Path
    command: str
    programs: tuple[str, ...]
    stamp: str = ""
    """The package whose variables say the version."""

    @property
    def version(self) -> str:
        found = re.search(rf"^\s*{re.escape(self.module)} v(\S+)", (self.folder / "go.mod").read_text(), re.M)
        assert found, f"{self.folder}/go.mod does not name {self.module}"
        return found.group(1)

    @property
    def home(self) -> Path:
        return cache() / f"{self.folder.name}-{self.version}"


KUBERNETES = Built(
    "k8s.io/kubernetes",
    FOLDER / "kubernetes",
    "k8s.io/kubernetes/cmd",
    ("kubectl", "kube-apiserver", "kube-controller-manager"),
    "k8s.io/component-base/version",
)
HELM = Built("helm.sh/helm/v4", FOLDER / "helm", "helm.sh/helm/v4/cmd", ("helm",))
AWS_CLI = FOLDER / "aws-cli.txt"


def cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "clusterwright" / "tools"


def aws_cli_home() -> Path:
    found = re.search(r"^awscli==(\S+)", AWS_CLI.read_text(), re.M)
    assert found, f"{AWS_CLI} does not name awscli"
    return cache() / f"aws-cli-{found.group(1)}"


def find(program: str) -> Path | None:
    """The one of the cache, else one of PATH."""
    homes = {name: built.home for built in (KUBERNETES, HELM) for name in built.programs}
    homes["aws"] = aws_cli_home() / "bin"
    ours = homes[program] / program if program in homes else None
    if ours is not None and ours.exists():
        return ours
    found = shutil.which(program)
    return Path(found) if found else None


def require(program: str) -> Path:
    """For tests: without the program there is nothing to test."""
    found = find(program)
    if found is not None:
        return found
    missing = f"{program} is not on this machine: `python -m tests.conformance.build` brings it"
    if os.environ.get(REQUIRED):
        pytest.fail(missing)
    pytest.skip(missing)
