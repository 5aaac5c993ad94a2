"""The faults asked for at present: they get between a call and its answer, and between EC2 and a wish."""

from collections import deque
from typing import Any

from moto.sts.models import sts_backends

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.clock import iso
from clusterwright.sandbox.ec2.capacity import Wish
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.faults import interruption
from clusterwright.sandbox.faults.delivery import Disturbed
from clusterwright.sandbox.faults.rules import Rule, rule
from clusterwright.sandbox.refusals import refusal

_LISTED = 1000
_REFUSING = ("down", "expired", "error")


class Faults:
    """The layer stands inside the books, which so see what was done, and outside of everything else."""

    def __init__(self, agenda: Agenda, eks: Eks, seed: int) -> None:
        self._agenda = agenda
        self._eks = eks
        self._seed = seed
        self._rules: dict[str, Rule] = {}
        self._made = 0
        self._acts: deque[dict[str, Any]] = deque(maxlen=_LISTED)

    def add(self, wanted: dict[str, Any]) -> dict[str, Any]:
        now = self._agenda.now
        made = rule(self._made + 1, wanted, now, self._seed)
        if made.kind == "expired":
            made.keys = _sessions()
        if made.kind == "interruption":
            for instance_id in interruption.begin(made, self._eks, self._agenda):
                self._note(made, f"{instance_id} is interrupted in two minutes")
        self._made += 1
        self._rules[made.id] = made
        self._forget_the_spent()
        return made.shown(now)

    def remove(self, rule_id: str) -> None:
        if self._rules.pop(rule_id, None) is None:
            raise ValueError(f"there is no fault {rule_id}; there are {', '.join(self._rules) or 'none'}")

    def clear(self) -> None:
        self._rules.clear()

    def shown(self) -> dict[str, Any]:
        now = self._agenda.now
        return {"faults": [one.shown(now) for one in self._rules.values()], "acts": list(self._acts)}

    def layer(self, call: Call, inner: Handler) -> Answer:
        if not self._rules:
            return inner(call)
        found = [one for one in self._rules.values() if one.meets(call)]
        slow = [one for one in found if one.kind == "latency" and self._acts_on(one, call)]
        refusing = next((one for one in found if one.kind in _REFUSING and self._acts_on(one, call)), None)
        if refusing is not None:
            return _disturbed(_refused(refusing, call), [*slow, refusing], lost=_is_silent(refusing))
        answer = inner(call)
        losing = [one for one in found if one.kind == "lost"] if answer.status < 300 else []
        lost = next((one for one in losing if self._acts_on(one, call)), None)
        acting = [*slow, lost] if lost else slow
        return _disturbed(answer, acting, lost=lost is not None) if acting else answer

    def gate(self, wish: Wish) -> tuple[str, str] | None:
        """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html"""
        now = self._agenda.now
        for one in self._rules.values():
            if one.kind == "capacity" and one.touches(wish) and one.strikes(now):
                self._note(one, f"no {wish.instance_type} in {wish.zone}")
                return (
                    "InsufficientInstanceCapacity",
                    f"We currently do not have sufficient {wish.instance_type} capacity in the Availability "
                    f"Zone you requested ({wish.zone}). Our system will be working on provisioning "
                    "additional capacity.",
                )
        return None

    def _acts_on(self, one: Rule, call: Call) -> bool:
        acts = one.strikes(self._agenda.now)
        if acts:
            self._note(one, f"{call.name} in {call.account} {call.region}")
        return acts

    def _note(self, one: Rule, what: str) -> None:
        self._acts.append({"time": iso(self._agenda.now), "fault": one.id, "kind": one.kind, "what": what})

    def _forget_the_spent(self) -> None:
        now = self._agenda.now
        spent = [one.id for one in self._rules.values() if not one.is_live(now)]
        for rule_id in spent[: max(0, len(self._rules) - _LISTED)]:
            del self._rules[rule_id]


def _sessions() -> frozenset[str]:
    """Every temporary key of any account: those made from now on are good again."""
    registry: Any = sts_backends
    accounts = [dict.__getitem__(registry, account) for account in list(dict.keys(registry))]
    backends = [backend for account in accounts for backend in dict.values(account)]
    return frozenset(role.access_key_id for backend in backends for role in backend.assumed_roles)


def _refused(one: Rule, call: Call) -> Answer:
    if one.kind == "down":
        return refusal(call, AwsError("ServiceUnavailable", "Service Unavailable", 503))
    if one.kind == "expired":
        return refusal(call, _expired(call))
    return refusal(call, AwsError(*one.refusal()))


def _expired(call: Call) -> AwsError:
    if call.service == "ec2":
        return AwsError("RequestExpired", "Request has expired.", 400)
    query = call.service in ("iam", "sts", "autoscaling", "elasticloadbalancing")
    code = "ExpiredToken" if query else "ExpiredTokenException"
    return AwsError(code, "The security token included in the request is expired", 403)


def _is_silent(one: Rule) -> bool:
    return one.kind == "down" and bool(one.wanted.get("silent"))


def _disturbed(answer: Answer, acting: list[Rule], lost: bool) -> Disturbed:
    waits = [float(one.wanted.get("milliseconds", 1000)) for one in acting if one.kind == "latency"]
    return Disturbed(
        answer.status,
        answer.headers,
        answer.body,
        faults=tuple((one.id, one.kind) for one in acting),
        delay=sum(waits) / 1000,
        lost=lost,
    )
