"""What EC2 says, encoded, about a refusal, and what sts:DecodeAuthorizationMessage makes of it.

https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
AWS encrypts it; here it is only packed, so that nobody reads it without the call.
"""

import base64
import binascii
import json
import zlib
from typing import Any
from xml.sax.saxutils import escape

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.iam.boundaries import answered
from clusterwright.sandbox.iam.decision import Decision, Match, Outcome, Request


def layer(call: Call, inner: Handler) -> Answer:
    if call.name != "sts:DecodeAuthorizationMessage":
        return inner(call)
    return answered(call, f"<DecodedMessage>{escape(decoded(call))}</DecodedMessage>")


def encoded(arn: str, request: Request, decision: Decision) -> str:
    keys = [
        {"key": key, "values": _items(*({"value": value} for value in values))}
        for key, values in sorted(request.context.items())
    ]
    inside = {
        "allowed": False,
        "explicitDeny": decision.outcome is Outcome.EXPLICIT,
        "matchedStatements": _items(*_statement(decision.match)),
        "failures": _items(),
        "context": {
            "principal": {"arn": arn},
            "action": request.action,
            "resource": request.resource,
            "conditions": _items(*keys),
        },
    }
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(inside).encode())).decode()


def decoded(call: Call) -> str:
    text = str(call.params.get("EncodedMessage", ""))
    try:
        return zlib.decompress(base64.urlsafe_b64decode(text)).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise AwsError("InvalidAuthorizationMessageException", "Message is not valid") from None


def _statement(match: Match | None) -> list[dict[str, Any]]:
    if match is None:
        return []
    statement = match.statement
    effect = "DENY" if statement.denies else "ALLOW"
    return [{"statementId": statement.sid, "effect": effect, "policy": match.attached.source}]


def _items(*found: Any) -> dict[str, list[Any]]:
    return {"items": list(found)}
