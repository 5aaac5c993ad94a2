"""Server-side apply, decided without a server.

https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

import pytest

from clusterwright.sandbox.kube.exchange import Refusal
from clusterwright.sandbox.kube.ownership import Owners, applied, updated
from clusterwright.sandbox.kube.store import Owner
from clusterwright.sandbox.kube.wire import Wire


def _writer(manager: str, operation: str = "Apply") -> Owner:
    return Owner(manager, operation, "v1", "", "2025-01-01T00:00:00Z", frozenset())


def _apply(
    before: Wire, owners: Owners, data: Wire, manager: str, force: bool = False
) -> tuple[Wire, Owners]:
    return applied(before, owners, {"data": data}, _writer(manager), force)


def test_two_may_agree_on_a_field_and_either_keeps_it() -> None:
    wire, owners = _apply({}, (), {"x": "1", "y": "1"}, "a")
    wire, owners = _apply(wire, owners, {"x": "1"}, "b")
    wire, owners = _apply(wire, owners, {"y": "1"}, "a")
    assert wire == {"data": {"x": "1", "y": "1"}}
    wire, owners = _apply(wire, owners, {}, "b")
    assert wire == {"data": {"y": "1"}}


def test_whoever_wants_another_value_is_refused_or_takes_over() -> None:
    wire, owners = _apply({}, (), {"x": "1"}, "a")
    with pytest.raises(Refusal, match=r'conflict with "a": \.data\.x') as caught:
        _apply(wire, owners, {"x": "2"}, "b")
    assert caught.value.code == 409
    wire, owners = _apply(wire, owners, {"x": "2"}, "b", force=True)
    assert [one.manager for one in owners] == ["b"]
    assert wire == {"data": {"x": "2"}}


def test_an_update_takes_what_it_changes_and_no_more() -> None:
    wire, owners = _apply({}, (), {"x": "1", "y": "1"}, "a")
    after = {"data": {"x": "2"}}
    owners = updated(owners, wire, after, _writer("c", "Update"))
    paths = {one.manager: {path[-1][1] for path in one.paths} for one in owners}
    assert paths == {"c": {"x"}}


def test_the_same_again_changes_nothing() -> None:
    wire, owners = _apply({}, (), {"x": "1"}, "a")
    assert _apply(wire, owners, {"x": "1"}, "a") == (wire, owners)
