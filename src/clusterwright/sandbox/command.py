"""The `sandbox` command: says where it listens, then serves until it is told to stop."""

import signal
import sys
import types

from clusterwright.sandbox.options import Options


def sandbox(port: int = 0, speed: float = 1.0, seed: int = 0) -> None:
    """Run a local AWS on the loopback interface."""
    from clusterwright.sandbox.server import serve  # moto takes two seconds to import: not for `--help`

    signal.signal(signal.SIGTERM, _interrupt)
    serve(Options(port=port, speed=speed, seed=seed), announce=_announce)


def _announce(url: str) -> None:
    sys.stdout.write(f"sandbox ready at {url}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt
