"""Every call, in order: who asked for what, how it ended and which ids it was about.

The latest are kept as the lines that they are asked for as, which takes a fifth of the room of objects; what
falls out at the other end is counted, and stays in the summary.
"""

import itertools
import json
import re
import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.books.summary import Summary
from clusterwright.sandbox.call import Answer, Call, Handler
from clusterwright.sandbox.clock import iso
from clusterwright.sandbox.faults.delivery import Disturbed
from clusterwright.sandbox.iam import ALLOWED_BY, CALLER

_SCANNED = 65_536
_IDS = 100
_READS = ("Describe", "List", "Get")
_ID = re.compile(
    r"\b(?:vpc|subnet|igw|eigw|nat|rtb|sg|sgr|eni|eipalloc|eipassoc|rtbassoc|lt|i|vol|key|dopt|vpce|a)"
    r"-[0-9a-z]{8,17}\b|\barn:aws[a-z-]*:[^\s\"'<>&,]+"
)
_CODE = re.compile(r"<Code>([^<]+)</Code>")
_HIDDEN = re.compile(r"secret|password|token(?!s)|policydocument|userdata", re.IGNORECASE)
_TOKENS = ("ClientToken", "clientRequestToken", "nextToken", "NextToken")

Entry = dict[str, Any]
Line = tuple[int, str, str, bytes]
"""Number, service and action, to choose by; all of it as JSON."""


class Calls:
    def __init__(self, agenda: Agenda, kept: int) -> None:
        self.summary = Summary()
        self._agenda = agenda
        self._lines: deque[Line] = deque(maxlen=kept)
        self._made = 0

    @property
    def dropped(self) -> int:
        return self._made - len(self._lines)

    def layer(self, call: Call, inner: Handler) -> Answer:
        """Outermost: what is refused by any other layer is recorded too."""
        began = time.perf_counter()
        answer = inner(call)
        took = time.perf_counter() - began + (answer.delay if isinstance(answer, Disturbed) else 0)
        self._made += 1
        entry = self._entry(call, answer) | {"milliseconds": round(took * 1000, 2)}
        self._lines.append((self._made, call.service, call.action, json.dumps(entry, default=str).encode()))
        self.summary.count(call, entry["error"])
        return answer

    def select(self, since: int = 0, service: str | None = None, action: str | None = None) -> list[Entry]:
        return [
            json.loads(line)
            for _, its_service, its_action, line in self._newer(since)
            if (service is None or its_service == service) and (action is None or its_action == action)
        ]

    def _newer(self, since: int) -> Iterator[Line]:
        newest_first = itertools.takewhile(lambda line: line[0] > since, reversed(self._lines))
        return reversed(list(newest_first))

    def _entry(self, call: Call, answer: Answer) -> Entry:
        lists = call.action.startswith(_READS) and answer.status < 400
        text = "" if lists else answer.body[:_SCANNED].decode("utf-8", "replace")
        return {
            "seq": self._made,
            "time": iso(self._agenda.now),
            "account": call.account,
            "region": call.region,
            "service": call.service,
            "action": call.action,
            "params": {name: _short(name, value) for name, value in call.params.items()},
            "status": answer.status,
            "error": _error_code(answer, text) if answer.status >= 400 else None,
            "ids": _ids(call.params, text),
            "faults": [list(one) for one in answer.faults] if isinstance(answer, Disturbed) else [],
            "accessKey": call.access_key,
            "caller": call.environ.get(CALLER),
            "allowedBy": call.environ.get(ALLOWED_BY),
            "agent": str(call.environ.get("HTTP_USER_AGENT", ""))[:120],
        }


def _ids(params: Mapping[str, Any], text: str) -> list[str]:
    """Of what was asked about and, where it is not a mere list, of what was answered."""
    asked = json.dumps(dict(params), default=str)
    return list(dict.fromkeys(_ID.findall(asked) + _ID.findall(text)))[:_IDS]


def _short(name: str, value: Any) -> Any:
    if _HIDDEN.search(name) and name not in _TOKENS:
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
