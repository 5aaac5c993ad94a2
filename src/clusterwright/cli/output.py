"""Objects as table, YAML, JSON or names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import typer

from clusterwright.cli.kinds import Kind
from clusterwright.cli.say import columns


class Output(StrEnum):
    TABLE = "table"
    WIDE = "wide"
    YAML = "yaml"
    JSON = "json"
    NAME = "name"


def show(kind: Kind, rows: Sequence[Mapping[str, Any]], output: Output, *, one: bool) -> None:
    """`one`: a single object was asked for, so it is not shown as a list."""
    if output is Output.YAML:
        typer.echo("---\n".join(as_yaml(row) for row in rows), nl=False)
    elif output is Output.JSON:
        typer.echo(json.dumps(rows[0] if one else {"items": rows}, indent=2, ensure_ascii=False))
    elif output is Output.NAME:
        for row in rows:
            typer.echo(f"{kind.singular}/{row['metadata']['name'] if 'metadata' in row else row['id']}")
    elif rows:
        shown = kind.columns + (kind.wide if output is Output.WIDE else ())
        header = [title for title, _ in shown]
        typer.echo(columns([header, *([cell(row) for _, cell in shown] for row in rows)]))
    else:
        typer.echo(f"There are no {kind.plural}.", err=True)


def as_yaml(data: object) -> str:
    """Texts of several lines as blocks, as people write them."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return str(yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110))
