"""Acting as somebody else, for those who may.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
"""

from clusterwright.sandbox.kube.exchange import Request
from clusterwright.sandbox.kube.identity import AUTHENTICATED, User
from clusterwright.sandbox.kube.rules import Act


def asked_for(request: Request) -> User | None:
    """Who the caller wants to be; whoever is named is authenticated by that."""
    name = request.headers.get("impersonate-user", "")
    return User(name, "", (*_groups(request), AUTHENTICATED)) if name else None


def acts(request: Request) -> list[Act]:
    """What the caller must be allowed to do for that."""
    names = [("users", request.headers.get("impersonate-user", ""))]
    names += [("groups", group) for group in _groups(request)]
    return [Act("impersonate", "", resource, "", name) for resource, name in names]


def _groups(request: Request) -> list[str]:
    return [one.strip() for one in request.headers.get("impersonate-group", "").split(",") if one.strip()]
