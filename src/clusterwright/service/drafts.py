"""From text or a request body to drafts: documents, the version they were read at, the lines of their fields.

What `get -o yaml` prints can be applied again: fields that only the server writes are taken off here, and a
secret that is not written stays the stored one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clusterwright.errors import Finding, Invalid
from clusterwright.spec.document import Document, from_json, parse
from clusterwright.spec.paths import path_text
from clusterwright.spec.profile import ClusterProfile
from clusterwright.spec.source import Source, plain, read

SERVER_METADATA = ("uid", "generation", "resourceVersion", "createdAt")

Stored = Callable[[str], Mapping[str, str]]
"""The secrets of the account of this name, by their field; empty when there are none."""


@dataclass(frozen=True)
class Draft:
    """A document that somebody wants to be applied."""

    document: Document
    resource_version: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.document.kind

    @property
    def name(self) -> str:
        return self.document.metadata.name

    def placed(self, finding: Finding) -> Finding:
        return placed(finding, self.lines)


def placed(finding: Finding, lines: Mapping[str, int]) -> Finding:
    """The finding with its line: that of its path, or of the nearest thing around it."""
    path = finding.path
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return replace(finding, line=finding.line or lines.get(path))


def from_text(text: str, stored: Stored) -> tuple[Draft, ...]:
    """All documents of a YAML text, or every finding of all of them."""
    sources = list(read(text))
    if any(needs_mending(source.data, stored) for source in sources):
        return mended(sources, stored)
    documents = parse(text)
    return tuple(
        Draft(document, lines=lines(source)) for document, source in zip(documents, sources, strict=True)
    )


def from_body(data: object, stored: Stored) -> Draft:
    """One document from plain data."""
    source = plain(data)
    if source.findings:
        raise Invalid(tuple(source.findings))
    return Draft(from_json(without_server_fields(data, stored)), version_of(data))


def lines(source: Source) -> dict[str, int]:
    return {path_text(path): line for path, line in source.lines.items()}


def needs_mending(data: object, stored: Stored) -> bool:
    return without_server_fields(data, stored) != data


def mended(sources: Iterable[Source], stored: Stored) -> tuple[Draft, ...]:
    """As `parse`, for a text of which some documents come from the server."""
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for source in sources:
        findings += source.findings
        numbers = lines(source)
        try:
            document = from_json(without_server_fields(source.data, stored))
        except Invalid as error:
            findings += [placed(finding, numbers) for finding in error.findings]
        else:
            drafts.append(Draft(document, version_of(source.data), numbers))
    findings += twice(drafts)
    if findings:
        raise Invalid(tuple(findings), "The text is not valid.")
    return tuple(drafts)


def twice(drafts: Iterable[Draft]) -> Iterable[Finding]:
    """Two documents of one kind and name in one text would undo each other."""
    seen: set[tuple[str, ...]] = set()
    for draft in drafts:
        version = draft.document.spec.version if isinstance(draft.document, ClusterProfile) else ""
        key = (draft.kind, draft.name, version)
        if key in seen:
            message = f"{draft.kind} {draft.name} is in this text twice"
            yield draft.placed(Finding("metadata.name", message, "Keep one of them.", value=draft.name))
        seen.add(key)


def version_of(data: object) -> str | None:
    metadata = data.get("metadata") if isinstance(data, Mapping) else None
    version = metadata.get("resourceVersion") if isinstance(metadata, Mapping) else None
    return None if version is None else str(version)


def without_server_fields(data: object, stored: Stored) -> object:
    if not isinstance(data, Mapping):
        return data
    kept: dict[str, Any] = {key: value for key, value in data.items() if key != "status"}
    metadata = kept.get("metadata")
    if not isinstance(metadata, Mapping):
        return kept
    # The server prints empty labels and descriptions too, although nobody wrote them.
    kept["metadata"] = {
        key: value
        for key, value in metadata.items()
        if key not in SERVER_METADATA and not (key in ("labels", "description") and value in ({}, ""))
    }
    name = metadata.get("name")
    if kept.get("kind") == "CloudAccount" and isinstance(name, str):
        kept["spec"] = with_secret(kept.get("spec"), lambda: stored(name))
    return kept


def with_secret(spec: object, stored: Callable[[], Mapping[str, str]]) -> object:
    """An access key without its secret gets the stored one, if it is still the same key."""
    credentials = spec.get("credentials") if isinstance(spec, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(credentials, Mapping):
        return spec
    if credentials.get("type") != "accessKey" or "secretAccessKey" in credentials:
        return spec
    known = stored()
    if known.get("accessKeyId") != credentials.get("accessKeyId"):
        return spec
    return {**spec, "credentials": {**credentials, **known}}
