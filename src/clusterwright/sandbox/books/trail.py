"""The calls as CloudTrail would have them, for tools that read CloudTrail.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import uuid
from collections.abc import Iterable
from typing import Any

from clusterwright.sandbox import accounts
from clusterwright.sandbox.books.calls import Entry
from clusterwright.sandbox.call import partition_of

_SPACE = uuid.UUID("5f2f51a8-6a44-4d0e-9d6c-3a4b1c9d7e21")
_READS = ("Describe", "List", "Get", "Search", "Simulate")


def events(entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
    return {"Records": [_event(one) for one in entries]}


def _event(entry: Entry) -> dict[str, Any]:
    error = entry["error"]
    faults = [f"{kind} ({rule})" for rule, kind in entry["faults"]]
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(entry),
        "eventTime": entry["time"][:19] + "Z",
        "eventSource": f"{entry['service']}.amazonaws.com",
        "eventName": entry["action"],
        "awsRegion": entry["region"],
        "sourceIPAddress": "127.0.0.1",
        "userAgent": entry["agent"],
        **({"errorCode": error} if error else {}),
        "requestParameters": entry["params"] or None,
        "responseElements": None,
        **({"additionalEventData": {"faults": faults}} if faults else {}),
        "eventID": str(uuid.uuid5(_SPACE, f"{entry['seq']}/{entry['time']}")),
        "readOnly": entry["action"].startswith(_READS),
        "resources": [
            {"accountId": entry["account"], "ARN": one} for one in entry["ids"] if one.startswith("arn:")
        ],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": entry["account"],
        "eventCategory": "Management",
    }


def _identity(entry: Entry) -> dict[str, Any]:
    account, key = entry["account"], entry["accessKey"]
    partition = partition_of(entry["region"])
    arn = entry["caller"] or accounts.caller_arn(key, account, partition)
    kind = {"assumed-role": "AssumedRole", "user": "IAMUser"}.get(arn.split(":")[5].partition("/")[0], "Root")
    known: dict[str, Any] = {"type": kind, "arn": arn, "accountId": account, "accessKeyId": key}
    if kind == "IAMUser":
        known["userName"] = arn.rpartition("/")[2]
    if kind == "AssumedRole":
        issuer = accounts.principal_arn(key, account, partition)
        known["sessionContext"] = {"sessionIssuer": {"type": "Role", "arn": issuer, "accountId": account}}
    return known
