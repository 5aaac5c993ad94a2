"""Client tokens: the same request again gets the same answer, another request with the token is refused.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html (for EKS see eks/tokens.py)
"""

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_TOKEN = "ClientToken"
_KEPT = 10_000  # clients send a token with every creation, and nobody comes back for most of them
_HONOURED = frozenset(
    f"ec2:{action}"
    for action in (
        "CreateEgressOnlyInternetGateway",
        "CreateFleet",
        "CreateNatGateway",
        "CreateNetworkAcl",
        "CreateLaunchTemplate",
        "CreateLaunchTemplateVersion",
        "CreateRouteTable",
        "CreateNetworkInterface",
        "CreateVpcEndpoint",
        "CreateVolume",
        "RunInstances",
    )
)


class Idempotency:
    def __init__(self) -> None:
        self._answered: dict[tuple[str, str, str, str], tuple[dict[str, object], Answer]] = {}

    def layer(self, call: Call, inner: Handler) -> Answer:
        token = call.params.get(_TOKEN)
        if not token or call.name not in _HONOURED:
            return inner(call)
        key = (call.account, call.region, call.name, str(token))
        asked = dict(call.params)
        if key in self._answered:
            before, answer = self._answered[key]
            if before != asked:
                raise AwsError(
                    "IdempotentParameterMismatch",
                    "The request uses the same client token as a previous, but non-identical request.",
                )
            return answer
        answer = inner(call)
        if answer.status < 300:
            self._answered[key] = (asked, answer)
            if len(self._answered) > _KEPT:
                del self._answered[next(iter(self._answered))]
        return answer
