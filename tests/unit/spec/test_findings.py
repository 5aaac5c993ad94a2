"""What people read when a document is wrong: the exact texts, and that all of them come at once."""

from __future__ import annotations

import pytest

from clusterwright.errors import Finding, Invalid
from clusterwright.spec import document

FIVE_WRONG = """\
apiVersion: clusterwright.dev/v1
kind: Cluster
metadata: {name: team-a}
spec:
  cloudAccount: prod
  profiles: [{name: eks-standard}]
  region: us-east-1
  placement:
    dynamic:
      cidr: 10.0.0.0/24
      availabilityZones: 3
  nodePools:
    - name: default
      instanceType: m6i.large
      size: {min: 5, desired: 5, max: 3}
      zones:
        - us-east-1a
        - us-east-1z
  fargateProfiles:
    - name: serverless
      selectors:
        - {namespace: a}
        - {namespace: b}
        - {namespace: c}
        - {namespace: d}
        - {namespace: e}
        - {namespace: f}
"""

ZONES = "us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f"

FIVE_FINDINGS = (
    Finding(
        "spec.placement.dynamic.cidr",
        "10.0.0.0/24 is too small for two subnets in each of 3 zones",
        "Use a /23 or larger.",
        10,
        "10.0.0.0/24",
    ),
    Finding(
        "spec.nodePools[0].instanceType",
        "is not a known field",
        "Did you mean instanceTypes?",
        14,
        "instanceType",
    ),
    Finding(
        "spec.nodePools[0].size.min",
        "min 5 is above max 3",
        "Lower min or raise max.",
        15,
        "5",
    ),
    Finding(
        "spec.nodePools[0].zones[1]",
        "us-east-1z does not exist in us-east-1",
        f"Zones of us-east-1: {ZONES}.",
        18,
        "us-east-1z",
    ),
    Finding(
        "spec.fargateProfiles[0].selectors",
        "has 6 selectors, EKS allows 1 to 5",
        "Move some to another Fargate profile.",
        21,
        "6",
    ),
)


def refused(text: str) -> tuple[Finding, ...]:
    with pytest.raises(Invalid) as caught:
        document.parse(text)
    return caught.value.findings


def texts(text: str) -> list[str]:
    return [str(finding) for finding in refused(text)]


def test_five_mistakes_are_reported_at_once() -> None:
    assert refused(FIVE_WRONG) == FIVE_FINDINGS


def test_the_five_messages_read_as_sentences() -> None:
    assert texts(FIVE_WRONG) == [
        "line 10: spec.placement.dynamic.cidr: 10.0.0.0/24 is too small for two subnets in each of 3 zones."
        " Use a /23 or larger.",
        "line 14: spec.nodePools[0].instanceType: is not a known field. Did you mean instanceTypes?",
        "line 15: spec.nodePools[0].size.min: min 5 is above max 3. Lower min or raise max.",
        "line 18: spec.nodePools[0].zones[1]: us-east-1z does not exist in us-east-1."
        f" Zones of us-east-1: {ZONES}.",
        "line 21: spec.fargateProfiles[0].selectors: has 6 selectors, EKS allows 1 to 5."
        " Move some to another Fargate profile.",
    ]


def test_all_documents_of_a_text_are_reported() -> None:
    second = FIVE_WRONG.replace("team-a", "team-b")
    findings = refused(f"{FIVE_WRONG}---\n{second}")
    assert [finding.path for finding in findings] == [finding.path for finding in FIVE_FINDINGS] * 2
    assert findings[5].line == 10 + FIVE_WRONG.count("\n") + 1


def test_the_source_is_named_in_the_message() -> None:
    with pytest.raises(Invalid, match=r"^prod\.yaml is not valid\.\n  line 10: spec"):
        document.parse(FIVE_WRONG, "prod.yaml")


def test_a_wrong_type_does_not_hide_broken_rules() -> None:
    text = FIVE_WRONG.replace("instanceType: m6i.large", "diskGiB: big")
    paths = [finding.path for finding in refused(text)]
    assert paths == [
        "spec.placement.dynamic.cidr",
        "spec.nodePools[0].diskGiB",
        "spec.nodePools[0].size.min",
        "spec.nodePools[0].zones[1]",
        "spec.fargateProfiles[0].selectors",
    ]


def test_a_model_that_lost_a_value_says_nothing_about_its_default() -> None:
    text = FIVE_WRONG.replace("max: 3", "max: ten")
    found = {finding.path: finding.message for finding in refused(text)}
    assert found["spec.nodePools[0].size.max"] == "must be a whole number"
    assert "spec.nodePools[0].size.min" not in found


HEADER = "apiVersion: clusterwright.dev/v1\nkind: Cluster\nmetadata: {name: a}\n"
SPEC = f"{HEADER}spec: {{cloudAccount: a, profiles: [{{name: p}}], region: us-east-1}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "holds no document. Write one of: CloudAccount, ClusterProfile, Cluster."),
        (
            "# only a comment\n---\n",
            "holds no document. Write one of: CloudAccount, ClusterProfile, Cluster.",
        ),
        ("just words", "must be a mapping. Begin with apiVersion and kind."),
        (
            SPEC.replace("kind: Cluster", "kind: Clutser"),
            "line 2: kind: Clutser is not known. Did you mean Cluster?"
            " Use one of: CloudAccount, ClusterProfile, Cluster.",
        ),
        (
            SPEC.replace("kind: Cluster\n", ""),
            "line 1: kind: is required. Use one of: CloudAccount, ClusterProfile, Cluster.",
        ),
        (SPEC.replace("/v1", "/v2"), "line 1: apiVersion: clusterwright.dev/v2 is not known."),
        (
            SPEC.replace("{name: p}", "{name: p, version: 1.30}"),
            'YAML reads 1.30 as a number. Quote it: "1.30".',
        ),
        (SPEC.replace("us-east-1", "no"), 'YAML reads no as true or false. Quote it: "no".'),
        (
            SPEC.replace("us-east-1", "US East"),
            "spec.region: US East is not an AWS region. Write it like us-east-1.",
        ),
        (SPEC.replace(", region: us-east-1", ""), "line 4: spec.region: is required. Add region."),
        (SPEC.replace("region:", "cloud_account: b, region:"), "Did you mean cloudAccount?"),
        (
            SPEC.replace("region:", "colour: b, region:"),
            "is not a known field. Known here: cloudAccount, profiles,",
        ),
        (
            SPEC.replace("region:", "tags: , region:"),
            "spec.tags: is empty. Write a value, or remove the field.",
        ),
        (SPEC.replace("region:", "tags: [a], region:"), "spec.tags: must be a mapping."),
        (SPEC.replace("[{name: p}]", "p"), "spec.profiles: must be a list."),
        (SPEC.replace("[{name: p}]", "[p]"), "spec.profiles[0]: must be a mapping."),
        (
            SPEC.replace("region:", "region: eu-west-1, region:"),
            "line 4: spec.region: is written twice, first on line 4.",
        ),
        (
            SPEC.replace("region:", "1.5: x, region:"),
            'line 4: spec: the key 1.5 is not text. Quote it: "1.5".',
        ),
        (
            SPEC.replace("region:", "x: *y, region:"),
            "spec.x: aliases (*name) are not supported. Write the value out.",
        ),
        (SPEC.replace("us-east-1", "!!python/name:os us"), "spec.region: tags (!name) are not supported."),
        ("a: [\n", "is not YAML: expected the node content, but found '<stream end>'."),
        ("a: \x07", "a character is not allowed in YAML. Remove it."),
        ("[" * 60, "is not YAML: nested deeper than 50 levels."),
        ("#" * (1024 * 1024 + 1), "the text is longer than 1048576 characters."),
        (f"{SPEC}---\n{SPEC}", "line 6: metadata.name: Cluster a is in this text already, on line 1."),
    ],
)
def test_message(text: str, expected: str) -> None:
    assert any(expected in message for message in texts(text)), texts(text)


def test_one_alias_gives_one_finding() -> None:
    assert len(refused(SPEC.replace("us-east-1", "*here"))) == 1


def test_a_syntax_error_does_not_hide_the_documents_before_it() -> None:
    assert len(refused(f"{FIVE_WRONG}---\na: [\n")) == 6


def test_a_deeply_nested_request_body_is_refused() -> None:
    body: list[object] = []
    for _ in range(900):
        body = [body]
    with pytest.raises(Invalid, match="nested deeper than 50 levels"):
        document.from_json({"labels": body})


def test_a_request_body_has_findings_without_lines() -> None:
    body = {"apiVersion": "clusterwright.dev/v1", "kind": "Cluster", "metadata": {"name": 3}, "spec": {}}
    with pytest.raises(Invalid) as caught:
        document.from_json(body)
    assert [str(finding) for finding in caught.value.findings] == [
        "metadata.name: must be text, not a number. Quote it.",
        "spec.cloudAccount: is required. Add cloudAccount.",
        "spec.profiles: is required. Add profiles.",
        "spec.region: is required. Add region.",
    ]
