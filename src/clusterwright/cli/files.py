"""Documents from files, directories and standard input, as one text that remembers whose lines it has."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterwright.errors import Error, Finding

SUFFIXES = (".yaml", ".yml", ".json")
SEPARATOR = "\n---\n"


class Unreadable(Error):
    """A file cannot be read."""

    code = "unreadable-file"


@dataclass(frozen=True)
class Text:
    """`starts` names each source and the line of the whole text before its first."""

    whole: str
    starts: tuple[tuple[str, int], ...]

    def place(self, finding: Finding) -> str:
        """file.yaml:12, as editors understand it."""
        if finding.line is None:
            return self.starts[0][0] if len(self.starts) == 1 else ""
        name, before = next(start for start in reversed(self.starts) if start[1] < finding.line)
        return f"{name}:{finding.line - before}"


def gather(names: Sequence[str]) -> Text:
    """All documents of all files, to be judged together."""
    parts: list[str] = []
    starts: list[tuple[str, int]] = []
    line = 0
    for name, text in (item for given in names for item in read(given)):
        starts.append((name, line))
        parts.append(text)
        line += text.count("\n") + SEPARATOR.count("\n")
    return Text(SEPARATOR.join(parts), tuple(starts))


def read(name: str) -> Iterator[tuple[str, str]]:
    if name == "-":
        yield "standard input", sys.stdin.read()
        return
    path = Path(name)
    if not path.is_dir():
        yield name, content(path)
        return
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
    if not files:
        raise Unreadable(f"{name} holds no {', '.join(SUFFIXES)} file.", remedy="Name another directory.")
    for file in files:
        yield str(file), content(file)


def content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8.", remedy="Save it as UTF-8.") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error
