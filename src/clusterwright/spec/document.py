"""The door of this room: YAML or JSON in, typed documents out, and back to YAML.

All findings of all documents are reported at once. Reading files and printing are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml
from pydantic import ValidationError

from clusterwright.errors import Finding, Invalid, Missing
from clusterwright.spec.account import CloudAccount
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.explain import explain_error, explain_problem
from clusterwright.spec.fields import suggestion
from clusterwright.spec.mend import causes, mend
from clusterwright.spec.metadata import API_VERSION
from clusterwright.spec.model import Model, Path, Reading, check
from clusterwright.spec.profile import ClusterProfile
from clusterwright.spec.source import Source, plain, read

Document = CloudAccount | ClusterProfile | Cluster

KINDS: dict[str, type[CloudAccount] | type[ClusterProfile] | type[Cluster]] = {
    "CloudAccount": CloudAccount,
    "ClusterProfile": ClusterProfile,
    "Cluster": Cluster,
}


@dataclass(frozen=True)
class _Outcome:
    """What became of one document: it is usable only when there are no findings."""

    document: Document | None
    findings: tuple[Finding, ...]
    line: int | None = None


def parse(text: str, source: str = "") -> tuple[Document, ...]:
    """All documents of a YAML text; raises Invalid with everything that is wrong in any of them."""
    outcomes = [_build(item) for item in read(text)]
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    findings += _twice(outcomes)
    if not outcomes:
        findings.append(Finding("", "holds no document", f"Write one of: {', '.join(KINDS)}."))
    if findings:
        raise Invalid(tuple(findings), f"{source or 'The text'} is not valid.")
    return tuple(outcome.document for outcome in outcomes if outcome.document is not None)


def from_json(data: object) -> Document:
    """One document from plain data, such as a request body."""
    outcome = _build(plain(data))
    if outcome.document is None or outcome.findings:
        raise Invalid(outcome.findings)
    return outcome.document


def warnings(document: Document) -> tuple[Finding, ...]:
    """What is allowed but probably not meant."""
    nowhere = plain(None)
    return tuple(explain_problem(problem, nowhere) for problem in check(document) if problem.advice)


def to_json(document: Document) -> dict[str, object]:
    """What the user wrote, without defaults and without secrets, as plain data."""
    written = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {"apiVersion": document.api_version, "kind": document.kind} | written


def dump(document: Document) -> str:
    """What the user wrote, without defaults and without secrets, as YAML."""
    data = to_json(document)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def json_schema(kind: str) -> dict[str, object]:
    """The JSON schema of a kind, for editors and the API explorer."""
    if kind not in KINDS:
        raise Missing(f"There is no kind {kind}.", remedy=suggestion(kind, tuple(KINDS)))
    schema = KINDS[kind].model_json_schema(by_alias=True)
    # They have defaults in Python only; a document must name them.
    return schema | {"required": ["apiVersion", "kind", "metadata", "spec"]}


class _Dumper(yaml.SafeDumper):
    """Texts of several lines are written as blocks, which people can read and edit."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _build(source: Source) -> _Outcome:
    line = source.line(())
    if source.data is None and source.findings:
        return _Outcome(None, tuple(source.findings), line)
    if not isinstance(source.data, Mapping):
        finding = Finding("", "must be a mapping", "Begin with apiVersion and kind.", line)
        return _Outcome(None, (*source.findings, finding), line)
    findings = [*source.findings, *_header_findings(source, source.data)]
    kind = source.data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return _Outcome(None, tuple(findings), line)
    # A wrong apiVersion is reported above; the rest is read as if it were right.
    source.data = {**source.data, "apiVersion": API_VERSION}
    document, found = _validate(KINDS[kind], source)
    ordered = sorted(findings + found, key=lambda finding: finding.line or 0)
    return _Outcome(document, tuple(ordered), line)


def _header_findings(source: Source, data: Mapping[str, object]) -> Iterable[Finding]:
    for field, known in (("apiVersion", (API_VERSION,)), ("kind", tuple(KINDS))):
        value = data.get(field)
        choice = f"Use {known[0]}." if len(known) == 1 else f"Use one of: {', '.join(known)}."
        if value is None:
            yield Finding(field, "is required", choice, source.line(()))
        elif value not in known:
            meant = suggestion(str(value), known) if len(known) > 1 else choice
            remedy = choice if meant.startswith("Known") or meant == choice else f"{meant} {choice}"
            yield Finding(field, f"{value} is not known", remedy, source.line((field,)), str(value))


def _validate(
    kind: type[CloudAccount] | type[ClusterProfile] | type[Cluster], source: Source
) -> tuple[Document | None, list[Finding]]:
    try:
        document = kind.model_validate(source.data, context=Reading.RULES_LATER, by_alias=True, by_name=False)
    except ValidationError as error:
        explained = [explain_error(details, kind, source) for details in causes(error)]
        paths = {path for path, _ in explained}
        shapes = [finding for path, finding in explained if path not in source.refused]
        mended = mend(kind, source.data)
        return None, shapes + (_rule_findings(*mended, source, paths) if mended else [])
    return document, _rule_findings(document, frozenset(), source, set())


def _rule_findings(
    model: Model, blind: frozenset[Path], source: Source, reported: set[Path]
) -> list[Finding]:
    """Broken rules, except at values that have a finding already."""
    problems = [problem for problem in check(model, blind=blind) if not problem.advice]
    return [explain_problem(problem, source) for problem in problems if problem.at not in reported]


def _twice(outcomes: list[_Outcome]) -> Iterable[Finding]:
    """Two documents of one kind and name in one text would undo each other."""
    first: dict[tuple[str, ...], int | None] = {}
    for outcome in outcomes:
        if outcome.document is None:
            continue
        key = _identity(outcome.document)
        if key in first:
            message = f"{' '.join(key)} is in this text already, on line {first[key]}"
            yield Finding("metadata.name", message, "Keep one of them.", outcome.line, key[1])
        first.setdefault(key, outcome.line)


def _identity(document: Document) -> tuple[str, ...]:
    key = (document.kind, document.metadata.name)
    return (*key, document.spec.version) if isinstance(document, ClusterProfile) else key
