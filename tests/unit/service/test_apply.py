"""Applying documents: what is stored, what is refused, who is woken."""

from __future__ import annotations

import pytest
import yaml

from clusterwright.errors import Conflict, Invalid, Unreachable
from clusterwright.service import accounts, clusters, documents, operations, profiles
from clusterwright.service.listing import Query
from clusterwright.service.views import Action, Applied
from tests.unit.service.fakes import QUICKSTART, Stage

ACCESS_KEY = """\
apiVersion: clusterwright.dev/v1
kind: CloudAccount
metadata: {name: keys}
spec:
  credentials: {type: accessKey, accessKeyId: AKIAIOSFODNN7EXAMPLE, secretAccessKey: very-secret}
"""

WRONG = """\
apiVersion: clusterwright.dev/v1
kind: Cluster
metadata: {name: hello, team: a}
spec:
  cloudAccount: sandbox
  profiles: [{name: eks-standard, version: 1.0.0}]
  region: us-east-1
  placement:
    dynamic:
      cidr: 10.0.0.0/27
      availabilityZones: [us-east-1a, us-east-1x]
  nodePools:
    - name: default
      size: {min: 7, desired: 7, max: 6}
  fargateProfiles:
    - name: serverless
      selectors:
        [{namespace: a}, {namespace: b}, {namespace: c}, {namespace: d}, {namespace: e}, {namespace: f}]
"""


def apply(on: Stage, text: str) -> list[Applied]:
    return list(documents.apply(on.core, documents.read_text(on.core, text)))


def actions(results: list[Applied]) -> list[str]:
    return [result.action.value for result in results]


def in_part(old: str, new: str) -> str:
    assert old in QUICKSTART
    return QUICKSTART.replace(old, new)


def test_documents_are_created_in_the_order_of_their_references(on: Stage) -> None:
    backwards = "\n---\n".join(reversed(QUICKSTART.split("\n---\n")))
    results = apply(on, backwards)
    assert [result.kind for result in results] == ["CloudAccount", "ClusterProfile", "Cluster"]
    assert actions(results) == ["created"] * 3
    view = clusters.get(on.core, "hello")
    assert on.engine.woken == [view.metadata.uid]
    assert view.status.operation
    assert view.status.operation.verb == "create"


def test_applying_again_changes_nothing(on: Stage) -> None:
    apply(on, QUICKSTART)
    assert actions(apply(on, QUICKSTART)) == ["unchanged"] * 3
    assert len(on.engine.woken) == 1


def test_a_changed_spec_is_a_new_generation_and_an_operation(on: Stage) -> None:
    apply(on, QUICKSTART)
    results = apply(on, in_part("max: 3", "max: 4"))
    assert actions(results) == ["unchanged", "unchanged", "configured"]
    view = clusters.get(on.core, "hello")
    assert view.metadata.generation == 2
    assert view.status.operation
    assert view.status.operation.verb == "update"
    assert len(on.engine.woken) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [("description: two zones, two nodes", "description: other"), ("[m6i.large]", "['m6i.large']")],
)
def test_what_means_the_same_asks_for_no_work(on: Stage, old: str, new: str) -> None:
    apply(on, QUICKSTART)
    apply(on, in_part(old, new))
    assert clusters.get(on.core, "hello").metadata.generation == 1
    assert len(on.engine.woken) == 1


def test_a_wrong_document_is_refused_with_every_finding_and_nothing_is_created(on: Stage) -> None:
    text = "\n---\n".join([*QUICKSTART.split("\n---\n")[:2], WRONG])
    before = text.count("\n", 0, text.index(WRONG))
    with pytest.raises(Invalid) as caught:
        apply(on, text)
    found = {
        finding.path: (finding.line and finding.line - before, finding.value)
        for finding in caught.value.findings
    }
    assert found == {
        "metadata.team": (3, "team"),
        "spec.placement.dynamic.cidr": (10, "10.0.0.0/27"),
        "spec.placement.dynamic.availabilityZones[1]": (11, "us-east-1x"),
        "spec.nodePools[0].size.min": (14, "7"),
        "spec.fargateProfiles[0].selectors": (17, "6"),
    }
    assert all(finding.remedy for finding in caught.value.findings)
    assert accounts.find_all(on.core, Query()).items == ()
    assert profiles.find_all(on.core, Query()).items == ()


def test_what_only_the_account_knows_is_found_before_anything_is_stored(on: Stage) -> None:
    text = in_part("availabilityZones: 2 ", "availabilityZones: [us-east-1a, us-east-1f] ")
    with pytest.raises(Invalid) as caught:
        apply(on, text)
    (finding,) = caught.value.findings
    assert finding.path == "spec.placement.dynamic.availabilityZones[1]"
    assert finding.line
    assert "us-east-1f" in text.splitlines()[finding.line - 1]
    assert (finding.value, "us-east-1b" in finding.remedy) == ("us-east-1f", True)
    assert clusters.find_all(on.core, Query()).items == ()
    assert accounts.find_all(on.core, Query()).items == ()


def test_missing_references_are_found_together(on: Stage) -> None:
    cluster = QUICKSTART.split("\n---\n")[2]
    with pytest.raises(Invalid) as caught:
        apply(on, cluster)
    assert [finding.path for finding in caught.value.findings] == ["spec.cloudAccount", "spec.profiles[0]"]


def test_a_document_is_taken_while_aws_cannot_be_reached(on: Stage) -> None:
    on.aws.down = Unreachable("no answer")
    assert actions(apply(on, QUICKSTART)) == ["created"] * 3


def test_what_a_cluster_keeps_for_life_is_refused(on: Stage) -> None:
    apply(on, QUICKSTART)
    with pytest.raises(Invalid) as caught:
        apply(on, in_part("10.0.0.0/16", "10.1.0.0/16").replace("region: us-east-1", "region: eu-west-1"))
    paths = [finding.path for finding in caught.value.findings]
    assert {"spec.region", "spec.placement.dynamic.cidr"} <= set(paths)


def test_a_published_profile_never_changes(on: Stage) -> None:
    apply(on, QUICKSTART)
    with pytest.raises(Invalid) as caught:
        apply(on, in_part("pack: coredns}", 'pack: coredns, version: "1.x"}'))
    assert [finding.path for finding in caught.value.findings] == ["spec.version"]


def test_clusters_without_a_version_follow_the_newest_profile(on: Stage) -> None:
    apply(on, in_part("{name: eks-standard, version: 1.0.0}", "{name: eks-standard}"))
    newer = QUICKSTART.split("\n---\n")[1].replace("version: 1.0.0", "version: 1.1.0")
    apply(on, newer)
    assert clusters.get(on.core, "hello").metadata.generation == 2
    assert profiles.get(on.core, "eks-standard", None).status.clusters == ("hello",)


def test_what_get_prints_can_be_applied_again(on: Stage) -> None:
    apply(on, QUICKSTART + "\n---\n" + ACCESS_KEY)
    views = [
        accounts.get(on.core, "keys"),
        profiles.get(on.core, "eks-standard", None),
        clusters.get(on.core, "hello"),
    ]
    text = yaml.safe_dump_all(view.model_dump(mode="json", by_alias=True) for view in views)
    assert "very-secret" not in text
    assert actions(apply(on, text)) == ["unchanged"] * 3
    stored = accounts.stored_secret(on.core, "keys")
    assert stored["secretAccessKey"] == "very-secret"


def test_findings_in_printed_documents_keep_their_lines(on: Stage) -> None:
    apply(on, QUICKSTART)
    text = yaml.safe_dump(clusters.get(on.core, "hello").model_dump(mode="json", by_alias=True))
    with pytest.raises(Invalid) as caught:
        apply(on, text.replace("max: 3", "max: 0"))
    assert all(finding.line for finding in caught.value.findings)


def test_a_document_read_before_a_change_is_refused(on: Stage) -> None:
    apply(on, QUICKSTART)
    old = clusters.get(on.core, "hello").model_dump(mode="json", by_alias=True)
    apply(on, in_part("max: 3", "max: 4"))
    with pytest.raises(Conflict, match="version 2, not 1"):
        documents.apply(on.core, [documents.read_body(on.core, old, "Cluster", "hello")])


def test_a_document_of_an_object_that_is_gone_does_not_make_it_anew(on: Stage) -> None:
    apply(on, ACCESS_KEY)
    old = accounts.get(on.core, "keys").model_dump(mode="json", by_alias=True)
    old["spec"]["credentials"]["secretAccessKey"] = "again"
    accounts.delete(on.core, "keys")
    with pytest.raises(Conflict, match="does not exist any more"):
        documents.apply(on.core, [documents.read_body(on.core, old, "CloudAccount", "keys")])


def test_the_address_and_the_document_must_agree(on: Stage) -> None:
    body = yaml.safe_load(ACCESS_KEY)
    with pytest.raises(Invalid) as caught:
        documents.read_body(on.core, body, "Cluster", "hello")
    assert [finding.path for finding in caught.value.findings] == ["kind", "metadata.name"]


def test_changed_credentials_are_forgotten_by_the_gateway(on: Stage) -> None:
    apply(on, ACCESS_KEY)
    assert actions(apply(on, ACCESS_KEY.replace("very-secret", "other"))) == ["configured"]
    assert on.aws.forgotten == ["keys"]


def test_an_account_in_use_stays_in_its_aws_account(on: Stage) -> None:
    apply(on, QUICKSTART)
    with pytest.raises(Invalid, match="not valid"):
        apply(on, in_part("iam::111122223333", "iam::999988887777"))


def test_validating_stores_nothing(on: Stage) -> None:
    results = documents.validate(on.core, documents.read_text(on.core, QUICKSTART))
    assert [result.action for result in results] == [Action.CREATED] * 3
    assert operations.find_all(on.core, None, 10).items == ()
