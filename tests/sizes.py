"""The size gates of CONTRIBUTING.md: no file over 400 lines, no function over 40, in `src/`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 40
SOURCE = Path(__file__).parent.parent / "src"


def too_large(file: Path) -> Iterator[str]:
    text = file.read_text()
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{file}: {lines} lines, at most {FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES:
            yield f"{file}:{node.lineno}: {node.name} has {length(node)} lines, at most {FUNCTION_LINES}"


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or node.lineno) - first.lineno + 1


def main() -> int:
    files = [file for file in sorted(SOURCE.rglob("*.py")) if "migrations" not in file.parts]
    found = [finding for file in files for finding in too_large(file)]
    sys.stdout.writelines(f"{finding}\n" for finding in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
