"""Brings the programs that judge the sandbox: `python -m tests.conformance.build [PROGRAM...]`.

Says for each what it did, and for what it cannot bring what to install; ends with 1 if something asked for is
missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from tests.conformance.tools import AWS_CLI, HELM, KUBERNETES, Built, aws_cli_home, find

GO_MISSING = "Go, 1.24 or newer, is not on this machine"
ALL = (*KUBERNETES.programs, *HELM.programs, "aws", "etcd")


def bring(program: str) -> str:
    """Why it could not be brought; empty where it is there."""
    if program == "etcd":
        return _etcd()
    if program == "aws":
        return _aws_cli()
    built = HELM if program in HELM.programs else KUBERNETES
    if (built.home / program).exists():
        return ""
    if shutil.which("go") is None:
        return GO_MISSING
    _say(f"building {program} {built.version} from {built.module}")
    began = time.monotonic()
    if not _built(built, program):
        return f"`go build` of {program} failed"
    _say(f"{program}: built in {time.monotonic() - began:.0f} s")
    return ""


def _built(built: Built, program: str) -> bool:
    """Under another name first: a build that was broken off leaves no program."""
    built.home.mkdir(parents=True, exist_ok=True)
    unfinished = built.home / f".{program}.{os.getpid()}"
    flags = ["-trimpath", "-ldflags", f"-s -w{_version_flags(built)}", "-o", str(unfinished)]
    done = subprocess.run(
        ["go", "build", *flags, f"{built.command}/{program}"],
        cwd=built.folder,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
        check=False,
    )
    if done.returncode == 0:
        unfinished.replace(built.home / program)
    return done.returncode == 0


def _version_flags(built: Built) -> str:
    if not built.stamp:
        return ""
    major, minor, _ = built.version.split(".")
    said = {"gitVersion": f"v{built.version}", "gitMajor": major, "gitMinor": minor}
    return "".join(f" -X {built.stamp}.{name}={value}" for name, value in said.items())


def _aws_cli() -> str:
    home = aws_cli_home()
    whole = home / ".whole"
    if whole.exists():
        return ""
    _say(f"installing {home.name} from PyPI")
    venv.create(home, clear=True, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    if subprocess.run([*pip, "-r", str(AWS_CLI)], check=False).returncode:
        return "the AWS CLI could not be installed from PyPI"
    whole.touch()
    return ""


def _etcd() -> str:
    if find("etcd"):
        return ""
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "etcd-server"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(install, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return "" if find("etcd") else "etcd is not on this machine: `apt-get install etcd-server` brings it"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(ALL)
    if unknown:
        _say(f"no such program: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
        return 2
    missing = 0
    for program in wanted or ALL:
        why = bring(program)
        missing += bool(why)
        _say(f"{program}: {why or _where(find(program))}")
    return 1 if missing else 0


def _where(found: Path | None) -> str:
    return str(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
