"""How a node group's changes become EKS's calls."""

from __future__ import annotations

from dataclasses import replace

from clusterwright.aws.driver import Change
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.node_group import NodeGroup, Taint, configuration, renewal
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Ref

TEMPLATE = Ref(LaunchTemplate, "default")
GROUP = NodeGroup(
    name="default",
    cluster=Ref(EksCluster, "cluster"),
    group_name="default",
    role=Ref(IamRole, "nodes"),
    subnets=(),
    instance_types=("m6i.large",),
    capacity="ON_DEMAND",
    ami_type="AL2023_x86_64_STANDARD",
    min_size=1,
    max_size=5,
    desired_size=2,
    template=TEMPLATE,
    template_version=Output(TEMPLATE, "version"),
)
KNOWN = Known(
    ids={GROUP.cluster: "team-a", TEMPLATE: "lt-1"},
    outputs={TEMPLATE: {"version": "7"}},
)


def change(want: NodeGroup, have: NodeGroup, *fields: str) -> Change[NodeGroup]:
    return Change(want, Found(id="default", actual=have, outputs={"arn": "arn:x"}), frozenset(fields))


def test_only_what_differs_is_renewed() -> None:
    want = replace(GROUP, version="1.33")
    template = {"id": "lt-1", "version": "7"}
    assert renewal(change(want, GROUP, "version"), KNOWN) == {"version": "1.33"}
    assert renewal(change(want, GROUP, "template_version"), KNOWN) == {"launchTemplate": template}


def test_an_autoscalers_size_stays_within_new_limits() -> None:
    grown = replace(GROUP, desired_size=4)
    settings = configuration(change(replace(GROUP, max_size=3), grown, "max_size"))
    assert settings == {"scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 3}}
    settings = configuration(change(replace(GROUP, max_size=9), grown, "max_size"))
    assert settings == {"scalingConfig": {"minSize": 1, "maxSize": 9, "desiredSize": 4}}


def test_a_wanted_size_is_set() -> None:
    settings = configuration(change(replace(GROUP, desired_size=3), GROUP, "desired_size"))
    assert settings == {"scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 3}}


def test_labels_and_taints_are_sent_as_differences() -> None:
    have = replace(
        GROUP,
        labels=(("gone", "1"), ("kept", "1")),
        taints=(Taint("gone", "", "NO_EXECUTE"), Taint("gpu", "a", "NO_SCHEDULE")),
    )
    want = replace(GROUP, labels=(("kept", "1"), ("new", "1")), taints=(Taint("gpu", "b", "NO_SCHEDULE"),))
    assert configuration(change(want, have, "labels", "taints")) == {
        "labels": {"addOrUpdateLabels": {"new": "1"}, "removeLabels": ["gone"]},
        "taints": {
            "addOrUpdateTaints": [{"key": "gpu", "effect": "NO_SCHEDULE", "value": "b"}],
            "removeTaints": [{"key": "gone", "effect": "NO_EXECUTE"}],
        },
    }


def test_tags_alone_make_no_update_of_the_group() -> None:
    assert configuration(change(GROUP, GROUP, "tags")) == {}
