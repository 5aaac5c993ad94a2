"""Stacks: what is refused, exports and imports, parameters, change sets, roles, protection."""

import json
from typing import Any

import pytest

from ..tenant import Tenant, refused, trust
from .templates import Stacks, output, ref, resource, role, template, vpc

API = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference"
GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
EXPORTS = f"{GUIDE}/using-cfn-stack-exports.html"

VPC = template({"Vpc": vpc()}, {"Id": output(ref("Vpc"), {"Fn::Sub": "${AWS::StackName}::Vpc"})})


def importing(name: str = "base::Vpc") -> str:
    return template({"Table": resource("AWS::EC2::RouteTable", {"VpcId": {"Fn::ImportValue": name}})})


@pytest.mark.documented(f"{API}/API_CreateStack.html")
def test_a_name_is_taken_while_a_stack_has_it(stacks: Stacks) -> None:
    stacks.create("base", VPC)
    with refused("AlreadyExistsException", "base"):
        stacks.create("base", VPC)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            "{}",
            "At least one Resources member",
            id="without_resources",
            marks=pytest.mark.documented(f"{GUIDE}/resources-section-structure.html"),
        ),
        pytest.param(
            template({"A": resource("AWS::EC2::RouteTable", {"VpcId": ref("Nowhere")})}),
            "Unresolved resource dependencies [Nowhere]",
            id="with_a_reference_to_nothing",
            marks=pytest.mark.documented(f"{REFERENCE}/intrinsic-function-reference-ref.html"),
        ),
        pytest.param(
            template({"A": vpc(DependsOn="B"), "B": vpc(DependsOn="A")}),
            "Circular dependency between resources: [A, B]",
            id="that_goes_in_circles",
            marks=pytest.mark.documented(f"{GUIDE}/troubleshooting.html"),
        ),
    ],
)
def test_a_template_is_refused(stacks: Stacks, body: str, words: str) -> None:
    with refused("ValidationError", words):
        stacks.create("bad", body)


@pytest.mark.documented(f"{API}/API_CreateStack.html")
def test_a_template_with_a_role_needs_the_capability(stacks: Stacks) -> None:
    with refused("InsufficientCapabilitiesException", "CAPABILITY_IAM"):
        stacks.create("iam", template({"Role": role("eks.amazonaws.com")}), Capabilities=[])


@pytest.mark.documented(f"{API}/API_CreateStack.html")
def test_a_role_with_a_name_needs_more_than_the_capability_for_roles(stacks: Stacks) -> None:
    body = template({"Role": role("eks.amazonaws.com", RoleName="mine")})
    with refused("InsufficientCapabilitiesException", "CAPABILITY_NAMED_IAM"):
        stacks.create("iam", body, Capabilities=["CAPABILITY_IAM"])


@pytest.mark.documented(f"{API}/API_DescribeStacks.html")
def test_a_stack_that_does_not_exist_is_a_validation_error(stacks: Stacks) -> None:
    with refused("ValidationError", "does not exist"):
        stacks.describe("nothing")


@pytest.mark.documented(f"{API}/API_DescribeStacks.html")
def test_a_deleted_stack_is_found_by_its_id_only(stacks: Stacks) -> None:
    name = stacks.create("gone", VPC)
    stacks.settle("gone")
    stacks.api.delete_stack(StackName="gone")
    assert stacks.settle(name) == "DELETE_COMPLETE"
    with refused("ValidationError", "does not exist"):
        stacks.describe("gone")


@pytest.mark.documented(EXPORTS)
def test_a_stack_is_not_deleted_while_another_imports_from_it(stacks: Stacks) -> None:
    stacks.create("base", VPC)
    stacks.settle("base")
    stacks.create("user", importing())
    assert stacks.settle("user") == "CREATE_COMPLETE"
    stacks.api.delete_stack(StackName="base")
    assert stacks.settle("base") == "DELETE_FAILED"
    assert stacks.describe("base")["StackStatusReason"].endswith("is in use by user")


@pytest.mark.documented(EXPORTS)
def test_what_nobody_exports_is_not_imported(stacks: Stacks) -> None:
    stacks.create("user", importing("no::such"))
    assert stacks.settle("user") == "ROLLBACK_COMPLETE"
    assert "No export named no::such found" in stacks.reasons("user")


@pytest.mark.documented(EXPORTS)
def test_the_name_of_an_export_is_unique(stacks: Stacks) -> None:
    body = template({"Vpc": vpc()}, {"Id": output(ref("Vpc"), "same")})
    stacks.create("first", body)
    stacks.settle("first")
    stacks.create("second", body)
    assert stacks.settle("second") == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        pytest.param(
            resource("AWS::EC2::SecurityGroup"), "required key [GroupDescription] not found", id="missing"
        ),
        pytest.param(vpc({"Fn::Join": "x"}), "Fn::Join was given arguments", id="malformed"),
        pytest.param(vpc({"Fn::Select": [9, {"Fn::GetAZs": ""}]}), "nonexistent value", id="beyond"),
    ],
)
def test_a_resource_that_nobody_can_make_sense_of_fails_with_the_reason(
    stacks: Stacks, declared: dict[str, Any], words: str
) -> None:
    stacks.create("odd", template({"A": declared}))
    assert stacks.settle("odd") == "ROLLBACK_COMPLETE"
    assert words in stacks.reasons("odd")


@pytest.mark.documented(f"{GUIDE}/stack-failure-options.html")
def test_what_was_made_stays_when_rollback_is_disabled(tenant: Tenant, stacks: Stacks) -> None:
    body = template({"Good": vpc(), "Bad": vpc("10.0.0.0/8")})
    stacks.create("half", body, DisableRollback=True)
    assert stacks.settle("half") == "CREATE_FAILED"
    assert stacks.resources("half")["Good"]["ResourceStatus"] in ("CREATE_COMPLETE", "CREATE_FAILED")
    assert len([one for one in tenant.objects("vpc") if one["tags"]]) == 1


@pytest.mark.documented(f"{GUIDE}/parameters-section-structure.html")
def test_a_parameter_without_a_default_must_be_given(stacks: Stacks) -> None:
    body = template({"Vpc": vpc(ref("Cidr"))}, Parameters={"Cidr": {"Type": "String"}})
    with refused("ValidationError", "Parameters: [Cidr] must have values"):
        stacks.create("open", body)


@pytest.mark.documented(f"{API}/API_GetTemplateSummary.html")
def test_a_summary_names_parameters_and_types_of_resources(stacks: Stacks) -> None:
    declared = {"Cidr": {"Type": "String", "Default": "10.0.0.0/16", "NoEcho": True}}
    stacks.create("sum", template({"Vpc": vpc(ref("Cidr"))}, Parameters=declared))
    found = stacks.api.get_template_summary(StackName="sum")
    assert found["ResourceTypes"] == ["AWS::EC2::VPC"]
    (parameter,) = found["Parameters"]
    assert (parameter["ParameterKey"], parameter["DefaultValue"], parameter["NoEcho"]) == (
        "Cidr",
        "10.0.0.0/16",
        True,
    )


@pytest.mark.documented(f"{API}/API_Parameter.html")
def test_a_parameter_without_echo_is_not_shown(stacks: Stacks) -> None:
    declared = {"Cidr": {"Type": "String", "NoEcho": True}}
    given = [{"ParameterKey": "Cidr", "ParameterValue": "10.0.0.0/16"}]
    stacks.create("quiet", template({"Vpc": vpc(ref("Cidr"))}, Parameters=declared), Parameters=given)
    assert stacks.describe("quiet")["Parameters"] == [{"ParameterKey": "Cidr", "ParameterValue": "****"}]


@pytest.mark.documented(f"{GUIDE}/conditions-section-structure.html")
def test_a_resource_whose_condition_does_not_hold_is_not_made(stacks: Stacks) -> None:
    conditions = {"Never": {"Fn::Equals": [ref("AWS::Region"), "eu-west-1"]}}
    stacks.create("some", template({"A": vpc(), "B": vpc(Condition="Never")}, Conditions=conditions))
    assert stacks.settle("some") == "CREATE_COMPLETE"
    assert set(stacks.resources("some")) == {"A"}


@pytest.mark.documented(f"{GUIDE}/conditions-section-structure.html")
def test_a_condition_that_nobody_declared_fails(stacks: Stacks) -> None:
    stacks.create("odd", template({"A": vpc(Condition="Nowhere")}))
    assert stacks.settle("odd") == "ROLLBACK_COMPLETE"
    assert "Nowhere" in stacks.reasons("odd")


@pytest.mark.documented(f"{GUIDE}/using-cfn-protect-stacks.html")
def test_a_protected_stack_is_not_deleted(stacks: Stacks) -> None:
    stacks.create("safe", VPC, EnableTerminationProtection=True)
    with refused("ValidationError", "TerminationProtection is enabled"):
        stacks.api.delete_stack(StackName="safe")


@pytest.mark.documented(f"{GUIDE}/troubleshooting.html")
def test_an_update_that_changes_nothing_is_refused(stacks: Stacks) -> None:
    stacks.create("same", VPC)
    stacks.settle("same")
    with refused("ValidationError", "No updates are to be performed."):
        stacks.api.update_stack(StackName="same", TemplateBody=VPC)


@pytest.mark.documented(f"{GUIDE}/using-cfn-updating-stacks-update-behaviors.html")
def test_what_cannot_be_changed_is_replaced_and_the_old_one_deleted(tenant: Tenant, stacks: Stacks) -> None:
    stacks.create("move", VPC)
    stacks.settle("move")
    before = stacks.outputs("move")["Id"]
    stacks.api.update_stack(StackName="move", TemplateBody=VPC.replace("10.0", "10.1"))
    assert stacks.settle("move") == "UPDATE_COMPLETE"
    assert stacks.outputs("move")["Id"] != before
    assert before not in [one["id"] for one in tenant.objects("vpc")]


@pytest.mark.documented(f"{GUIDE}/using-cfn-updating-stacks-continueupdaterollback.html")
def test_an_update_that_fails_is_taken_back(tenant: Tenant, stacks: Stacks) -> None:
    stacks.create("back", VPC)
    stacks.settle("back")
    worse = template({"Vpc": vpc(), "Bad": vpc("10.0.0.0/8")})
    stacks.api.update_stack(StackName="back", TemplateBody=worse)
    assert stacks.settle("back") == "UPDATE_ROLLBACK_COMPLETE"
    assert set(stacks.resources("back")) == {"Vpc"}


@pytest.mark.documented(f"{GUIDE}/using-cfn-updating-stacks-update-behaviors.html")
def test_what_was_replaced_in_vain_is_what_it_was(tenant: Tenant, stacks: Stacks) -> None:
    """The old one goes last, when everything new is there."""
    stacks.create("keep", VPC)
    stacks.settle("keep")
    before = stacks.outputs("keep")["Id"]
    for worse in ({"Bad": vpc("10.0.0.0/8", DependsOn="Vpc")}, {"Odd": vpc({"Fn::Select": [9, []]})}):
        body = template({"Vpc": vpc("10.1.0.0/16"), **worse}, {"Id": output(ref("Vpc"))})
        stacks.api.update_stack(StackName="keep", TemplateBody=body)
        assert stacks.settle("keep") == "UPDATE_ROLLBACK_COMPLETE"
        assert stacks.outputs("keep")["Id"] == before
        assert stacks.resources("keep")["Vpc"]["PhysicalResourceId"] == before
    assert [one["id"] for one in tenant.objects("vpc") if one["tags"]] == [before]


@pytest.mark.documented(f"{REFERENCE}/intrinsic-function-reference-getatt.html")
def test_an_output_that_has_no_value_takes_an_update_back(stacks: Stacks) -> None:
    stacks.create("out", VPC)
    stacks.settle("out")
    before = stacks.outputs("out")
    odd = {"Id": output({"Fn::GetAtt": ["Vpc", "Colour"]})}
    stacks.api.update_stack(StackName="out", TemplateBody=template({"Vpc": vpc("10.1.0.0/16")}, odd))
    assert stacks.settle("out") == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.outputs("out") == before


@pytest.mark.documented(f"{API}/API_DescribeChangeSet.html")
def test_a_change_set_says_what_would_be_added(stacks: Stacks) -> None:
    stacks.create("plan", VPC)
    stacks.settle("plan")
    more = template({"Vpc": vpc(), "Table": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")})})
    stacks.api.create_change_set(StackName="plan", ChangeSetName="more", TemplateBody=more)
    found = stacks.api.describe_change_set(StackName="plan", ChangeSetName="more")
    changes = [one["ResourceChange"] for one in found["Changes"]]
    assert [(one["Action"], one["LogicalResourceId"]) for one in changes] == [("Add", "Table")]
    assert set(stacks.resources("plan")) == {"Vpc"}


@pytest.mark.documented(f"{API}/API_ExecuteChangeSet.html")
def test_executing_a_change_set_makes_the_changes_and_deletes_it(stacks: Stacks) -> None:
    stacks.api.create_change_set(
        StackName="new", ChangeSetName="first", TemplateBody=VPC, ChangeSetType="CREATE"
    )
    assert stacks.status("new") == "REVIEW_IN_PROGRESS"
    stacks.api.execute_change_set(StackName="new", ChangeSetName="first")
    assert stacks.settle("new") == "CREATE_COMPLETE"
    with refused("ChangeSetNotFound"):
        stacks.api.describe_change_set(StackName="new", ChangeSetName="first")


@pytest.mark.documented(f"{GUIDE}/troubleshooting.html")
def test_a_change_set_without_changes_fails(stacks: Stacks) -> None:
    stacks.create("idle", VPC)
    stacks.settle("idle")
    stacks.api.create_change_set(StackName="idle", ChangeSetName="none", TemplateBody=VPC)
    found = stacks.api.describe_change_set(StackName="idle", ChangeSetName="none")
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")


@pytest.mark.documented(f"{GUIDE}/using-iam-servicerole.html")
def test_a_stack_acts_with_the_role_that_it_was_given(tenant: Tenant, stacks: Stacks) -> None:
    made = tenant.iam.create_role(
        RoleName="builder", AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com")
    )
    everything = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    tenant.iam.put_role_policy(RoleName="builder", PolicyName="own", PolicyDocument=document)
    stacks.create("acted", VPC, RoleARN=made["Role"]["Arn"])
    assert stacks.settle("acted") == "CREATE_COMPLETE"
    (call,) = [
        one for one in tenant.get("calls?service=ec2&action=CreateVpc") if one["account"] == tenant.account
    ]
    assert call["accessKey"] != tenant.credentials["accessKeyId"]
    assert call["agent"] == "cloudformation.amazonaws.com"


@pytest.mark.documented(f"{GUIDE}/using-iam-servicerole.html")
def test_a_role_that_does_not_trust_cloudformation_is_refused(tenant: Tenant, stacks: Stacks) -> None:
    arn = tenant.role("builder", "ec2.amazonaws.com")
    with refused("ValidationError", "cannot be assumed"):
        stacks.create("acted", VPC, RoleARN=arn)


@pytest.mark.documented(f"{API}/API_ListStacks.html")
def test_stacks_are_listed_by_status_even_when_they_are_gone(stacks: Stacks) -> None:
    name = stacks.create("was", VPC)
    stacks.settle("was")
    stacks.api.delete_stack(StackName="was")
    stacks.settle(name)
    stacks.create("stays", VPC)
    stacks.settle("stays")
    found = stacks.api.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert [one["StackName"] for one in found] == ["was"]
