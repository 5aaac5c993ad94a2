"""The commands, run in this process against a real server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clusterwright.cli.main import app
from tests.contract.api.serving import TOKEN, Served, serving
from tests.unit.service.fakes import stage


@dataclass(frozen=True)
class Terminal:
    served: Served
    directory: Path

    def run(self, *words: str, text: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=text)

    def file(self, content: str, name: str = "given.yaml") -> str:
        path = self.directory / name
        path.write_text(content)
        return str(path)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    with stage(tmp_path) as made, serving(made) as served:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
            monkeypatch.setenv(name, str(tmp_path / name.lower()))
        monkeypatch.setenv("CLUSTERWRIGHT_SERVER", served.url)
        monkeypatch.setenv("CLUSTERWRIGHT_TOKEN", TOKEN)
        yield Terminal(served, tmp_path)
