"""parse(dump(x)) == x, for documents made at random and for those we ship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterwright.errors import Invalid, Missing
from clusterwright.spec import document
from clusterwright.spec.cluster import Cluster

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))

Fields = st.SearchStrategy[dict[str, object]]

names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
words = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,10}[A-Za-z0-9])?", fullmatch=True)
# Everything that YAML can write: no control characters and no surrogates.
prose = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=60)
labels = st.dictionaries(words, words, max_size=3)
tag_text = st.text("abcXYZ019 +-=._:/@é", min_size=1, max_size=20).filter(lambda text: ":" not in text[:4])


pool_names = words.map(lambda word: word.replace(".", "-"))
sizes = st.tuples(st.integers(0, 450), st.integers(0, 450), st.integers(1, 450)).map(
    lambda three: dict(zip(("min", "desired", "max"), sorted(three), strict=True))
)
effects = st.sampled_from(("NoSchedule", "PreferNoSchedule", "NoExecute"))
taints = st.fixed_dictionaries({"key": words, "effect": effects}, optional={"value": words})
pools: Fields = st.fixed_dictionaries(
    {"name": pool_names},
    optional={
        "instanceTypes": st.just(["m6i.large", "m5.large"]),
        "capacity": st.sampled_from(("onDemand", "spot")),
        "size": sizes,
        "diskGiB": st.integers(20, 16384),
        "labels": labels,
        "taints": st.lists(taints, max_size=3, unique_by=lambda taint: (taint["key"], taint["effect"])),
        "zones": st.just(["us-east-1a"]),
        "update": st.builds(dict, maxUnavailable=st.integers(1, 100)),
        "tags": st.dictionaries(tag_text, tag_text, max_size=3),
    },
)
fargates: Fields = st.fixed_dictionaries(
    {
        "name": names.map(lambda name: f"f-{name}"),
        "selectors": st.lists(
            st.fixed_dictionaries({"namespace": names}, optional={"labels": labels}), min_size=1, max_size=5
        ),
    }
)
specs: Fields = st.fixed_dictionaries(
    {
        "cloudAccount": names,
        "profiles": st.lists(
            st.fixed_dictionaries({"name": names}, optional={"version": st.just("1.2.3")}),
            min_size=1,
            max_size=3,
            unique_by=lambda ref: ref["name"],
        ),
        "region": st.just("us-east-1"),
    },
    optional={
        "variables": st.dictionaries(
            st.from_regex("[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True), prose, max_size=3
        ),
        "tags": st.dictionaries(tag_text, tag_text, max_size=3),
        "placement": st.fixed_dictionaries(
            {},
            optional={
                "dynamic": st.fixed_dictionaries({}, optional={"availabilityZones": st.integers(2, 6)})
            },
        ),
        "controlPlane": st.fixed_dictionaries(
            {}, optional={"logging": st.just(["api", "audit"]), "encryptionKeyArn": st.none()}
        ),
        "nodePools": st.lists(pools, max_size=3, unique_by=lambda pool: pool["name"]),
        "fargateProfiles": st.lists(fargates, max_size=2, unique_by=lambda profile: profile["name"]),
    },
)
bodies: Fields = st.fixed_dictionaries(
    {
        "apiVersion": st.just("clusterwright.dev/v1"),
        "kind": st.just("Cluster"),
        "metadata": st.fixed_dictionaries({"name": names}, optional={"description": prose, "labels": labels}),
        "spec": specs,
    }
)


@settings(max_examples=40, deadline=None)
@given(bodies)
def test_a_dumped_cluster_is_read_back_as_it_was(body: dict[str, object]) -> None:
    found = document.from_json(body)
    assert document.parse(document.dump(found)) == (found,)
    assert document.to_json(found) == body
    assert json.loads(json.dumps(document.to_json(found))) == body


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(Invalid):
        document.parse(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_the_examples_are_valid(path: Path) -> None:
    found = document.parse(path.read_text(encoding="utf-8"), path.name)
    assert document.parse("---\n".join(map(document.dump, found))) == found
    assert [document.warnings(item) for item in found] == [()] * len(found)


def test_there_are_examples() -> None:
    assert [path.name for path in EXAMPLES] == [
        "demo.yaml",
        "private-endpoint.yaml",
        "quickstart.yaml",
        "static.yaml",
    ]


def test_the_demo_uses_the_profile_of_the_quickstart() -> None:
    demo, quickstart = (
        document.parse((EXAMPLES[0].parent / name).read_text(encoding="utf-8"))
        for name in ("demo.yaml", "quickstart.yaml")
    )
    assert demo[1] == quickstart[1]
    assert isinstance(demo[2], Cluster)
    assert demo[2].metadata.name == "team-a"


@pytest.mark.parametrize("kind", document.KINDS)
def test_each_kind_has_a_schema_in_the_users_names(kind: str) -> None:
    schema = document.json_schema(kind)
    assert schema["required"] == ["apiVersion", "kind", "metadata", "spec"]
    assert schema["additionalProperties"] is False
    assert "api_version" not in json.dumps(schema)


def test_a_kind_that_does_not_exist_has_no_schema() -> None:
    with pytest.raises(Missing, match="Did you mean Cluster"):
        document.json_schema("Clusters")
