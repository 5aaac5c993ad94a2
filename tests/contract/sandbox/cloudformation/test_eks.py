"""AWS::EKS::* in a stack are real: EKS has them as the template says, Ref and Fn::GetAtt name them."""

import pytest

from ..tenant import Tenant
from .templates import Stacks, cluster, everything, output, resource, role, template

REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
ROW = "CloudFormation AWS::EKS::*"
CLUSTER = f"{REFERENCE}/aws-resource-eks-cluster.html"
NODEGROUP = f"{REFERENCE}/aws-resource-eks-nodegroup.html"
FARGATE = f"{REFERENCE}/aws-resource-eks-fargateprofile.html"
ADDON = f"{REFERENCE}/aws-resource-eks-addon.html"
ENTRY = f"{REFERENCE}/aws-resource-eks-accessentry.html"
PODS = f"{REFERENCE}/aws-resource-eks-podidentityassociation.html"
TAGS = f"{REFERENCE}/aws-properties-resource-tags.html"


@pytest.mark.documented(CLUSTER, row=ROW)
def test_a_cluster_of_a_stack_exists(made: Stacks) -> None:
    found = made.tenant.eks.describe_cluster(name="one")["cluster"]
    assert found["status"] == "ACTIVE"
    assert len(found["resourcesVpcConfig"]["subnetIds"]) == 2


@pytest.mark.documented(f"{REFERENCE}/aws-properties-eks-cluster-clusterlogging.html", row=ROW)
def test_log_types_that_a_template_enables_are_on(made: Stacks) -> None:
    setup = made.tenant.eks.describe_cluster(name="one")["cluster"]["logging"]["clusterLogging"]
    assert [one["types"] for one in setup if one["enabled"]] == [["api"]]


@pytest.mark.documented(NODEGROUP, row=ROW)
def test_a_node_group_of_a_stack_has_instances(made: Stacks) -> None:
    found = made.tenant.eks.describe_nodegroup(clusterName="one", nodegroupName="a")["nodegroup"]
    assert found["status"] == "ACTIVE"
    mine = [{"Name": "tag:eks:nodegroup-name", "Values": ["a"]}]
    assert made.tenant.ec2.describe_instances(Filters=mine)["Reservations"]


@pytest.mark.documented(FARGATE, row=ROW)
def test_a_fargate_profile_of_a_stack_has_the_labels_of_its_selector(made: Stacks) -> None:
    found = made.tenant.eks.describe_fargate_profile(clusterName="one", fargateProfileName="f")
    selectors = found["fargateProfile"]["selectors"]
    assert selectors == [{"namespace": "serverless", "labels": {"tier": "web"}}]


@pytest.mark.documented(ADDON, row=ROW)
def test_an_addon_of_a_stack_exists(made: Stacks) -> None:
    found = made.tenant.eks.describe_addon(clusterName="one", addonName="vpc-cni")["addon"]
    assert found["status"] == "ACTIVE"


@pytest.mark.documented(f"{REFERENCE}/aws-properties-eks-accessentry-accesspolicy.html", row=ROW)
def test_an_access_entry_of_a_stack_has_its_policies(made: Stacks) -> None:
    arn = made.tenant.iam.get_role(RoleName=made.resources("all")["PodRole"]["PhysicalResourceId"])["Role"][
        "Arn"
    ]
    found = made.tenant.eks.list_associated_access_policies(clusterName="one", principalArn=arn)
    (policy,) = found["associatedAccessPolicies"]
    assert policy["policyArn"].endswith("AmazonEKSViewPolicy")
    assert policy["accessScope"] == {"type": "namespace", "namespaces": ["default"]}


@pytest.mark.documented(PODS, row=ROW)
def test_a_pod_identity_association_of_a_stack_exists(made: Stacks) -> None:
    (found,) = made.tenant.eks.list_pod_identity_associations(clusterName="one")["associations"]
    assert (found["namespace"], found["serviceAccount"]) == ("default", "puller")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Cluster", "one", id="cluster", marks=pytest.mark.documented(CLUSTER, row=ROW)),
        pytest.param("Nodes", "one/a", id="nodegroup", marks=pytest.mark.documented(NODEGROUP, row=ROW)),
        pytest.param("Fargate", "one/f", id="fargate", marks=pytest.mark.documented(FARGATE, row=ROW)),
        pytest.param("Cni", "one|vpc-cni", id="addon", marks=pytest.mark.documented(ADDON, row=ROW)),
    ],
)
def test_ref_names(made: Stacks, name: str, expected: str) -> None:
    assert made.outputs("all")[name] == expected


@pytest.mark.documented(ENTRY, row=ROW)
def test_ref_of_an_access_entry_is_its_arn(made: Stacks) -> None:
    assert ":access-entry/one/role/" in made.outputs("all")["Viewer"]


@pytest.mark.documented(PODS, row=ROW)
def test_ref_of_a_pod_identity_association_is_its_id(made: Stacks) -> None:
    (found,) = made.tenant.eks.list_pod_identity_associations(clusterName="one")["associations"]
    assert made.outputs("all")["Pods"] == found["associationId"]


@pytest.mark.documented(CLUSTER, row=ROW)
def test_attributes_of_a_cluster_are_those_that_eks_gives(made: Stacks) -> None:
    found, outputs = made.tenant.eks.describe_cluster(name="one")["cluster"], made.outputs("all")
    assert outputs["ClusterArn"] == found["arn"]
    assert outputs["ClusterEndpoint"] == found["endpoint"]
    assert outputs["ClusterCertificateAuthorityData"] == found["certificateAuthority"]["data"]
    assert outputs["ClusterClusterSecurityGroupId"] == found["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert outputs["ClusterOpenIdConnectIssuerUrl"] == found["identity"]["oidc"]["issuer"]


@pytest.mark.documented(TAGS, row=ROW)
def test_resources_carry_the_tags_of_their_stack_and_of_cloudformation(made: Stacks) -> None:
    tags = made.tenant.eks.describe_cluster(name="one")["cluster"]["tags"]
    assert tags == {
        "team": "a",
        "cost": "42",
        "aws:cloudformation:stack-name": "all",
        "aws:cloudformation:stack-id": made.describe("all")["StackId"],
        "aws:cloudformation:logical-id": "Cluster",
    }


@pytest.mark.documented(f"{REFERENCE}/aws-attribute-dependson.html", row=ROW)
def test_a_resource_is_begun_when_what_it_depends_on_is_complete(made: Stacks) -> None:
    events = made.events("all")
    begun = events.index(("Nodes", "CREATE_IN_PROGRESS"))
    assert max(events.index((name, "CREATE_COMPLETE")) for name in ("Cluster", "Way", "NodeRole")) < begun


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html", row=ROW
)
def test_a_stack_is_in_progress_while_its_cluster_is_creating(tenant: Tenant, stacks: Stacks) -> None:
    stacks.create("slow", template(cluster()))
    tenant.advance(300)
    assert tenant.eks.describe_cluster(name="one")["cluster"]["status"] == "CREATING"
    assert stacks.status("slow") == "CREATE_IN_PROGRESS"
    assert stacks.settle("slow") == "CREATE_COMPLETE"
    assert tenant.eks.describe_cluster(name="one")["cluster"]["status"] == "ACTIVE"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html", row=ROW
)
def test_a_role_that_eks_cannot_use_rolls_the_stack_back(tenant: Tenant, stacks: Stacks) -> None:
    body = template({**cluster(), "Role": role("ec2.amazonaws.com")})
    stacks.create("broken", body)
    assert stacks.settle("broken") == "ROLLBACK_COMPLETE"
    assert ("Cluster", "CREATE_FAILED") in stacks.events("broken")
    assert "Service: Eks" in stacks.reasons("broken")
    assert [one["kind"] for one in tenant.objects() if one["service"] != "cloudformation"] == []


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html", row=ROW
)
def test_deleting_a_stack_deletes_children_before_their_cluster_and_leaves_nothing(
    tenant: Tenant, stacks: Stacks
) -> None:
    name = stacks.create("whole", template(everything()))
    assert stacks.settle("whole") == "CREATE_COMPLETE"
    stacks.api.delete_stack(StackName="whole")
    assert stacks.settle(name) == "DELETE_COMPLETE", stacks.reasons(name)
    events = stacks.events(name)
    cluster_begins = events.index(("Cluster", "DELETE_IN_PROGRESS"))
    assert max(events.index((one, "DELETE_COMPLETE")) for one in ("Nodes", "Fargate", "Cni")) < cluster_begins
    assert {one["kind"] for one in tenant.objects()} == {"log-group"}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html", row=ROW
)
def test_a_cluster_with_a_foreign_node_group_keeps_its_stack_from_being_deleted(
    tenant: Tenant, stacks: Stacks
) -> None:
    stacks.create("held", template({**cluster(), "NodeRole": role("ec2.amazonaws.com", RoleName="node")}))
    assert stacks.settle("held") == "CREATE_COMPLETE"
    arn = tenant.iam.get_role(RoleName="node")["Role"]["Arn"]
    subnets = [stacks.resources("held")["Public0"]["PhysicalResourceId"]]
    tenant.eks.create_nodegroup(clusterName="one", nodegroupName="mine", nodeRole=arn, subnets=subnets)
    stacks.api.delete_stack(StackName="held")
    assert stacks.settle("held") == "DELETE_FAILED"
    assert (
        stacks.describe("held")["StackStatusReason"]
        == "The following resource(s) failed to delete: [Cluster]. "
    )
    assert tenant.eks.describe_cluster(name="one")["cluster"]["status"] == "ACTIVE"


@pytest.mark.documented(CLUSTER, row=ROW)
def test_a_new_version_is_an_update_without_replacement(tenant: Tenant, stacks: Stacks) -> None:
    stacks.create("up", template(cluster(Version="1.33")))
    assert stacks.settle("up") == "CREATE_COMPLETE"
    before = tenant.eks.describe_cluster(name="one")["cluster"]
    stacks.api.update_stack(
        StackName="up", TemplateBody=template(cluster(Version="1.34")), Capabilities=["CAPABILITY_IAM"]
    )
    assert stacks.settle("up") == "UPDATE_COMPLETE", stacks.reasons("up")
    after = tenant.eks.describe_cluster(name="one")["cluster"]
    assert (after["version"], after["createdAt"]) == ("1.34", before["createdAt"])


@pytest.mark.documented(CLUSTER, row=ROW)
def test_a_property_that_a_cluster_does_not_have_fails(stacks: Stacks) -> None:
    stacks.create("odd", template(cluster(Colour="blue")))
    assert stacks.settle("odd") == "ROLLBACK_COMPLETE"
    assert "extraneous key [Colour] is not permitted" in stacks.reasons("odd")


@pytest.mark.documented(f"{REFERENCE}/aws-attribute-deletionpolicy.html", row=ROW)
def test_a_retained_addon_stays_when_its_stack_goes(tenant: Tenant, stacks: Stacks) -> None:
    stacks.create("base", template(cluster(), {"Name": output({"Ref": "Cluster"})}))
    assert stacks.settle("base") == "CREATE_COMPLETE"
    kept = resource(
        "AWS::EKS::Addon", {"ClusterName": "one", "AddonName": "kube-proxy"}, DeletionPolicy="Retain"
    )
    name = stacks.create("addon", template({"Proxy": kept}))
    assert stacks.settle("addon") == "CREATE_COMPLETE"
    stacks.api.delete_stack(StackName="addon")
    assert stacks.settle(name) == "DELETE_COMPLETE"
    assert tenant.eks.list_addons(clusterName="one")["addons"] == ["kube-proxy"]
