"""What is expected of AWS, each with the page that says so: `python -m tests.contract.sandbox.expectations`.

A test that carries `@pytest.mark.documented(PAGE)` is one expectation, with parameters one for each of them.
With `row=` it also answers one row of the tables in which emulators were compared; every row has an answer.
"""

import contextlib
import io
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PAGES = ("https://docs.aws.amazon.com/", "https://kubernetes.io/docs/")


@dataclass(frozen=True)
class Expectation:
    test: str
    page: str
    row: str = ""


@dataclass
class Collected:
    """A pytest plugin that only looks."""

    expectations: list[Expectation] = field(default_factory=list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            mark = item.get_closest_marker("documented")
            if mark is not None:
                test = item.nodeid.removeprefix("tests/contract/sandbox/")
                self.expectations.append(Expectation(test, mark.args[0], mark.kwargs.get("row", "")))


def collect() -> list[Expectation]:
    found = Collected()
    quiet = [
        "--collect-only",
        "-qq",
        "--no-header",
        "--no-summary",
        "-p",
        "no:cacheprovider",
        "-m",
        "documented",
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*quiet, str(FOLDER)], plugins=[found])
    return found.expectations


def main() -> int:
    found = collect()
    for one in found:
        sys.stdout.write(f"{one.test}  {one.page}{f'  [{one.row}]' if one.row else ''}\n")
    sys.stdout.write(f"{len(found)} expectations of {len({one.page for one in found})} pages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
