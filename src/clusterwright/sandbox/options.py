"""What a sandbox is started with."""

from dataclasses import dataclass
from pathlib import Path

KEPT_CALLS = 50_000


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 chooses a free port; `speed` is AWS seconds per real second, 0 a clock moved by hand only."""

    host: str = "127.0.0.1"
    port: int = 0
    kube_port: int = 0
    """Of the Kubernetes endpoints of all clusters."""
    speed: float = 1.0
    seed: int = 0
    throttle: bool | None = None
    """As AWS does it; None: unless the clock stands still."""
    quotas: str = "roomy"
    """`aws` for AWS's own defaults."""
    kept_calls: int = KEPT_CALLS
    data_dir: Path | None = None
    """The world is read from here at the start, and written at the end."""
    enforce_iam: bool = True
    """Whether signatures are checked and policies decide; without, everybody may do everything."""
