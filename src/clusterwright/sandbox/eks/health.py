"""What EKS finds wrong with a cluster or a node group when it looks at what they need.

https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
"""

from collections.abc import Iterator

from clusterwright.sandbox import trust
from clusterwright.sandbox.eks.records import Cluster, Nodegroup, Wire
from clusterwright.sandbox.eks.scene import Scene

_KEYS = {"Disabled": "KmsKeyDisabled", "PendingDeletion": "KmsKeyMarkedForDeletion"}


def of_cluster(scene: Scene, cluster: Cluster) -> list[Wire]:
    return list(_cluster_issues(scene, cluster)) if cluster.status in ("ACTIVE", "UPDATING") else []


def _cluster_issues(scene: Scene, cluster: Cluster) -> Iterator[Wire]:
    wire = cluster.wire
    if trust.find_role(wire["roleArn"]) is None:
        yield _issue("IamRoleNotFound", "The role of the cluster could not be found", wire["roleArn"])
    config = wire["resourcesVpcConfig"]
    for group in (config["clusterSecurityGroupId"], *config["securityGroupIds"]):
        if not scene.account.has_group(group):
            yield _issue("Ec2SecurityGroupNotFound", "A security group could not be found", group)
    for one in wire["encryptionConfig"] or []:
        arn = one["provider"]["keyArn"]
        state = scene.account.key_state(arn)
        if state != "Enabled":
            yield _issue(_KEYS.get(str(state), "KmsKeyNotFound"), "The KMS key cannot be used", arn)


def of_nodegroup(scene: Scene, cluster: Cluster, group: Nodegroup) -> list[Wire]:
    """Only once its nodes have been launched; what kept them from that is said otherwise."""
    return list(_group_issues(scene, cluster, group)) if group.group_name else []


def _group_issues(scene: Scene, cluster: Cluster, group: Nodegroup) -> Iterator[Wire]:
    account, role = scene.account, group.wire["nodeRole"]
    security = cluster.wire["resourcesVpcConfig"]["clusterSecurityGroupId"]
    if trust.find_role(role) is None:
        yield _issue("IamNodeRoleNotFound", "The role of the nodes could not be found", role)
    if not account.has_profile(group.profile_name):
        yield _issue("IamInstanceProfileNotFound", "The instance profile is gone", group.profile_name)
    if not account.has_template(group.template_id):
        yield _issue("Ec2LaunchTemplateNotFound", "The launch template is gone", group.template_id)
    if not account.has_group(security):
        yield _issue("Ec2SecurityGroupNotFound", "The cluster security group is gone", security)
    if account.desired_size(group.group_name) is None:
        yield _issue("AutoScalingGroupNotFound", "The Auto Scaling group is gone", group.group_name)
    short = account.launch_failure(group.group_name)
    if short:
        yield short


def _issue(code: str, message: str, resource: str) -> Wire:
    return {"code": code, "message": message, "resourceIds": [resource]}
