"""A whole life: network, roles, cluster, nodes, Fargate, add-ons, and back to nothing.

States: https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html (status) and its siblings.
"""

import base64

from cryptography import x509

from .tenant import Tenant


def test_create_and_delete_leave_nothing(tenant: Tenant) -> None:
    network = tenant.network()
    network.add_nat()
    cluster_role, node_role, fargate_role = tenant.roles()
    eks, ec2 = tenant.eks, tenant.ec2

    made = eks.create_cluster(
        name="one",
        roleArn=cluster_role,
        version="1.32",
        resourcesVpcConfig={"subnetIds": network.private},
        accessConfig={"authenticationMode": "API"},
        tags={"a": "b"},
    )["cluster"]
    assert made["status"] == "CREATING"
    assert "endpoint" not in made
    tenant.advance(300)
    assert eks.describe_cluster(name="one")["cluster"]["status"] == "CREATING"
    tenant.advance(900)
    cluster = eks.describe_cluster(name="one")["cluster"]
    assert cluster["status"] == "ACTIVE"
    assert cluster["endpoint"].endswith(f"/clusters/{tenant.account}/us-east-1/one")
    assert cluster["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.us-east-1.amazonaws.com/id/")
    x509.load_pem_x509_certificate(base64.b64decode(cluster["certificateAuthority"]["data"]))
    config = cluster["resourcesVpcConfig"]
    assert config["vpcId"] == network.vpc
    group = ec2.describe_security_groups(GroupIds=[config["clusterSecurityGroupId"]])["SecurityGroups"][0]
    assert group["GroupName"].startswith("eks-cluster-sg-one-")
    enis = ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": ["Amazon EKS one"]}])
    assert {eni["SubnetId"] for eni in enis["NetworkInterfaces"]} == set(network.private)

    eks.create_nodegroup(
        clusterName="one",
        nodegroupName="ng",
        nodeRole=node_role,
        subnets=network.private,
        scalingConfig={"minSize": 1, "maxSize": 5, "desiredSize": 3},
    )
    eks.create_fargate_profile(
        clusterName="one",
        fargateProfileName="fp",
        podExecutionRoleArn=fargate_role,
        subnets=network.private,
        selectors=[{"namespace": "jobs"}],
    )
    eks.create_addon(clusterName="one", addonName="coredns")
    tenant.advance(600)
    group = eks.describe_nodegroup(clusterName="one", nodegroupName="ng")["nodegroup"]
    assert group["status"] == "ACTIVE"
    profile = eks.describe_fargate_profile(clusterName="one", fargateProfileName="fp")["fargateProfile"]
    assert profile["status"] == "ACTIVE"
    assert eks.describe_addon(clusterName="one", addonName="coredns")["addon"]["status"] == "ACTIVE"

    eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    eks.delete_fargate_profile(clusterName="one", fargateProfileName="fp")
    tenant.advance(1200)
    assert tenant.objects("instance") == []
    assert tenant.objects("volume") == []
    assert eks.delete_cluster(name="one")["cluster"]["status"] == "DELETING"
    tenant.advance(1200)
    assert eks.list_clusters()["clusters"] == []

    ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(200)
    ec2.release_address(AllocationId=network.eip)
    for subnet in network.public + network.private:
        ec2.delete_subnet(SubnetId=subnet)
    for table in (network.public_table, network.private_table):
        ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    ec2.delete_internet_gateway(InternetGatewayId=network.igw)
    ec2.delete_vpc(VpcId=network.vpc)
    for name in ("cluster", "node", "fargate"):
        tenant.iam.delete_role(RoleName=name)
    assert tenant.objects() == []
