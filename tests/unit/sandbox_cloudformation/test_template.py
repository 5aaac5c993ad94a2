"""Templates as text: both languages, short forms, what needs what."""

import pytest

from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.cloudformation.template import read

YAML = """
Parameters: {Cidr: {Type: String}}
Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: 2012-10-17}}
  Cluster:
    Type: AWS::EKS::Cluster
    DependsOn: [Table]
    Properties: {RoleArn: !GetAtt Role.Arn, Name: !Sub '${Vpc}-${AWS::Region}'}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Select [0, [!Ref Vpc]]}}
"""


def test_yaml_with_short_forms_is_read() -> None:
    template = read(YAML)
    assert template.resources["Vpc"]["Properties"]["CidrBlock"] == {"Ref": "Cidr"}
    assert template.resources["Cluster"]["Properties"]["RoleArn"] == {"Fn::GetAtt": "Role.Arn"}
    document = template.resources["Role"]["Properties"]["AssumeRolePolicyDocument"]
    assert document == {"Version": "2012-10-17"}


def test_needs_are_references_to_resources_and_what_is_said() -> None:
    template = read(YAML)
    assert template.needs("Cluster") == {"Role", "Vpc", "Table"}
    assert template.needs("Table") == {"Vpc"}
    assert template.needs("Vpc") == set()


@pytest.mark.parametrize("body", ["{", "just text", "Resources: {A: {}}", "Resources: {A-B: {Type: X}}"])
def test_what_is_no_template_is_refused(body: str) -> None:
    with pytest.raises(AwsError, match="Template format error"):
        read(body)
