"""How a stack becomes what it should be: step by step on the sandbox's clock, everything as soon as what it
needs is there, and everything back if something fails.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from clusterwright.sandbox.cloudformation import kinds_ec2, kinds_eks, kinds_iam
from clusterwright.sandbox.cloudformation.functions import Unresolved, evaluate
from clusterwright.sandbox.cloudformation.kinds import Failed, Job, Kind, NotYet, Refused
from clusterwright.sandbox.cloudformation.records import Event, Goal, Identity, Resource, Stack, Work
from clusterwright.sandbox.cloudformation.requester import Requester
from clusterwright.sandbox.cloudformation.scopes import Neighbours, Scopes
from clusterwright.sandbox.cloudformation.template import NOTHING
from clusterwright.sandbox.timing import Timing

KINDS: dict[str, Kind] = {**kinds_ec2.KINDS, **kinds_iam.KINDS, **kinds_eks.KINDS}

_STEP = 5.0  # seconds between two looks at what is being made; a guess
_PATIENCE = 600.0  # how long a deletion is tried again that something else stands in the way of; a guess
_LIMIT = 3 * 3600.0  # when a resource that does not come to an end has failed; a guess
_IN_THE_WAY = frozenset({"DependencyViolation", "DeleteConflict", "InvalidIPAddress.InUse"})
_CANCELLED = "Resource creation cancelled"
_UNFIT = (KeyError, TypeError, AttributeError)
"""What a kind stumbles over when properties are missing or of another type than it expects."""


class Engine:
    def __init__(self, timing: Timing, requester: Requester, neighbours: Neighbours) -> None:
        self._timing = timing
        self._requester = requester
        self._neighbours = neighbours
        self._scopes = Scopes(requester, neighbours)

    def begin(self, stack: Stack, verb: str, goal: Goal | None, identity: Identity, reason: str = "") -> None:
        """Without a goal all resources go."""
        wanted = goal or Goal(NOTHING, {}, stack.goal.tags)
        try:
            todo, failed = self._scopes.declared(stack, wanted, identity), ""
        except Unresolved as error:
            todo, failed = [], f"{error} "
        doomed = [one for name, one in stack.resources.items() if name not in todo]
        if goal is not None:
            stack.imports.clear()
        if verb == "UPDATE_ROLLBACK":
            doomed += _put_back(stack)
        for one in doomed:
            one.status = one.status.replace("DELETE_FAILED", "CREATE_COMPLETE")
        stack.work = Work(verb, wanted, identity, todo, doomed, failed)
        self.say(stack, None, f"{verb}_IN_PROGRESS", reason)
        used = self._use_of_exports(stack) if verb == "DELETE" else ""
        if used:
            self._end(stack, "DELETE_FAILED", used)
        else:
            self._later(stack)

    def say(self, stack: Stack, resource: Resource | None, status: str, reason: str = "") -> None:
        """Sets the status of the resource, or of the stack itself, and remembers the event."""
        now = self._timing.now
        if resource is None:
            stack.status, stack.reason = status, reason
            about = (stack.name, stack.id, "AWS::CloudFormation::Stack")
        else:
            resource.status, resource.reason = status, reason
            about = (resource.name, resource.physical_id, resource.kind)
        stack.events.append(Event(len(stack.events) + 1, now, *about, status, reason))

    def _use_of_exports(self, stack: Stack) -> str:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"""
        for other in self._neighbours(stack):
            for name in sorted(stack.exports.keys() & other.imports):
                return f"Export {name} cannot be deleted as it is in use by {other.name}"
        return ""

    def _later(self, stack: Stack) -> None:
        work = stack.work
        self._timing.agenda.after(_STEP, lambda: self._step(stack, work))

    def _step(self, stack: Stack, work: Work | None) -> None:
        if work is None or stack.work is not work:
            return
        for resource in [*stack.resources.values(), *work.doomed]:
            if resource.is_running:
                self._look(stack, work, resource)
        if work.failed:
            self._give_up(stack, work)
        elif work.todo or any(one.is_running for one in stack.resources.values() if one not in work.doomed):
            self._make(stack, work)
            self._later(stack)
        elif not work.cleaning and not self._is_made(stack, work):
            self._give_up(stack, work)
        elif self._clean(stack, work):
            self._finish(stack, work)
        else:
            self._later(stack)

    def _make(self, stack: Stack, work: Work) -> None:
        waiting = {one.name for one in stack.resources.values() if one.is_running} | set(work.todo)
        for name in list(work.todo):
            if not work.failed and not work.goal.template.needs(name) & waiting:
                work.todo.remove(name)
                self._begin_one(stack, work, name)

    def _begin_one(self, stack: Stack, work: Work, name: str) -> None:
        declared = work.goal.template.resources[name]
        resource = stack.resources.get(name)
        try:
            scope = self._scopes.of(stack, work.goal, work.identity)
            properties = evaluate(declared.get("Properties") or {}, scope)
        except Unresolved as error:
            fresh, verb = Resource(name, declared["Type"]), "UPDATE" if resource else "CREATE"
            self._fail(stack, work, resource or fresh, str(error), verb)
            return
        needs = work.goal.template.needs(name)
        retained = str(declared.get("DeletionPolicy", "")).startswith("Retain")
        if resource is not None and resource.memory["declared"] == properties and not resource.is_failed:
            resource.needs, resource.retained = needs, retained
        elif resource is not None and can_change(resource, declared["Type"], properties):
            self._change(stack, resource, properties)
        else:
            fresh = Resource(
                name, declared["Type"], properties=dict(properties), needs=needs, retained=retained
            )
            if resource is not None:
                work.doomed.append(resource)
                fresh.replaces = resource
            fresh.memory["declared"] = properties
            stack.resources[name] = fresh
            self._create(stack, work, fresh)

    def _create(self, stack: Stack, work: Work, resource: Resource) -> None:
        resource.since = self._timing.now
        self.say(stack, resource, "CREATE_IN_PROGRESS")
        self._try(stack, work, resource)

    def _try(self, stack: Stack, work: Work, resource: Resource) -> None:
        """Whatever has no physical id yet is still to be asked for."""
        job = self._job(stack, work, resource)
        try:
            resource.physical_id = KINDS[resource.kind].create(job)
            self.say(stack, resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        except NotYet:
            pass
        except Failed as error:
            self._fail(stack, work, resource, str(error))
        except _UNFIT as error:
            self._fail(stack, work, resource, _explain(error))

    def _change(self, stack: Stack, resource: Resource, properties: dict[str, Any]) -> None:
        """Asked for at the next look, and again for as long as it is throttled."""
        resource.memory["before"] = resource.properties
        resource.properties = {**_named(resource, properties), **properties}
        resource.memory["declared"] = properties
        resource.since = self._timing.now
        self.say(stack, resource, "UPDATE_IN_PROGRESS")

    def _look(self, stack: Stack, work: Work, resource: Resource) -> None:
        """At something that is on its way."""
        kind, job = KINDS[resource.kind], self._job(stack, work, resource)
        verb = resource.status.removesuffix("_IN_PROGRESS")
        try:
            if verb == "DELETE":
                self._look_at_deletion(stack, resource, kind, job)
            elif "before" in resource.memory:
                kind.update(job, resource.memory["before"])
                del resource.memory["before"]
            elif not resource.physical_id:
                self._try(stack, work, resource)
            elif kind.is_ready(job):
                resource.attributes |= kind.attributes(job)
                resource.memory.pop("cancelled", None)
                self.say(stack, resource, f"{verb}_COMPLETE")
            elif job.now - resource.since > _LIMIT:
                raise Failed("Exceeded attempts to wait")
        except NotYet:
            pass
        except Failed as error:
            self._fail(stack, work, resource, str(error))
        except _UNFIT as error:
            self._fail(stack, work, resource, _explain(error))

    def _look_at_deletion(self, stack: Stack, resource: Resource, kind: Kind, job: Job) -> None:
        if "asked" not in resource.memory:
            self._ask_to_delete(resource, kind, job)
        elif kind.is_gone(job):
            self.say(stack, resource, "DELETE_COMPLETE")

    def _ask_to_delete(self, resource: Resource, kind: Kind, job: Job) -> None:
        try:
            kind.delete(job)
        except Refused as error:
            in_the_way = error.code in _IN_THE_WAY or "cancelled" in resource.memory
            if in_the_way and job.now - resource.since < _PATIENCE:
                raise NotYet from None
            if not error.is_missing:
                raise
        resource.memory["asked"] = True

    def _is_made(self, stack: Stack, work: Work) -> bool:
        """Outputs belong to it: they have to be right before anything old goes."""
        if work.removes:
            return True
        try:
            stack.outputs = self._scopes.outputs(stack, work.goal, work.identity)
        except Unresolved as error:
            work.failed = str(error)
            return False
        return True

    def _clean(self, stack: Stack, work: Work) -> bool:
        """True when nothing is left that could still go."""
        if not work.cleaning:
            work.cleaning = True
            if work.doomed and not work.removes:
                self.say(stack, None, f"{work.verb}_COMPLETE_CLEANUP_IN_PROGRESS")
        left = [one for one in work.doomed if one.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")]
        held = {name for one in left for name in one.needs}
        for resource in left:
            if not resource.is_running and resource.status != "DELETE_FAILED" and resource.name not in held:
                self._delete(stack, resource)
        return not any(one.is_running for one in left) and not _can_go(work.doomed)

    def _delete(self, stack: Stack, resource: Resource) -> None:
        resource.since = self._timing.now
        if resource.retained:
            self.say(stack, resource, "DELETE_SKIPPED")
        elif not resource.physical_id:
            self.say(stack, resource, "DELETE_COMPLETE")
        else:
            resource.memory.pop("asked", None)
            self.say(stack, resource, "DELETE_IN_PROGRESS")

    def _fail(self, stack: Stack, work: Work, resource: Resource, reason: str, verb: str = "") -> None:
        verb = verb or resource.status.partition("_")[0]
        self.say(stack, resource, f"{verb}_FAILED", reason)
        if verb != "DELETE" and resource not in work.doomed:
            stack.resources.setdefault(resource.name, resource)
            work.failed = (
                work.failed or f"The following resource(s) failed to {verb.lower()}: [{resource.name}]. "
            )

    def _give_up(self, stack: Stack, work: Work) -> None:
        """Something could not be made or changed. Whatever else is on its way is no longer waited for."""
        for resource in stack.resources.values():
            if resource.is_running:
                verb = resource.status.partition("_")[0]
                resource.memory["cancelled"] = True
                self.say(stack, resource, f"{verb}_FAILED", _CANCELLED)
        if work.undoes or stack.on_failure == "DO_NOTHING":
            self._end(stack, f"{work.verb}_FAILED", work.failed)
        elif work.verb == "CREATE":
            verb = "DELETE" if stack.on_failure == "DELETE" else "ROLLBACK"
            self.begin(stack, verb, None, work.identity, f"{work.failed}Rollback requested by user.")
        else:
            self.begin(stack, "UPDATE_ROLLBACK", stack.goal, work.identity, work.failed)

    def _finish(self, stack: Stack, work: Work) -> None:
        stuck = sorted(one.name for one in work.doomed if one.status == "DELETE_FAILED")
        for resource in work.doomed:
            kept = work.removes and resource.status == "DELETE_FAILED"
            if not kept and stack.resources.get(resource.name) is resource:
                del stack.resources[resource.name]
        if stuck and work.removes:
            words = f"The following resource(s) failed to delete: [{', '.join(stuck)}]. "
            self._end(stack, f"{work.verb}_FAILED", words)
            return
        if not work.removes:
            stack.goal = work.goal
            for resource in stack.resources.values():
                resource.replaces = None
        self._end(stack, f"{work.verb}_COMPLETE")

    def _end(self, stack: Stack, status: str, reason: str = "") -> None:
        work, stack.work = stack.work, None
        if status == "DELETE_COMPLETE":
            stack.deleted = self._timing.now
        self.say(stack, None, status, reason)
        if work is not None:
            self._requester.forget(work.identity)

    def _job(self, stack: Stack, work: Work, resource: Resource) -> Job:
        tags = {
            **work.goal.tags,
            "aws:cloudformation:stack-name": stack.name,
            "aws:cloudformation:stack-id": stack.id,
            "aws:cloudformation:logical-id": resource.name,
        }
        client = partial(self._requester.client, work.identity)
        return Job(resource, resource.properties, tags, stack.name, client, self._timing.now)


def _explain(error: KeyError | TypeError | AttributeError) -> str:
    missing = isinstance(error, KeyError)
    words = f"#: required key [{error.args[0]}] not found" if missing else str(error)
    return f"Properties validation failed: {words}"


def _put_back(stack: Stack) -> list[Resource]:
    """What was replaced takes its place again; what replaced it has to go."""
    fresh = [one for one in stack.resources.values() if one.replaces is not None]
    for one in fresh:
        assert one.replaces is not None
        stack.resources[one.name] = one.replaces
    return fresh


def can_change(resource: Resource, kind: str, properties: dict[str, Any]) -> bool:
    """Whether it can stay what it is while its properties become these."""
    had = resource.memory["declared"]
    changed = {name for name in had.keys() | properties.keys() if had.get(name) != properties.get(name)}
    usable = bool(resource.physical_id) and resource.status != "CREATE_FAILED"
    return usable and kind == resource.kind and changed <= KINDS[kind].mutable


def _named(resource: Resource, properties: dict[str, Any]) -> dict[str, Any]:
    """What its kind added when it was made, such as a name of its own."""
    declared = resource.memory["declared"]
    return {
        name: one
        for name, one in resource.properties.items()
        if name not in declared and name not in properties
    }


def _can_go(doomed: Iterable[Resource]) -> bool:
    left = [one for one in doomed if one.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")]
    held = {name for one in left for name in one.needs}
    return any(one.status != "DELETE_FAILED" and one.name not in held for one in left)
