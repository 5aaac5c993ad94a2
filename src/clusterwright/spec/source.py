"""YAML text to plain data that remembers its lines, refusing what surprises people.

Refused: aliases (a few lines can expand to gigabytes), duplicate keys (YAML takes the last one silently),
keys that are not text, tags such as !!python/object, deep nesting. Dates stay text. No models in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import yaml

from clusterwright.errors import Finding
from clusterwright.spec.model import Path
from clusterwright.spec.paths import path_text

LONGEST_TEXT = 1024 * 1024
DEEPEST = 50
ALIAS = "!alias"
CORE = "tag:yaml.org,2002:"
NOT_TEXT = {CORE + name for name in ("null", "bool", "int", "float")}
TEXT = {CORE + name for name in ("str", "timestamp", "merge", "value")}


@dataclass
class Source:
    """One document: its data, where each path stands, and how scalars that are not text were written."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def refuse(self, path: Path, message: str, remedy: str) -> None:
        self.refused.add(path)
        self.findings.append(Finding(path_text(path), message, remedy, self.line(path)))


class _Loader(yaml.SafeLoader):
    """Composes nodes without following aliases."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = cast(yaml.AliasEvent, self.get_event())  # type: ignore[no-untyped-call]  # stubs lack it
            return yaml.ScalarNode(ALIAS, "", cast(yaml.Mark, event.start_mark))
        if self.depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # stubs lack it
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {DEEPEST} levels", problem_mark=mark)
        self.depth += 1
        try:
            return super().compose_node(parent, cast(int, index))
        finally:
            self.depth -= 1


def read(text: str) -> Iterator[Source]:
    """Each document of a text; a text that stops being YAML ends with a source that only has the finding."""
    if len(text) > LONGEST_TEXT:
        yield _broken(f"the text is longer than {LONGEST_TEXT} characters", "Split it into several files.", 1)
        return
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = cast(yaml.Node, loader.get_node())
            if node.tag != CORE + "null":
                yield _Reader(loader).read(node)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        yield _broken("a character is not allowed in YAML", "Remove it.", line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # Only the parser's own words: its snippet of the text may show a secret.
        remedy = "Check the indentation, colons and quotes here and on the line before."
        yield _broken(f"is not YAML: {error.problem}", remedy, mark.line + 1 if mark else None)


def plain(data: object) -> Source:
    """Data that never was text, such as a request body."""
    level = [data]
    for _ in range(DEEPEST):
        level = [item for value in level for item in _items(value)]
    if level:
        return _broken(f"nested deeper than {DEEPEST} levels", "Write it flatter.", None)
    return Source(data=data)


def _items(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _broken(message: str, remedy: str, line: int | None) -> Source:
    return Source(findings=[Finding("", message, remedy, line)])


class _Reader:
    """Turns the nodes of one document into data."""

    def __init__(self, loader: _Loader) -> None:
        self.loader = loader
        self.source = Source()

    def read(self, node: yaml.Node) -> Source:
        self.source.data = self._value(node, ())
        return self.source

    def _value(self, node: yaml.Node, path: Path) -> object:
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == CORE + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == CORE + "seq":
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        return self._tagged(path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Mapping[str, object]:
        data: dict[str, object] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) and key.tag in TEXT else None
            if name is None:
                self._odd_key(key, path)
                continue
            here = (*path, name)
            if name in data:
                first = self.source.lines[here]
                self.source.lines[here] = key.start_mark.line + 1
                self.source.refuse(here, f"is written twice, first on line {first}", "Keep one of them.")
                continue
            self.source.lines[here] = key.start_mark.line + 1
            data[name] = self._value(value, here)
        return data

    def _odd_key(self, key: yaml.Node, path: Path) -> None:
        line = key.start_mark.line + 1
        written = key.value if isinstance(key, yaml.ScalarNode) and key.tag in NOT_TEXT else ""
        message = f"the key {written} is not text".replace("  ", " ")
        remedy = f'Quote it: "{written}".' if written else "Write a name and a colon."
        self.source.findings.append(Finding(path_text(path), message, remedy, line, written or None))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        if node.tag in TEXT:
            return node.value
        if node.tag == ALIAS:
            self.source.refuse(path, "aliases (*name) are not supported", "Write the value out.")
            return None
        if node.tag not in NOT_TEXT:
            return self._tagged(path)
        self.source.written[path] = node.value
        try:
            return cast(object, self.loader.construct_object(node))
        except (ValueError, KeyError, yaml.YAMLError):
            return self._tagged(path)

    def _tagged(self, path: Path) -> object:
        self.source.refuse(path, "tags (!name) are not supported", "Write plain YAML.")
        return None
