"""CustomResourceDefinitions: kinds that come, are held to their schema, and go.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from collections.abc import Iterator

import httpx
import pytest

from .client import CRDS, MERGE, Wire, apply, define, definition, eventually, ok, refusal

pytestmark = pytest.mark.documented(
    "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/"
)
_VERSIONS = "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/"

_SPEC: Wire = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "color": {"type": "string", "enum": ["red", "green"], "default": "red"},
        "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "tags": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
        "port": {"x-kubernetes-int-or-string": True},
        "anything": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "limits": {"type": "object", "additionalProperties": {"type": "number"}},
        "note": {"type": "string", "nullable": True},
    },
}
_STATUS: Wire = {
    "type": "object",
    "properties": {"up": {"type": "boolean"}, "replicas": {"type": "integer"}},
}
_SCHEMA: Wire = {"type": "object", "properties": {"spec": _SPEC, "status": _STATUS}}
_SUBRESOURCES: Wire = {
    "status": {},
    "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.replicas"},
}
_COLUMN: Wire = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}


def _wire(name: str = "w", **spec: object) -> Wire:
    wanted = {"size": 1, **spec}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name}, "spec": wanted}


@pytest.fixture
def widgets(api: httpx.Client, namespace: str) -> Iterator[str]:
    columns = {"additionalPrinterColumns": [_COLUMN]}
    wire = definition("widgets", "Widget", _SCHEMA, subresources=_SUBRESOURCES, **columns)
    wire["spec"]["names"]["shortNames"] = ["wd"]
    beta = {**wire["spec"]["versions"][0], "name": "v1beta1", "storage": False}
    wire["spec"]["versions"].append(beta)
    yield define(api, wire, namespace)
    _forget(api, "widgets")


def _forget(api: httpx.Client, plural: str) -> None:
    where = f"{CRDS}/{plural}.example.com"
    api.delete(where)
    eventually(lambda: api.get(where).status_code == 404, f"{plural} are forgotten")


def test_a_definition_says_when_it_is_established(api: httpx.Client, widgets: str) -> None:
    status = ok(api.get(f"{CRDS}/widgets.example.com"))["status"]
    holds = {one["type"] for one in status["conditions"] if one["status"] == "True"}
    assert {"Established", "NamesAccepted"} <= holds
    assert status["acceptedNames"]["plural"] == "widgets"
    assert status["storedVersions"] == ["v1"]


def test_a_defined_kind_is_discovered(api: httpx.Client, widgets: str) -> None:
    found = {one["name"]: one for one in ok(api.get("/apis/example.com/v1"))["resources"]}
    assert found["widgets"]["kind"] == "Widget"
    assert found["widgets"]["shortNames"] == ["wd"]
    assert {"widgets/status", "widgets/scale"} <= set(found)


@pytest.mark.documented(_VERSIONS)
def test_an_object_is_served_in_every_version(api: httpx.Client, widgets: str) -> None:
    ok(api.post(widgets, json=_wire()))
    found = ok(api.get(f"{widgets.replace('/v1/', '/v1beta1/')}/w"))
    assert (found["apiVersion"], found["spec"]["size"]) == ("example.com/v1beta1", 1)


def test_a_definition_is_named_by_plural_and_group(api: httpx.Client) -> None:
    wire = definition("gizmos", "Gizmo")
    wire["metadata"]["name"] = "others.example.com"
    assert refusal(api.post(CRDS, json=wire)) == (422, "Invalid")


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param([], id="no version"),
        pytest.param([{"name": "v1", "served": True, "storage": True}], id="no schema"),
        pytest.param(
            [
                {
                    "name": "v1",
                    "served": True,
                    "storage": False,
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                }
            ],
            id="no version to store",
        ),
        pytest.param(
            [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"properties": {}}},
                }
            ],
            id="a schema without a type is not structural",
        ),
    ],
)
def test_a_definition_that_lacks_something_is_refused(api: httpx.Client, versions: list[Wire]) -> None:
    wire = definition("gizmos", "Gizmo")
    wire["spec"]["versions"] = versions
    assert refusal(api.post(CRDS, json=wire)) == (422, "Invalid")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        pytest.param({"size": "many"}, "spec.size", id="type"),
        pytest.param({"size": 0}, "spec.size", id="minimum"),
        pytest.param({"size": 10}, "spec.size", id="maximum"),
        pytest.param({"size": None}, "spec.size", id="required"),
        pytest.param({"color": "blue"}, "spec.color", id="enum"),
        pytest.param({"code": "ABC"}, "spec.code", id="pattern"),
        pytest.param({"code": "abcdef"}, "spec.code", id="maxLength"),
        pytest.param({"tags": ["a", "b", "c"]}, "spec.tags", id="maxItems"),
        pytest.param({"tags": [1]}, "spec.tags[0]", id="items"),
        pytest.param({"limits": {"a": "b"}}, "spec.limits.a", id="additionalProperties"),
        pytest.param({"port": True}, "spec.port", id="int or string"),
    ],
)
def test_an_object_is_held_to_the_schema(api: httpx.Client, widgets: str, spec: Wire, field: str) -> None:
    answer = api.post(widgets, json=_wire(**spec))
    assert refusal(answer) == (422, "Invalid")
    assert field in {one["field"] for one in answer.json()["details"]["causes"]}


def test_an_applied_object_is_held_to_the_schema_too(api: httpx.Client, widgets: str) -> None:
    assert refusal(apply(api, f"{widgets}/w", _wire(size=10), "alice")) == (422, "Invalid")


@pytest.mark.parametrize(
    "spec",
    [{"port": 80}, {"port": "http"}, {"limits": {"a": 1.5}}, {"tags": ["a"]}, {"note": None}],
    ids=str,
)
def test_what_fits_the_schema_is_taken(api: httpx.Client, widgets: str, spec: Wire) -> None:
    found = ok(api.post(widgets, json=_wire(**spec)))["spec"]
    assert found.items() >= spec.items()


def test_fields_that_the_schema_does_not_know_are_pruned(api: httpx.Client, widgets: str) -> None:
    made = ok(api.post(widgets, json={**_wire(unknown=1), "other": 2}))
    assert "unknown" not in made["spec"]
    assert "other" not in made


def test_unknown_fields_are_kept_where_the_schema_says_so(api: httpx.Client, widgets: str) -> None:
    made = ok(api.post(widgets, json=_wire(anything={"deep": {"er": [1]}})))
    assert made["spec"]["anything"] == {"deep": {"er": [1]}}


def test_defaults_are_filled_in(api: httpx.Client, widgets: str) -> None:
    assert ok(api.post(widgets, json=_wire()))["spec"]["color"] == "red"


def test_the_status_is_written_through_its_subresource_only(api: httpx.Client, widgets: str) -> None:
    made = ok(api.post(widgets, json={**_wire(), "status": {"up": True}}))
    assert "status" not in made
    told = ok(api.patch(f"{widgets}/w/status", json={"status": {"up": True}}, headers=MERGE))
    assert (told["status"], told["metadata"]["generation"]) == ({"up": True}, 1)


def test_the_status_subresource_writes_nothing_else(api: httpx.Client, widgets: str) -> None:
    ok(api.post(widgets, json=_wire()))
    told = ok(api.patch(f"{widgets}/w/status", json={"spec": {"size": 5}}, headers=MERGE))
    assert told["spec"]["size"] == 1


def test_scale_reads_and_writes_the_paths_of_the_definition(api: httpx.Client, widgets: str) -> None:
    ok(api.post(widgets, json=_wire(size=2)))
    assert ok(api.get(f"{widgets}/w/scale"))["spec"] == {"replicas": 2}
    ok(api.patch(f"{widgets}/w/scale", json={"spec": {"replicas": 3}}, headers=MERGE))
    assert ok(api.get(f"{widgets}/w"))["spec"]["size"] == 3


def test_columns_are_those_of_the_definition(api: httpx.Client, widgets: str) -> None:
    ok(api.post(widgets, json=_wire(size=4)))
    accept = {"Accept": "application/json;as=Table;g=meta.k8s.io;v=v1"}
    found = ok(api.get(widgets, headers=accept))
    assert [one["name"] for one in found["columnDefinitions"]] == ["Name", "Size"]
    assert found["rows"][0]["cells"] == ["w", 4]


def test_a_defined_kind_has_a_schema_in_openapi(api: httpx.Client, widgets: str) -> None:
    def sizes() -> list[Wire]:
        answer = api.get("/openapi/v3/apis/example.com/v1")
        if answer.status_code == 404:
            return []
        schemas = ok(answer)["components"]["schemas"]
        return [one for name, one in schemas.items() if name == "com.example.v1.Widget"]

    eventually(sizes, "the kind has a schema")
    assert sizes()[0]["properties"]["spec"]["properties"]["size"]["maximum"] == 9


def test_a_definition_takes_its_objects_with_it(api: httpx.Client, widgets: str) -> None:
    ok(api.post(widgets, json=_wire()))
    _forget(api, "widgets")
    eventually(lambda: api.get(widgets).status_code == 404, "the kind is not served")
    eventually(lambda: api.get("/apis/example.com").status_code == 404, "the group is gone")


def test_a_kind_may_be_of_the_whole_cluster(api: httpx.Client) -> None:
    wire = definition("planets", "Planet")
    wire["spec"]["scope"] = "Cluster"
    ok(api.post(CRDS, json=wire))
    path = "/apis/example.com/v1/planets"
    eventually(lambda: api.get(path).status_code == 200, "planets are served")
    made = ok(
        api.post(path, json={"apiVersion": "example.com/v1", "kind": "Planet", "metadata": {"name": "p"}})
    )
    assert "namespace" not in made["metadata"]
    _forget(api, "planets")
