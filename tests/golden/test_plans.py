"""The plan of every example, as text and as JSON. `make golden` rewrites them; read the result as a diff."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest

from clusterwright.aws.registry import KINDS
from clusterwright.blueprint.build import build
from clusterwright.blueprint.facts import Facts, GivenSubnet, Zone
from clusterwright.graph.codec import Codec
from clusterwright.graph.plan import Plan, plan
from clusterwright.graph.render import render
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import Document, parse
from clusterwright.spec.profile import ClusterProfile

GOLDEN = Path(__file__).parent
EXAMPLES = GOLDEN.parents[1] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))

# Zone b is one that EKS refuses, so that plans show it left out.
ZONES = {"a": "az6", "b": "az3", "c": "az1", "d": "az2", "e": "az4", "f": "az5"}
FACTS = Facts(
    account="111122223333",
    partition="aws",
    uid="1a2b3c4d-0000-4000-8000-000000000000",
    zones=tuple(Zone(f"us-east-1{letter}", f"use1-{id_}") for letter, id_ in ZONES.items()),
    vpc_cidr="10.50.0.0/16",
    subnets=tuple(
        GivenSubnet(
            f"subnet-0{letter * 16}", Zone(f"us-east-1{zone}", f"use1-{ZONES[zone]}"), public, "rtb-1"
        )
        for letter, zone, public in (("a", "a", False), ("b", "c", False), ("c", "a", True), ("d", "c", True))
    ),
)
CODEC = Codec(KINDS)


@cache
def documents(name: str) -> tuple[Document, ...]:
    return parse((EXAMPLES / f"{name}.yaml").read_text())


@cache
def planned(name: str) -> Plan:
    """What makes the example's clusters out of nothing; profiles may be in any of the examples."""
    known = {
        (found.metadata.name, found.spec.version): found
        for example in NAMES
        for found in documents(example)
        if isinstance(found, ClusterProfile)
    }
    (cluster,) = (found for found in documents(name) if isinstance(found, Cluster))
    return plan(build(cluster, tuple(known.values()), FACTS), {})


def compare(path: Path, text: str) -> None:
    if os.environ.get("CLUSTERWRIGHT_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing: run 'make golden'"
    assert path.read_text() == text


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_as_people_read_it(name: str) -> None:
    compare(GOLDEN / name / "plan.txt", render(planned(name)))


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_as_it_is_stored(name: str) -> None:
    dumped = CODEC.dump_plan(planned(name))
    compare(GOLDEN / name / "plan.json", json.dumps(dumped, sort_keys=True, indent=1) + "\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_plan_is_read_back_as_it_was(name: str) -> None:
    stored = json.loads(json.dumps(CODEC.dump_plan(planned(name))))
    assert CODEC.load_plan(stored) == planned(name)


def test_every_example_has_a_golden_folder_and_every_folder_an_example() -> None:
    assert NAMES
    assert (
        sorted(path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name[0] not in "._") == NAMES
    )
