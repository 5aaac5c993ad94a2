"""Server-side apply: fields have owners.

https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from typing import Any

import httpx
import pytest

from .client import APPLY, MERGE, Wire, apply, config_map, deployment, deployments, maps, ok, refusal

pytestmark = pytest.mark.documented("https://kubernetes.io/docs/reference/using-api/server-side-apply/")


@pytest.fixture
def path(namespace: str) -> str:
    return f"{maps(namespace)}/a"


@pytest.fixture
def web(namespace: str) -> str:
    return f"{deployments(namespace)}/web"


def _owned(found: Any) -> dict[str, Wire]:
    return {one["manager"]: one["fieldsV1"] for one in found["metadata"]["managedFields"]}


def test_what_is_not_there_is_created(api: httpx.Client, path: str) -> None:
    assert apply(api, path, config_map("a", x="1"), "alice").status_code == 201
    assert apply(api, path, config_map("a", x="1"), "alice").status_code == 200


def test_an_applier_says_who_it_is(api: httpx.Client, path: str) -> None:
    answer = api.patch(path, json=config_map("a"), headers=APPLY)
    assert answer.status_code in (400, 422)
    assert "fieldManager" in answer.json()["message"]


def test_an_applier_owns_the_fields_it_names(api: httpx.Client, path: str) -> None:
    found = ok(apply(api, path, config_map("a", {"l": "1"}, x="1"), "alice"))
    (entry,) = found["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("alice", "Apply", "v1")
    assert entry["fieldsType"] == "FieldsV1"
    assert entry["fieldsV1"] == {"f:data": {"f:x": {}}, "f:metadata": {"f:labels": {"f:l": {}}}}


def test_whoever_creates_or_updates_owns_too(api: httpx.Client, namespace: str) -> None:
    made = api.post(maps(namespace), json=config_map("a", x="1"), params={"fieldManager": "maker"})
    (entry,) = ok(made)["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("maker", "Update")
    assert "f:x" in entry["fieldsV1"]["f:data"]


def test_a_new_map_is_owned_as_such(api: httpx.Client, namespace: str) -> None:
    made = api.post(maps(namespace), json=config_map("a", x="1"), params={"fieldManager": "maker"})
    assert _owned(ok(made)) == {"maker": {"f:data": {".": {}, "f:x": {}}}}


def test_the_name_of_the_program_is_the_manager_unless_one_is_given(
    api: httpx.Client, namespace: str
) -> None:
    made = api.post(maps(namespace), json=config_map("a", x="1"), headers={"User-Agent": "tool/1.0 (linux)"})
    assert list(_owned(ok(made))) == ["tool"]


def test_the_same_again_makes_no_new_version(api: httpx.Client, path: str) -> None:
    first = ok(apply(api, path, config_map("a", x="1"), "alice"))["metadata"]
    second = ok(apply(api, path, config_map("a", x="1"), "alice"))["metadata"]
    assert second["resourceVersion"] == first["resourceVersion"]


def test_a_field_of_another_with_another_value_is_a_conflict(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    refused = apply(api, path, config_map("a", x="2"), "bob")
    assert refusal(refused) == (409, "Conflict")
    said = refused.json()
    assert said["message"] == 'Apply failed with 1 conflict: conflict with "alice": .data.x'
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".data.x"}
    assert said["details"]["causes"] == [cause]


def test_all_conflicts_are_named(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    said = apply(api, path, config_map("a", x="2", y="2"), "bob").json()["message"]
    assert said == 'Apply failed with 2 conflicts: conflicts with "alice":\n- .data.x\n- .data.y'


def test_conflicts_with_updaters_name_their_version(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1"), "alice"))
    ok(api.patch(path, json={"data": {"x": "3"}}, headers=MERGE, params={"fieldManager": "carol"}))
    said = apply(api, path, config_map("a", x="1"), "alice").json()["message"]
    assert said.startswith('Apply failed with 1 conflict: conflict with "carol" using v1')
    assert said.endswith(": .data.x")


def test_force_takes_the_field(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    found = ok(apply(api, path, config_map("a", x="2"), "bob", force="true"))
    assert found["data"] == {"x": "2", "y": "1"}
    assert _owned(found) == {"alice": {"f:data": {"f:y": {}}}, "bob": {"f:data": {"f:x": {}}}}


def test_the_same_value_is_shared(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1"), "alice"))
    found = ok(apply(api, path, config_map("a", x="1"), "bob"))
    assert _owned(found) == {"alice": {"f:data": {"f:x": {}}}, "bob": {"f:data": {"f:x": {}}}}


def test_what_is_applied_no_more_goes(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    assert ok(apply(api, path, config_map("a", x="1"), "alice"))["data"] == {"x": "1"}


def test_what_another_still_owns_stays(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    ok(apply(api, path, config_map("a", y="1"), "bob"))
    assert ok(apply(api, path, config_map("a", x="1"), "alice"))["data"] == {"x": "1", "y": "1"}


def test_an_update_takes_the_fields_it_changes(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1", y="1"), "alice"))
    change = api.patch(path, json={"data": {"y": "2"}}, headers=MERGE, params={"fieldManager": "carol"})
    assert _owned(ok(change)) == {"alice": {"f:data": {"f:x": {}}}, "carol": {"f:data": {"f:y": {}}}}


def test_items_of_lists_are_known_by_their_keys(api: httpx.Client, web: str) -> None:
    ok(apply(api, web, deployment(), "alice"))
    refused = apply(api, web, deployment(image="nginx:2"), "bob").json()["message"]
    assert refused.endswith('.spec.template.spec.containers[name="web"].image')


def test_appliers_share_a_list_item_by_item(api: httpx.Client, web: str) -> None:
    ok(apply(api, web, deployment(), "alice"))
    template = {"spec": {"containers": [{"name": "log", "image": "l:1"}]}}
    sidecar = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "spec": {"template": template}}
    found = ok(apply(api, web, sidecar, "bob"))["spec"]["template"]["spec"]["containers"]
    assert sorted(one["name"] for one in found) == ["log", "web"]
    left = ok(apply(api, web, {**sidecar, "spec": {}}, "bob"))["spec"]["template"]["spec"]["containers"]
    assert [one["name"] for one in left] == ["web"]


def test_lists_without_keys_are_replaced_as_a_whole(api: httpx.Client, web: str) -> None:
    def with_command(*words: str) -> Wire:
        wire = deployment()
        wire["spec"]["template"]["spec"]["containers"][0]["command"] = list(words)
        return wire

    ok(apply(api, web, with_command("a", "b"), "alice"))
    assert refusal(apply(api, web, with_command("a"), "bob")) == (409, "Conflict")
    found = ok(apply(api, web, with_command("c"), "alice"))["spec"]["template"]["spec"]["containers"]
    assert found[0]["command"] == ["c"]


def test_sets_are_shared_value_by_value(api: httpx.Client, path: str) -> None:
    def held(*names: str) -> Wire:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "finalizers": list(names)}}

    ok(apply(api, path, held("example.com/a"), "alice"))
    found = ok(apply(api, path, held("example.com/b"), "bob"))
    assert set(found["metadata"]["finalizers"]) == {"example.com/a", "example.com/b"}
    assert ok(apply(api, path, held(), "alice"))["metadata"]["finalizers"] == ["example.com/b"]
    ok(api.patch(path, json={"metadata": {"finalizers": None}}, headers=MERGE))


def test_a_scaler_takes_the_replicas_and_the_applier_lets_go(api: httpx.Client, web: str) -> None:
    """The page's own example: transferring ownership."""
    ok(apply(api, web, deployment(replicas=1), "alice"))
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 7}}
    assert refusal(apply(api, web, scaled, "scaler")) == (409, "Conflict")
    ok(apply(api, web, scaled, "scaler", force="true"))
    wire = deployment()
    del wire["spec"]["replicas"]
    assert ok(apply(api, web, wire, "alice"))["spec"]["replicas"] == 7


def test_managed_fields_are_not_applied(api: httpx.Client, path: str) -> None:
    first = ok(apply(api, path, config_map("a", x="1"), "alice"))
    assert apply(api, path, first, "alice").status_code in (400, 422)


def test_managed_fields_can_be_cleared(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1"), "alice"))
    found = ok(api.patch(path, json={"metadata": {"managedFields": [{}]}}, headers=MERGE))
    assert "managedFields" not in found["metadata"]


def test_the_status_has_owners_of_its_own(api: httpx.Client, web: str) -> None:
    ok(apply(api, web, deployment(replicas=0), "alice"))
    status = {"apiVersion": "apps/v1", "kind": "Deployment", "status": {"collisionCount": 3}}
    found = ok(apply(api, f"{web}/status", status, "teller"))
    (entry,) = (one for one in found["metadata"]["managedFields"] if one["manager"] == "teller")
    assert (entry["subresource"], entry["fieldsV1"]) == ("status", {"f:status": {"f:collisionCount": {}}})


def test_yaml_can_be_applied(api: httpx.Client, path: str) -> None:
    body = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: '1'\n"
    answer = api.patch(path, content=body, headers=APPLY, params={"fieldManager": "alice"})
    assert ok(answer)["data"] == {"x": "1"}


def test_a_dry_run_shows_conflicts_too(api: httpx.Client, path: str) -> None:
    ok(apply(api, path, config_map("a", x="1"), "alice"))
    assert apply(api, path, config_map("a", x="2"), "bob", dryRun="All").status_code == 409
    assert ok(apply(api, path, config_map("a", y="2"), "bob", dryRun="All"))["data"] == {"x": "1", "y": "2"}
    assert ok(api.get(path))["data"] == {"x": "1"}


def test_what_is_to_be_created_has_its_name_in_it(api: httpx.Client, path: str) -> None:
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": "1"}}
    answer = apply(api, path, nameless, "alice")
    assert refusal(answer) == (400, "BadRequest")
    assert "name must be provided" in answer.json()["message"]
