"""What stands in a network and keeps it from being deleted: each is made in the group that is given."""

from .tenant import Network, Tenant


def group(tenant: Tenant, network: Network, name: str = "g") -> str:
    made = tenant.ec2.create_security_group(GroupName=name, Description="d", VpcId=network.vpc)
    return str(made["GroupId"])


def instance(tenant: Tenant, network: Network, group: str, subnet: str = "") -> str:
    image = tenant.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = tenant.ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet or network.private[0],
        SecurityGroupIds=[group],
    )
    return str(made["Instances"][0]["InstanceId"])


def nat(_tenant: Tenant, network: Network, _group: str) -> None:
    network.add_nat()


def interface(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.ec2.create_network_interface(SubnetId=network.private[0], Groups=[group])
    return str(made["NetworkInterface"]["NetworkInterfaceId"])


def balancer(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.client("elbv2").create_load_balancer(
        Name="lb", Subnets=[*network.public], SecurityGroups=[group]
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def classic(tenant: Tenant, network: Network, group: str) -> None:
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    tenant.client("elb").create_load_balancer(
        LoadBalancerName="lb", Listeners=[listener], Subnets=network.public, SecurityGroups=[group]
    )


def endpoint(tenant: Tenant, network: Network, group: str) -> str:
    made = tenant.ec2.create_vpc_endpoint(
        VpcId=network.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.ec2",
        SubnetIds=[network.private[0]],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=False,
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def cluster(tenant: Tenant, network: Network, group: str) -> None:
    role = tenant.role("cluster", "eks.amazonaws.com")
    tenant.advance(30)
    config = {"subnetIds": network.private, "securityGroupIds": [group]}
    tenant.cluster(network, role, resourcesVpcConfig=config)


def public_instance(tenant: Tenant, network: Network, group: str) -> None:
    instance(tenant, network, group, network.public[0])


def addressed_instance(tenant: Tenant, network: Network, group: str) -> str:
    machine = instance(tenant, network, group)
    address = str(tenant.ec2.allocate_address(Domain="vpc")["AllocationId"])
    tenant.ec2.associate_address(AllocationId=address, InstanceId=machine)
    return address
