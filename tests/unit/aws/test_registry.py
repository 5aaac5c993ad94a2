"""Rules that hold for every kind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import clusterwright.aws.kinds
from clusterwright.aws.driver import Driver
from clusterwright.aws.registry import DRIVERS, KINDS, NoDriver, actions, driver_for
from clusterwright.graph.codec import Codec, value_types
from clusterwright.graph.resource import Resource

FOLDER = Path(next(iter(clusterwright.aws.kinds.__path__)))


def test_every_file_is_registered() -> None:
    files = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    assert {kind.KIND for kind in KINDS} == files


def test_kinds_and_value_objects_have_names_of_their_own() -> None:
    values = {value for kind in KINDS for value in value_types(kind)}
    assert len({kind.KIND for kind in KINDS}) == len(KINDS)
    assert len({value.__name__ for value in values}) == len(values)
    assert set(Codec(KINDS).values.values()) == values


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.kind.KIND)
def test_every_call_in_the_source_is_declared(driver: Driver[Resource]) -> None:
    source = (FOLDER / f"{driver.kind.KIND}.py").read_text()
    called = set(re.findall(r'(?:call|read|describe|describe_settled|owned)\(\s*"([a-z0-9]+:\w+)"', source))
    assert called <= driver.actions
    assert driver.makes.earliest <= driver.makes.usual <= driver.makes.late
    assert driver_for(driver.kind) is driver


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_fields_that_a_kind_names_exist(kind: type[Resource]) -> None:
    known = set(kind.__dataclass_fields__)
    pointed = {name for name in (kind.INSIDE, kind.LANE) if name}
    assert kind.FIXED | kind.LOOSE | kind.RENEWS | pointed <= known


def test_actions_are_of_all_kinds() -> None:
    assert {"ec2:CreateVpc", "eks:CreateNodegroup", "iam:PassRole", "logs:CreateLogGroup"} <= actions()


def test_other_kinds_have_no_driver() -> None:
    with pytest.raises(NoDriver, match="Resource"):
        driver_for(Resource)


def test_kinds_come_without_boto3() -> None:
    code = "import sys, clusterwright.aws.registry; sys.exit('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
