"""The CloudFormation endpoint: takes requests for stacks and change sets, tells how they are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from clusterwright.sandbox import accounts, trust
from clusterwright.sandbox.call import Answer, AwsError, Call
from clusterwright.sandbox.cloudformation import wire
from clusterwright.sandbox.cloudformation.engine import Engine
from clusterwright.sandbox.cloudformation.goals import changes, check_capabilities, goal_of
from clusterwright.sandbox.cloudformation.records import ChangeSet, Goal, Identity, Resource, Stack
from clusterwright.sandbox.cloudformation.requester import Requester
from clusterwright.sandbox.cloudformation.template import NOTHING, invalid, read
from clusterwright.sandbox.iam import principals
from clusterwright.sandbox.iam.checks import members
from clusterwright.sandbox.timing import Timing

_PATTERN = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
_PAGE = 100
_SERVICE = "cloudformation.amazonaws.com"

Wire = dict[str, Any]


class Cloudformation:
    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._stacks: dict[str, Stack] = {}
        self.requester = Requester()
        self.engine = Engine(timing, self.requester, self._neighbours)
        self._operations: dict[str, Callable[[Call], Wire]] = {
            "CreateStack": self._create,
            "UpdateStack": self._update,
            "DeleteStack": self._delete,
            "DescribeStacks": self._describe,
            "ListStacks": self._list,
            "DescribeStackEvents": self._events,
            "DescribeStackResource": self._resource,
            "DescribeStackResources": self._resources,
            "ListStackResources": self._list_resources,
            "GetTemplate": self._template,
            "GetTemplateSummary": self._summary,
            "ValidateTemplate": self._validate,
            "UpdateTerminationProtection": self._protect,
            "ListExports": self._exports,
            "CreateChangeSet": self._create_change_set,
            "DescribeChangeSet": lambda call: wire.change_set(*self._change_set(call)),
            "ExecuteChangeSet": self._execute_change_set,
            "DeleteChangeSet": self._delete_change_set,
        }

    def handle(self, call: Call) -> Answer:
        operation = self._operations.get(call.action)
        if operation is None:
            raise AwsError("InvalidAction", f"the sandbox has no {call.name}")
        return wire.answer(call, operation(call))

    def existing(self) -> Iterator[Stack]:
        return (one for one in self._stacks.values() if one.status != "DELETE_COMPLETE")

    def _neighbours(self, stack: Stack) -> list[Stack]:
        return self._of(stack.account, stack.region)

    def _of(self, account: str, region: str) -> list[Stack]:
        return [one for one in self.existing() if (one.account, one.region) == (account, region)]

    def _find(self, call: Call, name: str | None = None) -> Stack | None:
        """By its name while it exists, by its id even afterwards."""
        wanted = name or str(call.params.get("StackName", ""))
        by_id = self._stacks.get(wanted)
        if by_id is not None and (by_id.account, by_id.region) == (call.account, call.region):
            return by_id
        return next((one for one in self._of(call.account, call.region) if one.name == wanted), None)

    def _known(self, call: Call) -> Stack:
        stack = self._find(call)
        if stack is None:
            raise invalid(f"Stack with id {call.params.get('StackName')} does not exist")
        return stack

    def _create(self, call: Call) -> Wire:
        if self._find(call) is not None:
            raise AwsError("AlreadyExistsException", f"Stack [{call.params['StackName']}] already exists")
        identity = self._identity(call)
        goal = goal_of(call, None, self._lookup(identity))
        stack = self._new(call, goal)
        self.engine.begin(stack, "CREATE", goal, identity)
        return {"StackId": stack.id}

    def _new(self, call: Call, goal: Goal) -> Stack:
        name = str(call.params.get("StackName", ""))
        if not _PATTERN.fullmatch(name):
            words = "failed to satisfy constraint: Member must satisfy regular expression pattern: "
            pattern = "[a-zA-Z][-a-zA-Z0-9]*"
            raise invalid(f"1 validation error detected: Value '{name}' at 'stackName' {words}{pattern}")
        left = "DO_NOTHING" if call.params.get("DisableRollback") == "true" else "ROLLBACK"
        arn = f"arn:{call.partition}:cloudformation:{call.region}:{call.account}:stack/{name}/{uuid.uuid4()}"
        stack = Stack(
            name=name,
            id=arn,
            account=call.account,
            region=call.region,
            goal=goal,
            created=self._timing.now,
            role_arn=str(call.params.get("RoleARN", "")),
            capabilities=check_capabilities(call, goal.template),
            on_failure=str(call.params.get("OnFailure") or left),
            protected=call.params.get("EnableTerminationProtection") == "true",
        )
        self._stacks[arn] = stack
        return stack

    def _update(self, call: Call) -> Wire:
        stack = self._known(call)
        identity = self._identity(call, stack)
        goal = goal_of(call, stack.goal, self._lookup(identity))
        if (
            not changes(stack.goal, goal)
            and goal.tags == stack.goal.tags
            and goal.template == stack.goal.template
        ):
            raise invalid("No updates are to be performed.")
        self._begin_update(call, stack, goal, identity)
        return {"StackId": stack.id}

    def _begin_update(self, call: Call, stack: Stack, goal: Goal, identity: Identity) -> None:
        if stack.status not in _UPDATABLE:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        stack.capabilities = check_capabilities(call, goal.template)
        stack.updated = self._timing.now
        self.engine.begin(stack, "UPDATE", goal, identity, "User Initiated")

    def _delete(self, call: Call) -> Wire:
        stack = self._find(call)
        if stack is None or stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
            return {}
        if stack.protected:
            words = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            raise invalid(words)
        self.engine.begin(stack, "DELETE", None, self._identity(call, stack), "User Initiated")
        return {}

    def _identity(self, call: Call, stack: Stack | None = None) -> Identity:
        """The role's that the stack was given, from then on always; else the caller's."""
        role_arn = str(call.params.get("RoleARN") or (stack.role_arn if stack else ""))
        if not role_arn:
            who = principals.find(call.access_key, call.account, call.partition)
            secret, token = (who.secret, who.token) if who else ("unknown", "")
            return Identity(call.account, call.region, call.access_key, secret, token)
        role = trust.find_role(role_arn)
        if role is None or not trust.trusts_service(role, _SERVICE, {"aws:sourceaccount": (call.account,)}):
            raise invalid(f"Role {role_arn} is invalid or cannot be assumed")
        if stack is not None:
            stack.role_arn = role_arn
        return Identity(
            call.account, call.region, *accounts.service_session(role_arn, call.region, "AWSCloudFormation")
        )

    def _lookup(self, identity: Identity) -> Callable[[str], str]:
        def value(name: str) -> str:
            try:
                found = self.requester.client(identity, "ssm").get_parameter(Name=name)
            except ClientError as error:
                raise invalid(f"Unable to fetch parameters [{name}] from parameter store: {error}") from None
            return str(found["Parameter"]["Value"])

        return value

    def _describe(self, call: Call) -> Wire:
        found = [self._known(call)] if call.params.get("StackName") else self._of(call.account, call.region)
        return _page(call, "Stacks", [wire.stack(one) for one in found])

    def _list(self, call: Call) -> Wire:
        wanted = members(call.params, "StackStatusFilter.member")
        here = [
            one for one in self._stacks.values() if (one.account, one.region) == (call.account, call.region)
        ]
        found = [wire.summary(one) for one in reversed(here) if not wanted or one.status in wanted]
        return _page(call, "StackSummaries", found)

    def _events(self, call: Call) -> Wire:
        stack = self._known(call)
        return _page(call, "StackEvents", [wire.event(stack, one) for one in reversed(stack.events)])

    def _resource(self, call: Call) -> Wire:
        stack, name = self._known(call), str(call.params.get("LogicalResourceId"))
        if name not in stack.resources:
            raise invalid(f"Resource {name} does not exist for stack {stack.name}")
        found = wire.resource(stack, stack.resources[name], time="LastUpdatedTimestamp")
        return {"StackResourceDetail": found}

    def _resources(self, call: Call) -> Wire:
        wanted = call.params.get("LogicalResourceId")
        if not call.params.get("StackName"):
            return {"StackResources": self._by_physical_id(call, str(call.params.get("PhysicalResourceId")))}
        stack = self._known(call)
        found = [one for one in stack.resources.values() if wanted in (None, one.name)]
        return {"StackResources": [wire.resource(stack, one) for one in found]}

    def _by_physical_id(self, call: Call, wanted: str) -> list[Wire]:
        """All resources of the stack that the resource of this id belongs to."""
        for stack in self._of(call.account, call.region):
            if any(one.physical_id == wanted for one in stack.resources.values()):
                return [wire.resource(stack, one) for one in stack.resources.values()]
        raise invalid(f"Stack for {wanted} does not exist")

    def _list_resources(self, call: Call) -> Wire:
        def summary(one: Resource) -> Wire:
            found = wire.resource(stack, one, time="LastUpdatedTimestamp")
            return {name: value for name, value in found.items() if name not in ("StackName", "StackId")}

        stack = self._known(call)
        return _page(call, "StackResourceSummaries", [summary(one) for one in stack.resources.values()])

    def _template(self, call: Call) -> Wire:
        goal = self._change_set(call)[1].goal if call.params.get("ChangeSetName") else self._known(call).goal
        return {"TemplateBody": goal.template.body, "StagesAvailable": ["Original", "Processed"]}

    def _validate(self, call: Call) -> Wire:
        return wire.declared(read(str(call.params.get("TemplateBody", ""))))

    def _summary(self, call: Call) -> Wire:
        body = call.params.get("TemplateBody")
        template = read(str(body)) if body else self._known(call).goal.template
        return wire.declared(template) | {"ResourceTypes": sorted(template.types)}

    def _protect(self, call: Call) -> Wire:
        stack = self._known(call)
        stack.protected = call.params.get("EnableTerminationProtection") == "true"
        return {"StackId": stack.id}

    def _exports(self, call: Call) -> Wire:
        found = [
            {"ExportingStackId": stack.id, "Name": name, "Value": value}
            for stack in self._of(call.account, call.region)
            for name, value in stack.exports.items()
        ]
        return _page(call, "Exports", found)

    def _create_change_set(self, call: Call) -> Wire:
        creates = call.params.get("ChangeSetType") == "CREATE"
        stack = self._find(call) if creates else self._known(call)
        identity = self._identity(call, stack)
        before = None if stack is None or stack.status == "REVIEW_IN_PROGRESS" else stack.goal
        goal = goal_of(call, before, self._lookup(identity))
        capabilities = check_capabilities(call, goal.template)
        if stack is None:
            stack = self._new(call, Goal(NOTHING, {}, goal.tags))
            self.engine.say(stack, None, "REVIEW_IN_PROGRESS", "User Initiated")
        stack.capabilities = capabilities
        name = str(call.params.get("ChangeSetName"))
        if name in stack.change_sets:
            raise AwsError("AlreadyExistsException", f"ChangeSet {name} already exists in stack {stack.id}")
        arn = f"{stack.id.partition(':stack/')[0]}:changeSet/{name}/{uuid.uuid4()}"
        description = str(call.params.get("Description", ""))
        found = changes(before, goal)
        stack.change_sets[name] = ChangeSet(name, arn, goal, description, self._timing.now, found)
        return {"Id": arn, "StackId": stack.id}

    def _change_set(self, call: Call) -> tuple[Stack, ChangeSet]:
        name = str(call.params.get("ChangeSetName"))
        stacks = [self._known(call)] if call.params.get("StackName") else self._of(call.account, call.region)
        for stack in stacks:
            for one in stack.change_sets.values():
                if name in (one.name, one.id):
                    return stack, one
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)

    def _execute_change_set(self, call: Call) -> Wire:
        stack, one = self._change_set(call)
        if not one.changes:
            words = f"ChangeSet [{one.id}] cannot be executed in its current status of [FAILED]"
            raise AwsError("InvalidChangeSetStatus", words)
        identity = self._identity(call, stack)
        if stack.status == "REVIEW_IN_PROGRESS":
            self.engine.begin(stack, "CREATE", one.goal, identity, "User Initiated")
        elif stack.status not in _UPDATABLE:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        else:
            stack.updated = self._timing.now
            self.engine.begin(stack, "UPDATE", one.goal, identity, "User Initiated")
        stack.change_sets.clear()
        return {}

    def _delete_change_set(self, call: Call) -> Wire:
        stack, one = self._change_set(call)
        del stack.change_sets[one.name]
        return {}


def _page(call: Call, name: str, found: list[Wire]) -> Wire:
    start = int(call.params.get("NextToken") or 0)
    more = str(start + _PAGE) if start + _PAGE < len(found) else None
    return {name: found[start : start + _PAGE], "NextToken": more}
