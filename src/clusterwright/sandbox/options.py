"""What a sandbox is started with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 chooses a free port; `speed` is AWS seconds per real second, 0 a clock moved by hand only."""

    host: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0
    seed: int = 0
