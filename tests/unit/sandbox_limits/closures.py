"""Functions to send through a file; pytest rewrites the code of test modules, so they are not in one."""

from collections.abc import Callable


def counter(start: int) -> tuple[Callable[..., int], dict[str, int]]:
    box = {"n": start}

    def count(step: int = 2) -> int:
        box["n"] += step
        return box["n"]

    return count, box


def recursive() -> Callable[[int], int]:
    def faculty(n: int) -> int:
        return 1 if n < 2 else n * faculty(n - 1)

    return faculty


def three() -> list[Callable[[], str]]:
    return [lambda: "first", lambda: "second", lambda: "third"]
