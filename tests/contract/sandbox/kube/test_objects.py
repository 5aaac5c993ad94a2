"""Objects: made, read, replaced, refused.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

import base64
from typing import Any

import httpx
import pytest

from .client import MERGE, Wire, config_map, deployment, deployments, maps, ok, refusal

_CONCEPTS = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
_OBJECTS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/"
_META = "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/"
_CONFIG_MAP = "https://kubernetes.io/docs/concepts/configuration/configmap/"
_SECRET = "https://kubernetes.io/docs/concepts/configuration/secret/"
_SERVICE = "https://kubernetes.io/docs/concepts/services-networking/service/"
_DEPLOYMENT = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"


@pytest.mark.documented(f"{_OBJECTS}names/")
def test_every_object_has_an_identity_of_its_own(api: httpx.Client, namespace: str) -> None:
    made = [ok(api.post(maps(namespace), json=config_map(name)))["metadata"] for name in ("a", "b")]
    assert made[0]["uid"] != made[1]["uid"]
    assert all(one["creationTimestamp"] and one["resourceVersion"] for one in made)


@pytest.mark.documented(f"{_OBJECTS}names/")
def test_a_name_is_taken_once_per_kind_and_namespace(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json=config_map("a")))
    again = api.post(maps(namespace), json=config_map("a"))
    assert refusal(again) == (409, "AlreadyExists")
    assert again.json()["message"] == 'configmaps "a" already exists'


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a" * 254, "a..b"])
@pytest.mark.documented(f"{_OBJECTS}names/")
def test_names_are_dns_subdomains(api: httpx.Client, namespace: str, name: str) -> None:
    answer = api.post(maps(namespace), json=config_map(name))
    assert refusal(answer) == (422, "Invalid")
    assert answer.json()["details"]["causes"][0]["field"] == "metadata.name"


@pytest.mark.documented(_META)
def test_a_name_is_made_from_its_beginning(api: httpx.Client, namespace: str) -> None:
    wire = {**config_map("x"), "metadata": {"generateName": "job-"}}
    names = {ok(api.post(maps(namespace), json=wire))["metadata"]["name"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("job-") and len(name) == 9 for name in names)


@pytest.mark.parametrize(
    "labels", [{"a b": "c"}, {"a": "-b"}, {"a": "b" * 64}, {"a" * 64: "b"}], ids=lambda found: str(found)[:12]
)
@pytest.mark.documented(f"{_OBJECTS}labels/")
def test_labels_have_a_syntax(api: httpx.Client, namespace: str, labels: dict[str, str]) -> None:
    answer = api.post(maps(namespace), json=config_map("a", labels))
    assert refusal(answer) == (422, "Invalid")
    assert answer.json()["details"]["causes"][0]["field"] == "metadata.labels"


@pytest.mark.documented(_CONCEPTS)
def test_a_replacement_of_what_has_changed_meanwhile_conflicts(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(maps(namespace), json=config_map("a", x="1")))
    changed = ok(api.put(f"{maps(namespace)}/a", json={**made, "data": {"x": "2"}}))
    assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    stale = api.put(f"{maps(namespace)}/a", json={**made, "data": {"x": "3"}})
    assert refusal(stale) == (409, "Conflict")
    assert "the object has been modified" in stale.json()["message"]


@pytest.mark.documented(_META)
def test_a_replacement_without_a_resource_version_is_unconditional(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json=config_map("a", x="1")))
    assert ok(api.put(f"{maps(namespace)}/a", json=config_map("a", y="2")))["data"] == {"y": "2"}


def test_a_write_that_changes_nothing_makes_no_new_version(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(maps(namespace), json=config_map("a", x="1")))
    same = ok(api.put(f"{maps(namespace)}/a", json=made))
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


@pytest.mark.documented(_META)
def test_the_generation_counts_changes_of_what_is_wanted(api: httpx.Client, namespace: str) -> None:
    ok(api.post(deployments(namespace), json=deployment()))

    def generation(change: Wire) -> int:
        found = ok(api.patch(f"{deployments(namespace)}/web", json=change, headers=MERGE))
        return int(found["metadata"]["generation"])

    assert generation({"metadata": {"labels": {"a": "b"}}}) == 1
    assert generation({"spec": {"replicas": 5}}) == 2


def test_only_objects_with_a_desired_state_have_a_generation(api: httpx.Client, namespace: str) -> None:
    assert "generation" not in ok(api.post(maps(namespace), json=config_map("a")))["metadata"]


def test_what_is_not_there_is_not_found(api: httpx.Client, namespace: str) -> None:
    answer = api.get(f"{maps(namespace)}/a")
    assert refusal(answer) == (404, "NotFound")
    assert answer.json()["message"] == 'configmaps "a" not found'
    assert answer.json()["details"] == {"name": "a", "kind": "configmaps"}


@pytest.mark.documented(f"{_OBJECTS}namespaces/")
def test_nothing_is_made_in_a_namespace_that_is_not_there(api: httpx.Client) -> None:
    answer = api.post(maps("nowhere"), json=config_map("a"))
    assert refusal(answer) == (404, "NotFound")
    assert answer.json()["message"] == 'namespaces "nowhere" not found'


@pytest.mark.documented(f"{_OBJECTS}namespaces/")
def test_a_namespace_is_labelled_with_its_name(api: httpx.Client, namespace: str) -> None:
    found = ok(api.get(f"/api/v1/namespaces/{namespace}"))
    assert found["metadata"]["labels"] == {"kubernetes.io/metadata.name": namespace}


@pytest.mark.documented(f"{_OBJECTS}namespaces/")
@pytest.mark.parametrize("name", ["default", "kube-node-lease", "kube-public", "kube-system"])
def test_a_cluster_begins_with_four_namespaces(api: httpx.Client, name: str) -> None:
    assert ok(api.get(f"/api/v1/namespaces/{name}"))["status"]["phase"] == "Active"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"kind": "Secret"}, 400, id="another kind"),
        pytest.param({"apiVersion": "v2"}, 400, id="another version"),
        pytest.param({"metadata": {"name": "a", "namespace": "default"}}, 400, id="another namespace"),
        pytest.param({"metadata": "a"}, 400, id="metadata that is no object"),
        pytest.param({"metadata": {}}, 422, id="no name"),
    ],
)
def test_a_body_that_does_not_fit_its_path_is_refused(
    api: httpx.Client, namespace: str, change: Wire, code: int
) -> None:
    assert api.post(maps(namespace), json={**config_map("a"), **change}).status_code == code


@pytest.mark.parametrize("body", [b"{", b"[1]", b"7"])
def test_a_body_that_is_no_object_is_a_bad_request(api: httpx.Client, namespace: str, body: bytes) -> None:
    answer = api.post(maps(namespace), content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "BadRequest")


def test_a_body_in_a_form_nobody_knows_is_unsupported(api: httpx.Client, namespace: str) -> None:
    answer = api.post(maps(namespace), content=b"<a/>", headers={"Content-Type": "application/xml"})
    assert refusal(answer) == (415, "UnsupportedMediaType")


def test_a_body_may_be_yaml(api: httpx.Client, namespace: str) -> None:
    body = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {when: '2020-01-01'}\n"
    made = api.post(maps(namespace), content=body, headers={"Content-Type": "application/yaml"})
    assert ok(made)["data"] == {"when": "2020-01-01"}


def test_objects_are_not_made_in_all_namespaces_at_once(api: httpx.Client) -> None:
    answer = api.post("/api/v1/configmaps", json=config_map("a"))
    assert answer.status_code in (400, 405)


@pytest.mark.documented(_CONCEPTS)
def test_a_dry_run_leaves_nothing(api: httpx.Client, namespace: str) -> None:
    shown = ok(api.post(maps(namespace), json=config_map("a"), params={"dryRun": "All"}))
    assert shown["metadata"]["uid"]
    assert api.get(f"{maps(namespace)}/a").status_code == 404


@pytest.mark.documented(_CONCEPTS)
def test_a_dry_run_of_a_change_or_a_deletion_changes_nothing(api: httpx.Client, namespace: str) -> None:
    path = f"{maps(namespace)}/a"
    ok(api.post(maps(namespace), json=config_map("a", x="1")))
    shown = api.patch(path, json={"data": {"x": "2"}}, headers=MERGE, params={"dryRun": "All"})
    assert ok(shown)["data"] == {"x": "2"}
    ok(api.delete(path, params={"dryRun": "All"}))
    assert ok(api.get(path))["data"] == {"x": "1"}


@pytest.mark.documented(_CONCEPTS)
def test_a_dry_run_is_all_or_nothing(api: httpx.Client, namespace: str) -> None:
    answer = api.post(maps(namespace), json=config_map("a"), params={"dryRun": "Some"})
    assert answer.status_code in (400, 422)


@pytest.mark.documented(_CONFIG_MAP)
@pytest.mark.parametrize("change", [{"data": {"x": "2"}}, {"immutable": False}], ids=["data", "mark"])
def test_an_immutable_config_map_stays_as_it_is(api: httpx.Client, namespace: str, change: Wire) -> None:
    ok(api.post(maps(namespace), json={**config_map("a", x="1"), "immutable": True}))
    assert refusal(api.patch(f"{maps(namespace)}/a", json=change, headers=MERGE)) == (422, "Invalid")


@pytest.mark.documented(_CONFIG_MAP)
def test_config_maps_hold_a_mebibyte_at_most(api: httpx.Client, namespace: str) -> None:
    answer = api.post(maps(namespace), json=config_map("a", x="a" * (1 << 20) + "b"))
    assert refusal(answer) == (422, "Invalid")


@pytest.mark.documented(_CONFIG_MAP)
def test_keys_of_config_maps_are_plain(api: httpx.Client, namespace: str) -> None:
    assert refusal(api.post(maps(namespace), json={**config_map("a"), "data": {"a b": "c"}})) == (
        422,
        "Invalid",
    )


@pytest.fixture
def secrets(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets"


@pytest.mark.documented(_SECRET)
def test_plain_text_in_a_secret_is_stored_encoded(api: httpx.Client, secrets: str) -> None:
    wire = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "v"}}
    made = ok(api.post(secrets, json=wire))
    assert made["data"] == {"k": base64.b64encode(b"v").decode()}
    assert "stringData" not in made


@pytest.mark.documented(_SECRET)
def test_a_secret_is_opaque_unless_it_says_more(api: httpx.Client, secrets: str) -> None:
    assert ok(api.post(secrets, json={"metadata": {"name": "s"}}))["type"] == "Opaque"


@pytest.mark.documented(_SECRET)
def test_the_type_of_a_secret_stays(api: httpx.Client, secrets: str) -> None:
    ok(api.post(secrets, json={"metadata": {"name": "s"}}))
    answer = api.patch(f"{secrets}/s", json={"type": "example.com/other"}, headers=MERGE)
    assert refusal(answer) == (422, "Invalid")


@pytest.mark.documented(_SECRET)
def test_an_immutable_secret_stays_as_it_is(api: httpx.Client, secrets: str) -> None:
    ok(api.post(secrets, json={"metadata": {"name": "s"}, "immutable": True}))
    answer = api.patch(f"{secrets}/s", json={"stringData": {"a": "b"}}, headers=MERGE)
    assert refusal(answer) == (422, "Invalid")


def _service(**spec: Any) -> Wire:
    wanted = {"ports": [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": wanted}


@pytest.mark.documented(_SERVICE)
def test_a_service_gets_an_address_and_keeps_it(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services"
    made = ok(api.post(path, json=_service()))["spec"]
    assert made["type"] == "ClusterIP"
    assert made["clusterIP"].startswith("10.100.")
    assert made["clusterIPs"] == [made["clusterIP"]]
    labelled = api.patch(f"{path}/s", json={"metadata": {"labels": {"a": "b"}}}, headers=MERGE)
    assert ok(labelled)["spec"]["clusterIP"] == made["clusterIP"]


@pytest.mark.documented(_SERVICE)
@pytest.mark.parametrize(
    ("spec", "address"),
    [({"clusterIP": "None"}, "None"), ({"type": "ExternalName", "externalName": "a.example.com"}, None)],
    ids=["headless", "external"],
)
def test_some_services_need_no_address(
    api: httpx.Client, namespace: str, spec: Wire, address: str | None
) -> None:
    made = ok(api.post(f"/api/v1/namespaces/{namespace}/services", json=_service(**spec)))
    assert made["spec"].get("clusterIP") == address


@pytest.mark.documented(_SERVICE)
def test_a_node_port_is_given_from_its_range(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(f"/api/v1/namespaces/{namespace}/services", json=_service(type="NodePort")))
    assert 30000 <= made["spec"]["ports"][0]["nodePort"] <= 32767


@pytest.mark.documented(_SERVICE)
def test_a_port_is_tcp_and_its_own_target_unless_it_says_more(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(f"/api/v1/namespaces/{namespace}/services", json=_service()))
    assert made["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]


@pytest.mark.documented(_DEPLOYMENT)
def test_a_deployment_wants_one_replica_unless_it_says_more(api: httpx.Client, namespace: str) -> None:
    wire = deployment()
    del wire["spec"]["replicas"]
    assert ok(api.post(deployments(namespace), json=wire))["spec"]["replicas"] == 1


@pytest.mark.documented(_DEPLOYMENT)
def test_a_deployment_rolls_by_quarters_unless_it_says_more(api: httpx.Client, namespace: str) -> None:
    made = ok(api.post(deployments(namespace), json=deployment()))["spec"]
    quarters = {"maxSurge": "25%", "maxUnavailable": "25%"}
    assert made["strategy"] == {"type": "RollingUpdate", "rollingUpdate": quarters}
    assert (made["revisionHistoryLimit"], made["progressDeadlineSeconds"]) == (10, 600)


@pytest.mark.documented(_DEPLOYMENT)
def test_the_selector_of_a_deployment_stays(api: httpx.Client, namespace: str) -> None:
    ok(api.post(deployments(namespace), json=deployment()))
    change = {"spec": {"selector": {"matchLabels": {"app": "other"}}}}
    answer = api.patch(f"{deployments(namespace)}/web", json=change, headers=MERGE)
    assert refusal(answer) == (422, "Invalid")
    assert "spec.selector" in answer.json()["message"]


@pytest.mark.documented(_DEPLOYMENT)
@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"selector": None}, id="no selector"),
        pytest.param({"selector": {"matchLabels": {"app": "other"}}}, id="a selector of other pods"),
        pytest.param({"template": None}, id="no template"),
    ],
)
def test_a_deployment_selects_the_pods_of_its_template(api: httpx.Client, namespace: str, spec: Wire) -> None:
    wire = deployment()
    wire["spec"] = {**wire["spec"], **spec}
    assert refusal(api.post(deployments(namespace), json=wire)) == (422, "Invalid")


def test_replicas_are_not_negative(api: httpx.Client, namespace: str) -> None:
    assert refusal(api.post(deployments(namespace), json=deployment(replicas=-1))) == (422, "Invalid")


@pytest.mark.documented(_CONCEPTS)
def test_a_strict_write_refuses_unknown_fields(api: httpx.Client, namespace: str) -> None:
    wire = {**config_map("a"), "nonsense": 1}
    answer = api.post(maps(namespace), json=wire, params={"fieldValidation": "Strict"})
    assert refusal(answer) == (400, "BadRequest")
    assert 'unknown field "nonsense"' in answer.json()["message"]


@pytest.mark.documented(_CONCEPTS)
def test_unknown_fields_are_dropped(api: httpx.Client, namespace: str) -> None:
    answer = api.post(maps(namespace), json={**config_map("a"), "nonsense": 1})
    assert "nonsense" not in ok(answer)
    assert answer.headers["warning"] == '299 - "unknown field \\"nonsense\\""'


def test_scale_is_an_object_of_its_own(api: httpx.Client, namespace: str) -> None:
    path = f"{deployments(namespace)}/web"
    ok(api.post(deployments(namespace), json=deployment()))
    scale = ok(api.patch(f"{path}/scale", json={"spec": {"replicas": 4}}, headers=MERGE))
    assert (scale["kind"], scale["apiVersion"], scale["spec"]) == ("Scale", "autoscaling/v1", {"replicas": 4})
    assert scale["status"]["selector"] == "app=web"
    assert ok(api.get(path))["spec"]["replicas"] == 4
