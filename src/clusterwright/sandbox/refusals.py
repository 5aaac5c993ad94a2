"""An `AwsError` in the words of each AWS protocol."""

import json
import uuid
from xml.sax.saxutils import escape

from clusterwright.sandbox.call import Answer, AwsError, Call

_JSON = frozenset({"kms", "logs", "ssm", "secretsmanager", "servicequotas", "tagging", "pricing", "eks"})


def refusal(call: Call, error: AwsError) -> Answer:
    request_id = str(uuid.uuid4())
    if call.service in _JSON:
        return _json(call, error, request_id)
    return _xml(call, error, request_id)


def _json(call: Call, error: AwsError, request_id: str) -> Answer:
    kind = "application/json" if call.service == "eks" else "application/x-amz-json-1.1"
    body = {"__type": error.code, "message": error.message, **error.members}
    headers = (("Content-Type", kind), ("x-amzn-ErrorType", error.code), ("x-amzn-RequestId", request_id))
    return Answer(error.status, headers, json.dumps(body).encode())


def _xml(call: Call, error: AwsError, request_id: str) -> Answer:
    code, message = escape(error.code), escape(error.message)
    if call.service == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
            "</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    headers = (("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id))
    return Answer(error.status, headers, body.encode())
