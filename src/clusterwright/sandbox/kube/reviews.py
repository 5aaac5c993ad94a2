"""Questions about oneself: who am I, may I do this, what may I do.

https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
"""

from clusterwright.sandbox.kube import permissions
from clusterwright.sandbox.kube.bodies import object_of
from clusterwright.sandbox.kube.exchange import Reply, Request, reply
from clusterwright.sandbox.kube.identity import User
from clusterwright.sandbox.kube.rules import Act
from clusterwright.sandbox.kube.store import Store
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire, spec

PLURALS = frozenset({"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"})


def answer(store: Store, request: Request, target: Target, user: User) -> Reply:
    asked = object_of(request, target)
    if target.resource.plural == "selfsubjectreviews":
        info = {"username": user.name, "uid": user.uid, "groups": list(user.groups)}
        found: Wire = {"userInfo": info}
    elif target.resource.plural == "selfsubjectrulesreviews":
        found = _rules(store, user, str(spec(asked).get("namespace") or ""))
    else:
        found = _access(store, user, spec(asked))
    head = {"apiVersion": target.api_version, "kind": target.resource.kind, "metadata": {}}
    return reply({**head, "spec": spec(asked), "status": found}, 201)


def _access(store: Store, user: User, asked: Wire) -> Wire:
    resource, path = asked.get("resourceAttributes"), asked.get("nonResourceAttributes")
    if resource is not None:
        act = Act(
            verb=resource.get("verb", ""),
            group=resource.get("group", ""),
            resource=resource.get("resource", ""),
            namespace=resource.get("namespace", ""),
            name=resource.get("name", ""),
            subresource=resource.get("subresource", ""),
        )
    else:
        act = Act(verb=(path or {}).get("verb", ""), path=(path or {}).get("path", "/"))
    return {"allowed": permissions.may(user, act, store)}


def _rules(store: Store, user: User, namespace: str) -> Wire:
    rules = list(permissions.rules_of(user, namespace, store))
    return {
        "resourceRules": [rule for rule in rules if rule.get("resources")],
        "nonResourceRules": [rule for rule in rules if rule.get("nonResourceURLs")],
        "incomplete": False,
    }
