"""The account as EKS sees and changes it: every touch of moto's insides on EKS's behalf is in this file.

moto's internal signatures move between releases; the contract tests pin what is used here.
"""

from dataclasses import dataclass
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends

from clusterwright.sandbox.call import partition_of
from clusterwright.sandbox.trust import find_role

Issue = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subnet:
    id: str
    vpc_id: str
    zone: str
    zone_id: str
    gives_public_ip: bool
    has_ipv6: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """A running instance, as its Node tells about it."""

    id: str
    dns_name: str
    address: str
    zone: str
    type: str
    image: str


def _machine(instance: Any) -> Machine:
    return Machine(
        id=instance.id,
        dns_name=str(instance.private_dns_name),
        address=str(instance.private_ip),
        zone=str(instance.availability_zone),
        type=instance.instance_type,
        image=instance.image_id,
    )


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    region: str

    @property
    def _ec2(self) -> Any:
        return ec2_backends[self.id][self.region]

    @property
    def _scaling(self) -> Any:
        return autoscaling_backends[self.id][self.region]

    @property
    def _profiles(self) -> dict[str, Any]:
        found: dict[str, Any] = iam_backends[self.id][partition_of(self.region)].instance_profiles
        return found

    def subnet(self, subnet_id: str) -> Subnet | None:
        try:
            found = self._ec2.get_subnet(subnet_id)
        except EC2ClientError:
            return None
        return Subnet(
            found.id,
            found.vpc_id,
            found.availability_zone,
            found.availability_zone_id,
            bool(found.map_public_ip_on_launch),
            bool(found.ipv6_cidr_block_associations),
        )

    def zones(self) -> list[tuple[str, str]]:
        """Names and ids of the region's availability zones."""
        return [(zone.name, zone.zone_id) for zone in self._ec2.describe_availability_zones()]

    def blocks(self, vpc_id: str) -> list[str]:
        """The VPC's IPv4 ranges."""
        found = self._ec2.get_vpc(vpc_id).get_cidr_block_association_set()
        return [one["cidr_block"] for one in found]

    def default_route(self, subnet: Subnet) -> str | None:
        """`igw` or `nat` where 0.0.0.0/0 leads somewhere that works now, else None."""
        tables = [one for one in self._ec2.route_tables.values() if one.vpc_id == subnet.vpc_id]
        own = next((one for one in tables if subnet.id in one._associations.values()), None)
        table = own or next((one for one in tables if one.main_association_id), None)
        for route in table._routes.values() if table else ():
            if route.destination_cidr_block == "0.0.0.0/0":
                return self._leads_to(route)
        return None

    def _leads_to(self, route: Any) -> str | None:
        if route.nat_gateway is not None:
            return "nat" if route.nat_gateway.state == "available" else None
        if route.gateway is not None and str(route.gateway.id).startswith("igw-"):
            return "igw" if route.gateway.vpc else None
        elsewhere = (route.transit_gateway, route.instance, route.interface, route.vpc_endpoint_id)
        return "nat" if any(elsewhere) else None

    def has_user(self, arn: str) -> bool:
        """Only this account's are looked at: entries may name users of any."""
        users = iam_backends[self.id][partition_of(self.region)].users.values()
        return f":{self.id}:" not in arn or any(user.arn == arn for user in users)

    def has_group(self, group_id: str) -> bool:
        return self._ec2.get_security_group_from_id(group_id) is not None

    def has_key_pair(self, name: str) -> bool:
        return any(key == name for key in self._ec2.key_pairs)

    def architectures(self, instance_type: str) -> list[str]:
        """What an instance type can run; nothing where there is no such type."""
        found = INSTANCE_TYPES.get(instance_type) or {}
        return list(found.get("ProcessorInfo", {}).get("SupportedArchitectures", ()))

    def key_state(self, named: str) -> str | None:
        """The state of a symmetric KMS key of this region, by its ARN, its alias's ARN or its alias."""
        where, _, resource = named.rpartition(":")
        region, account = where.split(":")[3:5] if where.count(":") >= 4 else (self.region, self.id)
        if region != self.region or account not in kms_backends:
            return None
        keys = kms_backends[account][region].keys
        key = keys.get(resource.removeprefix("key/"))
        key = key or next((one for one in keys.values() if resource in one.aliases), None)
        return str(key.key_state) if key is not None and key.key_spec == "SYMMETRIC_DEFAULT" else None

    def make_group(self, name: str, description: str, vpc_id: str, tags: dict[str, str]) -> str:
        group = self._ec2.create_security_group(name, description, vpc_id=vpc_id, tags=tags)
        self._ec2.authorize_security_group_ingress(
            group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}]
        )
        return str(group.id)

    def make_ssh_group(self, name: str, vpc_id: str, sources: list[str] | None, tags: dict[str, str]) -> str:
        description = "Security group for all nodes in the nodeGroup to allow SSH access"
        group = self._ec2.create_security_group(name, description, vpc_id=vpc_id, tags=tags)
        ranges = [] if sources else [{"CidrIp": "0.0.0.0/0"}]
        groups = [{"GroupId": source} for source in sources or []]
        self._ec2.authorize_security_group_ingress(group.id, "tcp", 22, 22, ranges, source_groups=groups)
        return str(group.id)

    def remove_group(self, group_id: str) -> bool:
        """AWS leaves the group where something still wears or names it."""
        try:
            self._ec2.delete_security_group(group_id=group_id)
        except EC2ClientError:
            return False
        return True

    def make_interface(self, subnet_id: str, groups: list[str], description: str) -> str:
        subnet = self._ec2.get_subnet(subnet_id)
        eni = self._ec2.create_network_interface(subnet, "", group_ids=groups, description=description)
        eni.requester_managed, eni.status = True, "in-use"
        return str(eni.id)

    def remove_interfaces(self, eni_ids: list[str]) -> None:
        for eni_id in eni_ids:
            self._ec2.enis.pop(eni_id, None)

    def template(self, spec: dict[str, Any]) -> tuple[str, str, int, dict[str, Any]] | None:
        """Id, name, version and data of the launch template that is meant, if there is such a one."""
        try:
            if spec.get("id"):
                found = self._ec2.get_launch_template(spec["id"])
            else:
                found = self._ec2.get_launch_template_by_name(spec.get("name"))
            version = found.get_version(spec.get("version") or "$Default")
        except (EC2ClientError, IndexError, ValueError):
            return None
        return found.id, found.name, version.number, version.data

    def has_template(self, template_id: str) -> bool:
        return template_id in self._ec2.launch_templates

    def has_profile(self, name: str) -> bool:
        return name in self._profiles

    def make_template(self, name: str, data: dict[str, Any], tags: dict[str, str]) -> str:
        made = self._ec2.create_launch_template(name, "", data, {"launch-template": tags})
        return str(made.id)

    def add_template_version(self, template_id: str, data: dict[str, Any]) -> None:
        template = self._ec2.get_launch_template(template_id)
        version = template.create_version(data, "")
        template.default_version_number = version.number

    def remove_template(self, template_id: str) -> None:
        if template_id in self._ec2.launch_templates:
            self._ec2.delete_launch_template(None, template_id)

    def make_scaling_group(
        self,
        name: str,
        policy: dict[str, Any],
        sizes: dict[str, int],
        subnets: list[str],
        tags: dict[str, str],
    ) -> Issue | None:
        """What keeps the group's instances from starting, if something does."""
        try:
            self._create_group(name, policy, sizes, subnets, tags)
        except StopIteration:  # moto's way of saying that a subnet has no free address
            return {"code": "InsufficientFreeAddresses", "message": "A subnet has no free addresses"}
        except ServiceException as error:
            return {"code": "AsgInstanceLaunchFailures", "message": str(error)}
        return None

    def _create_group(
        self,
        name: str,
        policy: dict[str, Any],
        sizes: dict[str, int],
        subnets: list[str],
        tags: dict[str, str],
    ) -> None:
        self._scaling.create_auto_scaling_group(
            name=name,
            availability_zones=[],
            desired_capacity=sizes["desiredSize"],
            max_size=sizes["maxSize"],
            min_size=sizes["minSize"],
            launch_config_name="",
            launch_template={},
            vpc_zone_identifier=",".join(subnets),
            default_cooldown=None,
            health_check_period=15,
            health_check_type="EC2",
            load_balancers=[],
            target_group_arns=[],
            placement_group=None,
            termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
            tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in tags.items()],
            capacity_rebalance=True,
            mixed_instances_policy=policy,
        )

    def make_profile(self, name: str, role_arn: str) -> None:
        """The profile through which nodes get their role: it keeps the role from being deleted."""
        role = find_role(role_arn)
        if role is not None:
            iam_backends[self.id][partition_of(self.region)].create_instance_profile(name, "/", [role.name])

    def remove_profile(self, name: str) -> None:
        self._profiles.pop(name, None)

    def resize(self, group_name: str, sizes: dict[str, int]) -> None:
        group = self._scaling.autoscaling_groups.get(group_name)
        if group is not None:
            group.min_size, group.max_size = sizes["minSize"], sizes["maxSize"]
            group.set_desired_capacity(sizes["desiredSize"])

    def desired_size(self, group_name: str) -> int | None:
        group = self._scaling.autoscaling_groups.get(group_name)
        return None if group is None else int(group.desired_capacity)

    def launch_failure(self, group_name: str) -> Issue | None:
        """What keeps the group from starting an instance at present."""
        group = self._scaling.autoscaling_groups.get(group_name)
        message = getattr(group, "launch_failure", None)
        if not message:
            return None
        return {"code": "AsgInstanceLaunchFailures", "message": message, "resourceIds": [group_name]}

    def instances_of(self, group_name: str) -> list[str]:
        group = self._scaling.autoscaling_groups.get(group_name)
        return [state.instance.id for state in group.instance_states] if group else []

    def machines_of(self, group_name: str) -> list[Machine]:
        group = self._scaling.autoscaling_groups.get(group_name)
        instances = [state.instance for state in group.instance_states] if group else []
        return [_machine(one) for one in instances if one.state == "running"]

    def replace_instances(self, group_name: str) -> None:
        group = self._scaling.autoscaling_groups.get(group_name)
        if group is not None:
            size = group.desired_capacity
            group.set_desired_capacity(0)
            group.set_desired_capacity(size)

    def remove_scaling_group(self, group_name: str) -> None:
        if group_name in self._scaling.autoscaling_groups:
            self._scaling.delete_auto_scaling_group(group_name)

    def ensure_log_group(self, name: str) -> None:
        logs = logs_backends[self.id][self.region]
        if name not in logs.groups:
            logs.create_log_group(name, {})
