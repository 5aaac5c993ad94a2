"""The `sandbox` command: says where it listens, then serves until it is told to stop."""

import gc
import signal
import sys
import types

from clusterwright.sandbox.options import Options


def sandbox(options: Options) -> None:
    """Run a local AWS on the loopback interface."""
    gc.disable()  # looking for garbage among imports is a quarter of the start
    from clusterwright.sandbox.server import serve  # moto takes a second to import: not for `--help`

    signal.signal(signal.SIGTERM, _interrupt)
    serve(options, announce=_announce)


def _announce(url: str) -> None:
    gc.enable()
    gc.collect()
    gc.freeze()  # what is there now, stays
    sys.stdout.write(f"sandbox ready at {url}\n")
    sys.stdout.flush()


def _interrupt(_signal: int, _frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt
