"""`make conformance`: independent programs judge the sandbox's Kubernetes endpoint.

The contract suite runs against the sandbox and against a real control plane; kubectl, Helm and the AWS CLI
run against the sandbox. Then the known differences are printed. Where Go is not on the machine nothing of it
can be built, and the job says that it was left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.conformance import build, differences
from tests.conformance.tools import REQUIRED, find

_SUITES = ("tests/contract/sandbox/kube", "tests/acceptance/test_aws_cli.py")
_BUILT = ("kubectl", "kube-apiserver", "kube-controller-manager", "helm")


def main(arguments: list[str]) -> int:
    if shutil.which("go") is None and not all(find(program) for program in _BUILT):
        return _left_out(build.GO_MISSING)
    missing = [why for why in map(build.bring, build.ALL) if why]
    if missing:
        return _left_out("; ".join(missing))
    suite = [sys.executable, "-m", "pytest", "-q", *_SUITES, *arguments]
    done = subprocess.run(
        suite, env={**os.environ, "CLUSTERWRIGHT_CONFORMANCE": "1", REQUIRED: "1"}, check=False
    )
    sys.stdout.write(f"{differences.said()}\n")
    return done.returncode


def _left_out(why: str) -> int:
    sys.stdout.write(f"conformance: left out, because {why}\n")
    return 1 if os.environ.get(REQUIRED) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
