"""IAM OpenID Connect provider: lets service accounts of the cluster assume roles (IRSA).

docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.aws.tagging import CLUSTER_ID, as_tags, mapping, pairs
from clusterwright.errors import Denied, NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Resource


@dataclass(frozen=True, kw_only=True)
class OidcProvider(Resource):
    KIND: ClassVar[str] = "oidc_provider"
    FIXED: ClassVar[frozenset[str]] = frozenset({"issuer"})

    issuer: Output
    """`Output(<the cluster>, "issuer")`: the URL. The cluster itself is no field: its role may need this."""


AUDIENCE = "sts.amazonaws.com"


class OidcProviderDriver:
    """Works with the seed's policies too, which allow neither reading nor tagging a provider.

    Then its name decides: it holds the issuer, which is one cluster's alone.
    """

    kind = OidcProvider
    makes = INSTANT
    unmakes = INSTANT
    actions = frozenset(
        {
            "iam:CreateOpenIDConnectProvider",
            "iam:GetOpenIDConnectProvider",
            "iam:ListOpenIDConnectProviders",
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
            "iam:DeleteOpenIDConnectProvider",
        }
    )

    def find(self, aws: Scope, want: OidcProvider, known: Known) -> Found | None:
        """The recorded one first: its issuer may be that of a cluster that is no more."""
        recorded, expected = known.ids.get(want.ref), expected_arn(aws, want, known)
        for arn in dict.fromkeys(arn for arn in (recorded, expected) if arn):
            row = self.described(aws, want, arn)
            if row is not None:
                self.claim(aws, want, row, arn == recorded)
                return self.read(want, arn, row, expected)
        return None

    def described(self, aws: Scope, want: OidcProvider, arn: str) -> Row | None:
        try:
            return aws.read("iam:GetOpenIDConnectProvider", max_age=HOUR, OpenIDConnectProviderArn=arn)
        except NotFound:
            return None
        except Denied:
            listed = aws.read("iam:ListOpenIDConnectProviders", max_age=HOUR)["OpenIDConnectProviderList"]
            present = any(row["Arn"] == arn for row in listed)
            return {"Tags": pairs(aws.stamp(want))} if present else None

    def claim(self, aws: Scope, want: OidcProvider, row: Row, recorded: bool) -> None:
        """One that we had to make without tags is ours because we recorded it."""
        tags = mapping(row.get("Tags"))
        if CLUSTER_ID in tags or not recorded:
            aws.claim(tags, want, f"OIDC provider for {want.issuer}")

    def read(self, want: OidcProvider, arn: str, row: Row, expected: str | None) -> Found:
        url = arn.partition("oidc-provider/")[2]
        current = expected is None or arn == expected
        actual = OidcProvider(
            name=want.name,
            issuer=want.issuer if current else Output(want.issuer.of, f"former issuer {url}"),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        return Found(id=arn, actual=actual)

    def create(self, aws: Scope, want: OidcProvider, known: Known) -> Found:
        wanted: Row = {"Url": known.value(want.issuer), "ClientIDList": [AUDIENCE]}
        try:
            answer = aws.call("iam:CreateOpenIDConnectProvider", **wanted, Tags=pairs(aws.stamp(want)))
        except Denied:
            answer = aws.call("iam:CreateOpenIDConnectProvider", **wanted)
        return Found(id=answer["OpenIDConnectProviderArn"], actual=want)

    def update(self, aws: Scope, change: Change[OidcProvider], known: Known) -> None:
        arn = change.have.id
        if "tags" in change.fields:
            tags = pairs(aws.stamp(change.want))
            aws.call("iam:TagOpenIDConnectProvider", OpenIDConnectProviderArn=arn, Tags=tags)
        if change.stale_tags:
            keys = list(change.stale_tags)
            aws.call("iam:UntagOpenIDConnectProvider", OpenIDConnectProviderArn=arn, TagKeys=keys)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("iam:DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=have.id)


def expected_arn(aws: Scope, want: OidcProvider, known: Known) -> str | None:
    """IAM names a provider by its URL."""
    if not known.knows(want.issuer):
        return None
    url = known.value(want.issuer).removeprefix("https://")
    return f"arn:{aws.calls.partition}:iam::{aws.calls.account}:oidc-provider/{url}"
