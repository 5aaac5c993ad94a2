"""Instance refreshes: a group's instances replaced, as many at a time as its health allows.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
moto has none. What is under way is kept at moto's group, and goes into snapshots with it.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from clusterwright.sandbox.clock import iso
from clusterwright.sandbox.timing import Timing

_HEALTHY = 90
_BEGINS = 5.0
_UNDER_WAY = ("Pending", "InProgress", "Cancelling")
_ATTRIBUTE = "refreshes"


@dataclass(slots=True)
class Refresh:
    id: str
    group: Any
    preferences: dict[str, Any]
    desired: dict[str, Any]
    begun: float
    old: list[str]
    status: str = "Pending"
    ended: float | None = None
    total: int = 0

    @property
    def wire(self) -> dict[str, Any]:
        percent = 100 if self.status == "Successful" else self._percent()
        told = {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group.name,
            "Status": self.status,
            "StartTime": iso(self.begun),
            "PercentageComplete": percent,
            "InstancesToUpdate": len(self.old),
            "Preferences": self.preferences,
        }
        more = {"DesiredConfiguration": self.desired} if self.desired else {}
        return {**told, **more, **({"EndTime": iso(self.ended)} if self.ended is not None else {})}

    def _percent(self) -> int:
        return math.floor(100 * (1 - len(self.old) / self.total)) if self.total else 0


class Refreshes:
    timing: Timing

    def start(self, group: Any, preferences: dict[str, Any], desired: dict[str, Any]) -> Refresh:
        if any(one.status in _UNDER_WAY for one in _of(group)):
            raise AutoscalingClientError(
                "InstanceRefreshInProgress",
                "An Instance Refresh is already in progress and blocks the execution of this Instance "
                "Refresh.",
            )
        old = [state.instance.id for state in group.instance_states]
        preferences = {"MinHealthyPercentage": _HEALTHY, **preferences}
        made = Refresh(
            str(mock_random.uuid4()), group, preferences, desired, self.timing.now, old, total=len(old)
        )
        setattr(group, _ATTRIBUTE, [made, *_of(group)])
        self.timing.agenda.after(_BEGINS, partial(self._begin, made))
        return made

    def cancel(self, group: Any) -> Refresh:
        running = next((one for one in _of(group) if one.status in _UNDER_WAY), None)
        if running is None:
            raise AutoscalingClientError(
                "ActiveInstanceRefreshNotFound",
                f"No in progress or pending Instance Refresh found for Auto Scaling group {group.name}",
            )
        self._end(running, "Cancelled")
        return running

    def _begin(self, refresh: Refresh) -> None:
        if refresh.status == "Pending":
            refresh.status = "InProgress"
            if refresh.desired.get("LaunchTemplate"):
                refresh.group._set_launch_configuration(None, refresh.desired["LaunchTemplate"], None)
            self._next(refresh)

    def _next(self, refresh: Refresh) -> None:
        """Replace the next few, and look again once these serve."""
        if refresh.status != "InProgress":
            return
        if not refresh.old:
            self._end(refresh, "Successful")
            return
        spare = refresh.total * (100 - int(refresh.preferences["MinHealthyPercentage"])) // 100
        going, refresh.old = refresh.old[: max(1, spare)], refresh.old[max(1, spare) :]
        standing = {state.instance.id for state in refresh.group.instance_states}
        for instance_id in going:
            if instance_id in standing:
                refresh.group.autoscaling_backend.terminate_instance(instance_id, should_decrement=False)
        drawn = f"{refresh.group.name}/{len(refresh.old)}"
        self.timing.later("instance-refresh", drawn, partial(self._next, refresh))

    def _end(self, refresh: Refresh, status: str) -> None:
        refresh.status, refresh.ended = status, self.timing.now


def _of(group: Any) -> list[Refresh]:
    found: list[Refresh] = getattr(group, _ATTRIBUTE, [])
    return found


_REFRESHES = Refreshes()


def _group(response: Any) -> Any:
    name = response._get_param("AutoScalingGroupName")
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise AutoscalingClientError(
            "ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
        )
    return group


class RefreshActions(AutoScalingResponse):
    def start_instance_refresh(self) -> ActionResult:
        preferences = dict(self._get_param("Preferences", {}))
        desired = dict(self._get_param("DesiredConfiguration", {}))
        return ActionResult({"InstanceRefreshId": _REFRESHES.start(_group(self), preferences, desired).id})

    def describe_instance_refreshes(self) -> ActionResult:
        ids = self._get_param("InstanceRefreshIds", [])
        found = [one for one in _of(_group(self)) if not ids or one.id in ids]
        return ActionResult({"InstanceRefreshes": [one.wire for one in found]})

    def cancel_instance_refresh(self) -> ActionResult:
        return ActionResult({"InstanceRefreshId": _REFRESHES.cancel(_group(self)).id})


def install(timing: Timing) -> None:
    Refreshes.timing = timing
    for name, method in vars(RefreshActions).items():
        if callable(method):
            setattr(AutoScalingResponse, name, method)
