"""Request bodies: JSON, YAML or protobuf, into an object that fits where it is sent."""

import json
from typing import Any

import yaml

from clusterwright.sandbox.kube import protobuf
from clusterwright.sandbox.kube.exchange import Request, bad_request, unsupported
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire


class _Yaml(yaml.SafeLoader):
    """Times stay the text they are."""


_Yaml.yaml_implicit_resolvers = {
    first: [one for one in found if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def decoded(request: Request) -> Any:
    """Whatever was sent; None where nothing was."""
    if not request.body:
        return None
    if "protobuf" in request.content_type:
        return protobuf.decode(request.body)
    if "cbor" in request.content_type:
        raise unsupported("the sandbox takes JSON, YAML and some protobuf, not CBOR")
    kind = request.content_type.partition(";")[0].strip()
    if kind and not kind.endswith(("json", "yaml")):
        raise unsupported(f"the body of the request was in an unknown format: {kind}")
    try:
        return json.loads(request.body)
    except ValueError:
        if "json" in request.content_type:
            raise bad_request("couldn't get version/kind; json parse error") from None
    try:
        return yaml.load(request.body, Loader=_Yaml)
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding YAML: {error}") from None


def object_of(request: Request, target: Target) -> Wire:
    """An object of the target's kind, in the target's namespace and with its name."""
    found = decoded(request)
    if not isinstance(found, dict):
        raise bad_request("the body of the request is no object")
    _check_kind(found, target)
    check_shape(found)
    metadata = found.get("metadata")
    if metadata is None:
        metadata = found["metadata"] = {}
    _check_place(metadata, target)
    return found


def check_shape(wire: Wire) -> None:
    """The three parts of an object, where it has them, are maps."""
    for part in ("metadata", "spec", "status"):
        if not isinstance(wire.get(part), dict | None):
            raise bad_request(f"cannot unmarshal {part}: it is no object")


def _check_kind(found: Wire, target: Target) -> None:
    version, kind = found.get("apiVersion"), found.get("kind")
    if kind and kind != target.resource.kind:
        raise bad_request(
            f'{kind} in version "{version}" cannot be handled as a {target.resource.kind}: no kind "{kind}" '
            f'is registered for version "{target.api_version}"'
        )
    if version and version != target.api_version:
        raise bad_request(
            f"the API version in the data ({version}) does not match the expected API version "
            f"({target.api_version})"
        )


def _check_place(metadata: Wire, target: Target) -> None:
    namespace, name = metadata.get("namespace"), metadata.get("name")
    if namespace and namespace != target.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if name and target.name and name != target.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({target.name})"
        )
