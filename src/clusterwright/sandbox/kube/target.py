"""What a path of the API means.

https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
"""

from dataclasses import dataclass, replace
from urllib.parse import unquote

from clusterwright.sandbox.kube.exchange import Refusal, no_such_path
from clusterwright.sandbox.kube.resources import Catalogue, Resource, group_version
from clusterwright.sandbox.kube.store import Key
from clusterwright.sandbox.kube.wire import Wire


@dataclass(frozen=True, slots=True)
class Target:
    """`name` is empty for a whole collection, `namespace` for all of them or for what has none."""

    resource: Resource
    version: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def key(self) -> Key:
        return Key(self.resource.group, self.resource.plural, self.namespace, self.name)

    @property
    def api_version(self) -> str:
        return group_version(self.resource.group, self.version)

    def named(self, name: str) -> "Target":
        return replace(self, name=name)

    def refusal(self, code: int, reason: str, message: str) -> Refusal:
        details: Wire = {"name": self.name, "group": self.resource.group, "kind": self.resource.plural}
        return Refusal(code, reason, message, {key: value for key, value in details.items() if value})

    def not_found(self) -> Refusal:
        return self.refusal(404, "NotFound", f'{self.resource.name} "{self.name}" not found')

    def conflict(self, why: str) -> Refusal:
        message = f'Operation cannot be fulfilled on {self.resource.name} "{self.name}": {why}'
        return self.refusal(409, "Conflict", message)


def parse(path: str, catalogue: Catalogue) -> Target:
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        raise no_such_path()
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and catalogue.get(group, rest[2]) is not None:
        namespace, rest = rest[1], rest[2:]
    return _target(catalogue, (group, version), namespace, rest)


def _target(catalogue: Catalogue, where: tuple[str, str], namespace: str, rest: list[str]) -> Target:
    group, version = where
    resource = catalogue.get(group, rest[0])
    if resource is None or version not in resource.versions or len(rest) > 3:
        raise no_such_path()
    name, subresource = ([*rest[1:], "", ""])[:2]
    misplaced = bool(namespace) and not resource.namespaced
    nowhere = bool(name) and resource.namespaced and not namespace
    if misplaced or nowhere or (subresource and subresource not in resource.subresources):
        raise no_such_path()
    return Target(resource, version, namespace, name, subresource)
