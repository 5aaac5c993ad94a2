"""Small controllers: from an object and its surroundings to its status, as if everything ran at once.

Pods of workloads are not made; the workload's status says how many of them there would be. The rules by which
clients call something ready: https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from collections.abc import Callable

from clusterwright.sandbox.kube.conditions import Conditions
from clusterwright.sandbox.kube.resources import Kind
from clusterwright.sandbox.kube.store import Stored
from clusterwright.sandbox.kube.surroundings import Surroundings
from clusterwright.sandbox.kube.wire import Wire, spec, status

Controller = Callable[[Stored, Surroundings], Wire | None]

_NOWHERE = "0/{} nodes are available"


def _template(one: Stored) -> Wire:
    found: Wire = spec(one.wire).get("template") or {}
    return found


def _runs(one: Stored, around: Surroundings) -> bool:
    return around.runs(one.key.namespace, _template(one))


def _replicas(one: Stored) -> int:
    given = spec(one.wire).get("replicas")
    return 1 if given is None else int(given)


def _observed(one: Stored) -> Wire:
    return {"observedGeneration": one.metadata["generation"]}


def _deployment(one: Stored, around: Surroundings) -> Wire:
    wanted = _replicas(one)
    up = wanted if _runs(one, around) else 0
    say = Conditions(one.wire, around.now)
    whole = up >= wanted
    found = {
        **_observed(one),
        "replicas": wanted,
        "updatedReplicas": wanted,
        "conditions": [
            say(
                "Available",
                "MinimumReplicasAvailable" if whole else "MinimumReplicasUnavailable",
                whole,
                "Deployment has minimum availability." if whole else "Deployment does not have minimum.",
            ),
            say("Progressing", "NewReplicaSetAvailable" if whole else "ReplicaSetUpdated"),
        ],
    }
    if wanted > up:
        return {**found, "unavailableReplicas": wanted - up}
    return {**found, "readyReplicas": up, "availableReplicas": up}


def _replica_set(one: Stored, around: Surroundings) -> Wire:
    wanted = _replicas(one)
    up = wanted if _runs(one, around) else 0
    return {
        **_observed(one),
        "replicas": wanted,
        "fullyLabeledReplicas": wanted,
        "readyReplicas": up,
        "availableReplicas": up,
    }


def _stateful_set(one: Stored, around: Surroundings) -> Wire:
    wanted = _replicas(one)
    up = wanted if _runs(one, around) else 0
    revision = f"{one.key.name}-{one.metadata['generation']}"
    return {
        **_observed(one),
        "replicas": wanted,
        "readyReplicas": up,
        "currentReplicas": wanted,
        "updatedReplicas": wanted,
        "availableReplicas": up,
        "currentRevision": revision,
        "updateRevision": revision,
    }


def _daemon_set(one: Stored, around: Surroundings) -> Wire:
    """One for each node; those on the host's network need no CNI to run."""
    on_host = spec(_template(one)).get("hostNetwork") is True
    wanted = len(around.nodes)
    up = wanted if on_host else len(around.ready)
    return {
        **_observed(one),
        "desiredNumberScheduled": wanted,
        "currentNumberScheduled": wanted,
        "updatedNumberScheduled": wanted,
        "numberReady": up,
        "numberAvailable": up,
        "numberUnavailable": wanted - up,
        "numberMisscheduled": 0,
    }


def _job(one: Stored, around: Surroundings) -> Wire:
    say = Conditions(one.wire, around.now)
    if spec(one.wire).get("suspend"):
        return {"conditions": [say("Suspended", "JobSuspended")]}
    if not _runs(one, around) and not status(one.wire).get("succeeded"):
        return {"active": 1, "ready": 0, "startTime": say.since("startTime")}
    return {
        "succeeded": int(spec(one.wire).get("completions") or 1),
        "ready": 0,
        "startTime": say.since("startTime"),
        "completionTime": say.since("completionTime"),
        "conditions": [
            say("SuccessCriteriaMet", "CompletionsReached"),
            say("Complete", "CompletionsReached"),
        ],
    }


def _pod(one: Stored, around: Surroundings) -> Wire:
    say = Conditions(one.wire, around.now)
    if not around.runs(one.key.namespace, one.wire) and status(one.wire).get("phase") in (None, "Pending"):
        reason = _NOWHERE.format(len(around.nodes))
        return {"phase": "Pending", "conditions": [say("PodScheduled", "Unschedulable", False, reason)]}
    lasting = spec(one.wire).get("restartPolicy", "Always") == "Always"
    done = "" if lasting else "PodCompleted"
    return {
        "phase": "Running" if lasting else "Succeeded",
        "startTime": say.since("startTime"),
        "conditions": [
            say("PodScheduled", ""),
            say("Initialized", done),
            say("ContainersReady", done, lasting),
            say("Ready", done, lasting),
        ],
        "containerStatuses": [_container(item, lasting) for item in spec(one.wire).get("containers") or []],
    }


def _container(item: Wire, lasting: bool) -> Wire:
    state: Wire = {"running": {}} if lasting else {"terminated": {"exitCode": 0, "reason": "Completed"}}
    common = {"name": item.get("name"), "image": item.get("image", ""), "imageID": "", "restartCount": 0}
    return {**common, "ready": lasting, "started": lasting, "state": state}


def _namespace(one: Stored, _around: Surroundings) -> Wire:
    return {"phase": "Terminating" if one.is_terminating else "Active"}


def _claim(one: Stored, _around: Surroundings) -> Wire:
    wanted = spec(one.wire)
    capacity = (wanted.get("resources") or {}).get("requests") or {}
    return {"phase": "Bound", "accessModes": wanted.get("accessModes") or [], "capacity": capacity}


def _service(one: Stored, around: Surroundings) -> Wire:
    if spec(one.wire).get("type") != "LoadBalancer":
        return {"loadBalancer": {}}
    name = around.balancers.ensure(one.key.namespace, one.key.name, one.uid)
    return {"loadBalancer": {"ingress": [{"hostname": name}]}}


def _definition(one: Stored, around: Surroundings) -> Wire:
    wanted, say = spec(one.wire), Conditions(one.wire, around.now)
    return {
        "conditions": [
            say("NamesAccepted", "NoConflicts", message="no conflicts found"),
            say("Established", "InitialNamesAccepted", message="the initial names have been accepted"),
        ],
        "acceptedNames": wanted["names"],
        "storedVersions": [version["name"] for version in wanted["versions"] if version.get("storage")],
    }


def _api_service(one: Stored, around: Surroundings) -> Wire:
    say = Conditions(one.wire, around.now)
    return {"conditions": [say("Available", "Passed", message="all checks passed")]}


def _disruption_budget(one: Stored, _around: Surroundings) -> Wire:
    counts = {"currentHealthy": 1, "desiredHealthy": 0, "disruptionsAllowed": 1, "expectedPods": 1}
    return {**_observed(one), **counts}


CONTROLLERS: dict[Kind, Controller] = {
    ("", "namespaces"): _namespace,
    ("", "pods"): _pod,
    ("", "services"): _service,
    ("", "persistentvolumeclaims"): _claim,
    ("apps", "deployments"): _deployment,
    ("apps", "replicasets"): _replica_set,
    ("apps", "statefulsets"): _stateful_set,
    ("apps", "daemonsets"): _daemon_set,
    ("batch", "jobs"): _job,
    ("policy", "poddisruptionbudgets"): _disruption_budget,
    ("apiextensions.k8s.io", "customresourcedefinitions"): _definition,
    ("apiregistration.k8s.io", "apiservices"): _api_service,
}

# Kinds whose status depends on the surroundings, not on the object alone
PLACED: tuple[Kind, ...] = (
    ("", "pods"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
)
