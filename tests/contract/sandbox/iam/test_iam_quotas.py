"""Sizes and numbers that IAM keeps to, and lists in pages."""

from typing import Any

import pytest

from ..tenant import refused
from .people import Account, allow, policy

QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
BIG = policy(*(allow("ec2:DescribeVpcs", f"arn:aws:ec2:*:*:vpc/vpc-{number:08}") for number in range(200)))


def _trusting(account: Account, services: int = 0) -> str:
    names = [f"service-{number:03}.amazonaws.com" for number in range(services)]
    principal: dict[str, Any] = {"Service": names} if names else {"AWS": account.id}
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def _make(account: Account, kind: str, name: str = "big") -> dict[str, str]:
    given = {"AssumeRolePolicyDocument": _trusting(account)} if kind == "role" else {}
    getattr(account.iam, f"create_{kind}")(**{f"{kind.title()}Name": name}, **given)
    return {f"{kind.title()}Name": name}


@pytest.mark.documented(QUOTAS)
@pytest.mark.parametrize(("kind", "limit"), [("user", 2048), ("role", 10240), ("group", 5120)])
def test_inline_policies_have_a_size_in_all(account: Account, kind: str, limit: int) -> None:
    name = _make(account, kind)
    put = getattr(account.iam, f"put_{kind}_policy")
    half = policy(allow("a:" + "b" * (limit // 2 - 95)))
    for inline in ("one", "one", "two"):
        put(**name, PolicyName=inline, PolicyDocument=half)
    with refused("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} big"):
        put(**name, PolicyName="three", PolicyDocument=half)


@pytest.mark.documented(QUOTAS)
def test_managed_policies_have_a_size(account: Account) -> None:
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        account.managed(BIG)


@pytest.mark.documented(QUOTAS)
def test_new_versions_have_the_same_size(account: Account) -> None:
    arn = account.managed(policy(allow("ec2:*")))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=BIG)


@pytest.mark.documented(QUOTAS)
def test_white_space_is_not_counted(account: Account) -> None:
    assert account.managed(policy(allow("ec2:*")) + " " * 9000)


@pytest.mark.documented(QUOTAS)
def test_trust_policies_have_a_size(account: Account) -> None:
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"):
        account.iam.create_role(RoleName="big", AssumeRolePolicyDocument=_trusting(account, 100))
    name = _make(account, "role", "small")
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"):
        account.iam.update_assume_role_policy(**name, PolicyDocument=_trusting(account, 100))


@pytest.mark.documented(QUOTAS)
@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_ten_managed_policies_are_attached_at_most(account: Account, kind: str) -> None:
    name = _make(account, kind)
    attach = getattr(account.iam, f"attach_{kind}_policy")
    arns = [account.managed(policy(allow("ec2:*"))) for _ in range(11)]
    for arn in (*arns[:10], arns[0]):
        attach(**name, PolicyArn=arn)
    with refused("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind.title()}: 10"):
        attach(**name, PolicyArn=arns[10])


@pytest.mark.documented(QUOTAS)
def test_a_policy_has_five_versions_at_most(account: Account) -> None:
    arn = account.managed(policy(allow("ec2:*")))
    for _ in range(4):
        account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("ec2:*")))
    with refused("LimitExceeded"):
        account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("ec2:*")))


@pytest.mark.documented(QUOTAS)
def test_a_user_has_two_keys_at_most(account: Account) -> None:
    _make(account, "user", "ann")
    for _ in range(2):
        account.key("ann")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"):
        account.key("ann")


@pytest.mark.documented(QUOTAS)
def test_a_user_is_in_ten_groups_at_most(account: Account) -> None:
    _make(account, "user", "ann")
    for number in range(11):
        _make(account, "group", f"g{number}")
    for number in range(10):
        account.iam.add_user_to_group(GroupName=f"g{number}", UserName="ann")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10"):
        account.iam.add_user_to_group(GroupName="g10", UserName="ann")


@pytest.mark.documented(QUOTAS)
def test_an_instance_profile_has_one_role(account: Account) -> None:
    account.iam.create_instance_profile(InstanceProfileName="p")
    for name in ("one", "two"):
        _make(account, "role", name)
    account.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="one")
    with refused("LimitExceeded"):
        account.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="two")


@pytest.mark.documented(QUOTAS)
@pytest.mark.parametrize(
    ("code", "name"), [("L-FE177D64", "RolesPerAccount"), ("L-858F3967", "OpenIdConnectProvidersPerAccount")]
)
def test_an_account_has_so_many(account: Account, code: str, name: str) -> None:
    account.tenant.post("quotas", {"account": account.id, "code": code, "value": 1})
    _count(account, name, "one")
    with refused("LimitExceeded", f"Cannot exceed quota for {name}: 1"):
        _count(account, name, "two")


def _count(account: Account, name: str, one: str) -> None:
    if name == "RolesPerAccount":
        _make(account, "role", one)
    else:
        account.iam.create_open_id_connect_provider(Url=f"https://id.example.com/{one}")


LISTS = [
    ("ListUsers", "Users", "UserName", "user"),
    ("ListRoles", "Roles", "RoleName", "role"),
    ("ListGroups", "Groups", "GroupName", "group"),
]


@pytest.mark.parametrize(
    ("operation", "listed", "member", "kind"),
    [pytest.param(*one, id=one[0], marks=pytest.mark.documented(f"{API}API_{one[0]}.html")) for one in LISTS],
)
def test_a_list_comes_in_pages(account: Account, operation: str, listed: str, member: str, kind: str) -> None:
    for number in range(5):
        _make(account, kind, f"n{number}")
    ask = getattr(account.iam, f"list_{kind}s")
    first = ask(MaxItems=2)
    assert first["IsTruncated"] is True
    assert len(first[listed]) == 2
    pages = account.iam.get_paginator(f"list_{kind}s").paginate(PaginationConfig={"PageSize": 2})
    names = [one[member] for page in pages for one in page[listed]]
    assert {f"n{number}" for number in range(5)} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.documented(f"{API}API_ListRolePolicies.html")
def test_the_last_page_has_no_marker(account: Account) -> None:
    role = _make(account, "role")
    for name in ("a", "b", "c"):
        account.iam.put_role_policy(**role, PolicyName=name, PolicyDocument=policy(allow("ec2:*")))
    first = account.iam.list_role_policies(**role, MaxItems=2)
    last = account.iam.list_role_policies(**role, MaxItems=2, Marker=first["Marker"])
    assert first["PolicyNames"] + last["PolicyNames"] == ["a", "b", "c"]
    assert last["IsTruncated"] is False
    assert "Marker" not in last


@pytest.mark.documented(f"{API}API_ListAttachedRolePolicies.html")
def test_attached_policies_come_in_pages(account: Account) -> None:
    role = _make(account, "role")
    arns = {account.managed(policy(allow("ec2:*"))) for _ in range(3)}
    for arn in arns:
        account.iam.attach_role_policy(**role, PolicyArn=arn)
    assert account.iam.list_attached_role_policies(**role, MaxItems=2)["IsTruncated"] is True
    pages = account.iam.get_paginator("list_attached_role_policies").paginate(
        **role, PaginationConfig={"PageSize": 2}
    )
    assert {one["PolicyArn"] for page in pages for one in page["AttachedPolicies"]} == arns


@pytest.mark.documented(f"{API}API_ListInstanceProfiles.html")
def test_profiles_come_in_pages_with_their_roles(account: Account) -> None:
    _make(account, "role", "r")
    for name in ("a", "b", "c"):
        account.iam.create_instance_profile(InstanceProfileName=name)
        account.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="r")
    first = account.iam.list_instance_profiles(MaxItems=2)
    assert [len(one["Roles"]) for one in first["InstanceProfiles"]] == [1, 1]
    last = account.iam.list_instance_profiles(Marker=first["Marker"])
    assert [one["InstanceProfileName"] for one in last["InstanceProfiles"]] == ["c"]


@pytest.mark.documented(f"{API}API_ListUsers.html")
def test_a_marker_that_was_never_given_is_refused(account: Account) -> None:
    with refused("ValidationError"):
        account.iam.list_users(Marker="nonsense")
