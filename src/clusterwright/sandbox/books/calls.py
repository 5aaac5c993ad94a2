"""Every call, in order: who asked for what, how it ended and which ids it was about."""

import itertools
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.call import Answer, Call, Handler
from clusterwright.sandbox.clock import iso

_KEPT = 1_000_000
_SCANNED = 65_536
_ID = re.compile(
    r"\b(?:vpc|subnet|igw|eigw|nat|rtb|sg|sgr|eni|eipalloc|eipassoc|rtbassoc|lt|i|vol|key|dopt|vpce|a)"
    r"-[0-9a-z]{8,17}\b|\barn:aws[a-z-]*:[^\s\"'<>&,]+"
)
_CODE = re.compile(r"<Code>([^<]+)</Code>")
_HIDDEN = re.compile(r"secret|password|token(?!s)|policydocument|userdata", re.IGNORECASE)

Entry = dict[str, Any]


class Calls:
    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._seq = itertools.count(1)

    def layer(self, call: Call, inner: Handler) -> Answer:
        """Outermost: what is refused by any other layer is recorded too."""
        answer = inner(call)
        self._entries.append(self._entry(call, answer))
        return answer

    def select(self, since: int = 0, service: str | None = None, action: str | None = None) -> list[Entry]:
        return [
            entry
            for entry in self._newer(since)
            if (service is None or entry["service"] == service)
            and (action is None or entry["action"] == action)
        ]

    def _newer(self, since: int) -> Iterator[Entry]:
        newest_first = itertools.takewhile(lambda entry: entry["seq"] > since, reversed(self._entries))
        return reversed(list(newest_first))

    def _entry(self, call: Call, answer: Answer) -> Entry:
        text = answer.body[:_SCANNED].decode("utf-8", "replace")
        return {
            "seq": next(self._seq),
            "time": iso(self._agenda.now),
            "account": call.account,
            "region": call.region,
            "service": call.service,
            "action": call.action,
            "params": {name: _short(name, value) for name, value in call.params.items()},
            "status": answer.status,
            "error": _error_code(answer, text) if answer.status >= 400 else None,
            "ids": _ids(call.params, text),
        }


def _ids(params: Mapping[str, Any], text: str) -> list[str]:
    asked = json.dumps(dict(params), default=str)
    return list(dict.fromkeys(_ID.findall(asked) + _ID.findall(text)))


def _short(name: str, value: Any) -> Any:
    if _HIDDEN.search(name) and name not in ("ClientToken", "clientRequestToken", "nextToken", "NextToken"):
        return "..."
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return value if len(text) <= 300 else text[:300] + "..."


def _error_code(answer: Answer, text: str) -> str:
    header = next((value for name, value in answer.headers if name.lower() == "x-amzn-errortype"), None)
    found = _CODE.search(text)
    if found:
        return found.group(1)
    if header:
        return header.partition(":")[0]
    try:
        return str(json.loads(text).get("__type", answer.status)).rpartition("#")[2]
    except (ValueError, AttributeError):
        return str(answer.status)
