"""Add-ons: made, described, listed, changed, deleted, and what is on offer.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
"""

import json
from datetime import UTC, datetime

from clusterwright.sandbox import trust
from clusterwright.sandbox.eks import compute, faults, pods, tokens, updates
from clusterwright.sandbox.eks.addon_catalogue import OFFERS, Offer, Release, default_version, fits
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_JSON_TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def create(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    name = params["addonName"]
    existing = cluster.addons.get(name)
    if existing is not None:
        if tokens.same(existing.token, params):
            return {"addon": existing.wire}
        raise faults.in_use("Addon already exists.", clusterName=cluster.name, addonName=name)
    version = _check(scene, cluster, params)
    addon = Child(wire=_wire(scene, cluster, params, version), token=tokens.of(params))
    cluster.addons[name] = addon
    _associate(scene, cluster, addon, params)
    scene.later(f"addon-create/{name}", f"{cluster.name}/{name}", lambda: _settle(cluster, addon, "CREATING"))
    return {"addon": addon.wire}


def _check(scene: Scene, cluster: Cluster, params: Wire) -> str:
    """The version it will have, once everything else about the request is found to be in order."""
    name, kubernetes = params["addonName"], cluster.wire["version"]
    members: Wire = {"clusterName": cluster.name, "addonName": name}
    offer = OFFERS.get(name)
    if offer is None:
        raise faults.invalid(f"Addon {name} specified is not supported", **members)
    version = params.get("addonVersion") or default_version(offer, kubernetes)
    if not fits(offer, version, kubernetes):
        raise faults.invalid("Addon version specified is not supported", **members)
    _check_role(scene, params.get("serviceAccountRoleArn"), members)
    _check_values(params.get("configurationValues"), offer, members)
    return version


def _check_role(scene: Scene, arn: str | None, members: Wire) -> None:
    if not arn:
        return
    role = trust.find_role(arn)
    if role is None or not scene.propagation.is_visible(role.account_id, role.name):
        raise faults.invalid(f"Role with ARN {arn} does not exist", **members)


def _check_values(values: str | None, offer: Offer, members: Wire) -> None:
    if not values:
        return
    try:
        given = json.loads(values)
    except ValueError:
        return  # YAML is allowed as well and is not looked into
    unknown = sorted(set(given) - set(offer.options)) if offer.options and isinstance(given, dict) else []
    if unknown:
        raise faults.invalid(
            "ConfigurationValue provided in request is not supported: Json schema validation failed with "
            "error: "
            f"[$.{unknown[0]}: is not defined in the schema and the schema does not allow additional "
            "properties]",
            **members,
        )
    if isinstance(given, dict):
        _check_types(given, offer, members)


def _check_types(given: Wire, offer: Offer, members: Wire) -> None:
    for name, kind in offer.options.items():
        if name in given and not isinstance(given[name], _JSON_TYPES[kind]):
            raise faults.invalid(
                "ConfigurationValue provided in request is not supported: Json schema validation failed with "
                f"error: [$.{name}: {type(given[name]).__name__} found, {kind} expected]",
                **members,
            )


def _wire(scene: Scene, cluster: Cluster, params: Wire, version: str) -> Wire:
    name, now = params["addonName"], datetime.fromtimestamp(scene.now, UTC)
    path = f"{cluster.name}/{name}/{scene.unique('addon', f'{cluster.name}/{name}')}"
    return {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": scene.arn("addon", path),
        "createdAt": now,
        "modifiedAt": now,
        "serviceAccountRoleArn": params.get("serviceAccountRoleArn"),
        "tags": dict(params.get("tags") or {}),
        "configurationValues": params.get("configurationValues"),
        "podIdentityAssociations": None,
        "publisher": OFFERS[name].publisher,
        "owner": _owner(OFFERS[name]),
        "namespaceConfig": {"namespace": _namespace(params)},
    }


def _namespace(params: Wire) -> str:
    given = (params.get("namespaceConfig") or {}).get("namespace")
    return str(given or OFFERS[params["addonName"]].namespace)


def _owner(offer: Offer) -> str:
    return "aws" if offer.publisher == "eks" else offer.publisher


def _associate(scene: Scene, cluster: Cluster, addon: Child, params: Wire) -> None:
    """Pod identity associations given with an add-on belong to it and go with it."""
    wanted = params.get("podIdentityAssociations") or []
    members: Wire = {"clusterName": cluster.name, "addonName": params["addonName"]}
    for one in wanted:
        scene.role(one["roleArn"], "pods.eks.amazonaws.com", **members)
    namespace = addon.wire["namespaceConfig"]["namespace"]
    made = [
        pods.associate(scene, cluster, {"namespace": namespace, **one}, owner=addon.wire["addonArn"])
        for one in wanted
    ]
    addon.wire["podIdentityAssociations"] = [one.wire["associationArn"] for one in made] or None


def _dissociate(cluster: Cluster, addon: Child) -> None:
    owned = [key for key, one in cluster.pods.items() if one.wire["ownerArn"] == addon.wire["addonArn"]]
    for key in owned:
        del cluster.pods[key]


def _settle(cluster: Cluster, addon: Child, expected: str) -> None:
    if addon.wire["status"] == expected:
        compute.assess(cluster, addon)


def _found(cluster: Cluster, name: str) -> Child:
    try:
        return cluster.addons[name]
    except KeyError:
        raise faults.not_found(
            f"No addon: {name} found in cluster: {cluster.name}", clusterName=cluster.name, addonName=name
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    return {"addon": _found(scene.cluster(params["clusterName"]), params["addonName"]).wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    names, token = page(sorted(scene.cluster(params["clusterName"]).addons), params)
    return {"addons": names, "nextToken": token}


def update(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    addon = _found(cluster, params["addonName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    members: Wire = {"clusterName": cluster.name, "addonName": params["addonName"]}
    if addon.wire["status"] in ("CREATING", "UPDATING", "DELETING"):
        raise faults.in_use(f"Addon {params['addonName']} is in {addon.wire['status']} state", **members)
    version = _check(scene, cluster, {"addonVersion": addon.wire["addonVersion"], **params})
    _run(scene, cluster, addon, params, version)
    return {"update": next(reversed(cluster.updates.values())).wire}


def _run(scene: Scene, cluster: Cluster, addon: Child, params: Wire, version: str) -> None:
    said = [("AddonVersion", version), ("ResolveConflicts", params.get("resolveConflicts") or "NONE")]
    record = updates.begin(scene, cluster, "AddonUpdate", said, params)
    addon.wire["status"] = "UPDATING"

    def end() -> None:
        addon.wire.update(addonVersion=version, modifiedAt=datetime.fromtimestamp(scene.now, UTC))
        for member in ("serviceAccountRoleArn", "configurationValues"):
            if member in params:
                addon.wire[member] = params[member] or None
        if "podIdentityAssociations" in params:
            _dissociate(cluster, addon)
            _associate(scene, cluster, addon, params)
        _settle(cluster, addon, "UPDATING")
        updates.finish(record)

    scene.later("addon-update", f"{cluster.name}/{params['addonName']}/{record.wire['id']}", end)


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    addon = _found(cluster, params["addonName"])
    if addon.wire["status"] != "DELETING":
        addon.wire["status"] = "DELETING"
        name = f"{cluster.name}/{params['addonName']}"
        scene.later("addon-delete", name, lambda: _vanish(cluster, addon))
    return {"addon": addon.wire}


def _vanish(cluster: Cluster, addon: Child) -> None:
    _dissociate(cluster, addon)
    addon.gone = True
    del cluster.addons[addon.wire["addonName"]]


def describe_versions(_scene: Scene, params: Wire) -> Wire:
    name, kubernetes = params.get("addonName"), params.get("kubernetesVersion")
    if name and name not in OFFERS:
        raise faults.invalid(f"Addon {name} specified is not supported", addonName=name)
    offers = [_offered(offer, kubernetes) for offer in OFFERS.values() if name in (None, offer.name)]
    kept = [one for one in offers if one["addonVersions"] and _is_wanted(one, params)]
    found, token = page(kept, params)
    return {"addons": found, "nextToken": token}


def _is_wanted(offered: Wire, params: Wire) -> bool:
    filters = (("types", "type"), ("publishers", "publisher"), ("owners", "owner"))
    return all(not params.get(given) or offered[member] in params[given] for given, member in filters)


def _offered(offer: Offer, kubernetes: str | None) -> Wire:
    fitting = [one for one in offer.releases if kubernetes is None or kubernetes in one.kubernetes]
    return {
        "addonName": offer.name,
        "type": offer.kind,
        "addonVersions": [_release(offer, one, kubernetes) for one in fitting],
        "publisher": offer.publisher,
        "owner": _owner(offer),
        "defaultNamespace": offer.namespace,
    }


def _release(offer: Offer, release: Release, kubernetes: str | None) -> Wire:
    return {
        "addonVersion": release.version,
        "architecture": ["amd64", "arm64"],
        "computeTypes": ["ec2", "auto", "hybrid"] + (["fargate"] if offer.name == "coredns" else []),
        "compatibilities": [
            {"clusterVersion": one, "platformVersions": ["*"], "defaultVersion": one in release.default_for}
            for one in release.kubernetes
            if kubernetes in (None, one)
        ],
        "requiresConfiguration": False,
        "requiresIamPermissions": offer.needs_role,
    }


def describe_configuration(scene: Scene, params: Wire) -> Wire:
    offer = OFFERS.get(params["addonName"])
    if offer is None:
        raise faults.invalid(f"Addon {params['addonName']} specified is not supported")
    if not any(release.version == params["addonVersion"] for release in offer.releases):
        raise faults.invalid("Addon version specified is not supported", addonName=offer.name)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": not offer.options,
        "properties": {name: {"type": kind} for name, kind in offer.options.items()},
    }
    return {
        "addonName": offer.name,
        "addonVersion": params["addonVersion"],
        "configurationSchema": json.dumps(schema),
        "podIdentityConfiguration": [
            {"serviceAccount": account, "recommendedManagedPolicies": [_managed(scene, policy)]}
            for account, policy in offer.identities
        ],
    }


def _managed(scene: Scene, policy: str) -> str:
    return f"arn:{scene.partition}:iam::aws:policy/{policy}"


OPERATIONS = {
    "CreateAddon": create,
    "DescribeAddon": describe,
    "ListAddons": list_all,
    "UpdateAddon": update,
    "DeleteAddon": delete,
    "DescribeAddonVersions": describe_versions,
    "DescribeAddonConfiguration": describe_configuration,
}
