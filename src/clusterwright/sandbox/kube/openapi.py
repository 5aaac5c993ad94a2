"""OpenAPI v3: an index, and one document for each group and version.

kubectl and Helm look in it for whether a PATCH takes `fieldValidation` and for the kinds that exist. The
schemas of built-in kinds allow everything, those of defined kinds are what their definitions say.
https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
"""

from clusterwright.sandbox.kube.exchange import Reply, no_such_path, reply
from clusterwright.sandbox.kube.resources import Catalogue, Resource, group_version
from clusterwright.sandbox.kube.wire import Wire

_ROOT = "/openapi/v3"
_PARAMETERS: list[Wire] = [
    {"in": "query", "name": name, "schema": {"type": "string", "uniqueItems": True}}
    for name in ("dryRun", "fieldManager", "fieldValidation", "force")
]
_OBJECT: Wire = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def answer(path: str, catalogue: Catalogue) -> Reply | None:
    if path == _ROOT:
        return reply({"paths": _index(catalogue)})
    if not path.startswith(f"{_ROOT}/"):
        return None
    group, _, version = path.removeprefix(f"{_ROOT}/api").removeprefix("s").strip("/").rpartition("/")
    found = catalogue.of(group, version)
    if not found:
        raise no_such_path()
    return reply(_document(catalogue, found, version))


def _index(catalogue: Catalogue) -> Wire:
    names = ["api/v1"]
    names += [f"apis/{group}/{one}" for group, versions in catalogue.groups().items() for one in versions]
    return {name: {"serverRelativeURL": f"{_ROOT}/{name}?hash={catalogue.mark:08X}"} for name in names}


def _document(catalogue: Catalogue, resources: list[Resource], version: str) -> Wire:
    paths: Wire = {}
    schemas: Wire = {}
    for one in resources:
        what = {"group": one.group, "version": version, "kind": one.kind}
        schemas[_name(one, version)] = _schema(what, catalogue.schema(one.id, version) or _OBJECT)
        base = f"/apis/{group_version(one.group, version)}" if one.group else f"/api/{version}"
        base += "/namespaces/{namespace}" if one.namespaced else ""
        paths[f"{base}/{one.plural}"] = {"get": _operation("list", what), "post": _operation("post", what)}
        paths[f"{base}/{one.plural}/{{name}}"] = {
            verb: _operation(verb, what) for verb in ("get", "put", "patch", "delete")
        }
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "unversioned"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _name(one: Resource, version: str) -> str:
    """Of the group's parts from the last to the first."""
    return ".".join([*reversed((one.group or "core.sandbox").split(".")), version, one.kind])


def _schema(what: Wire, own: Wire) -> Wire:
    head = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _OBJECT}
    properties = {**(own.get("properties") or {}), **head}
    return {**own, "x-kubernetes-group-version-kind": [what], "properties": properties}


def _operation(action: str, what: Wire) -> Wire:
    return {
        "parameters": _PARAMETERS,
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": what,
        "responses": {"200": {"description": "OK"}},
    }
