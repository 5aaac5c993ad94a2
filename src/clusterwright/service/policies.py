"""The IAM policies that a cloud account needs: published, extra, and the least for one cluster."""

from __future__ import annotations

from clusterwright.aws.iam.features import BY_NAME, FEATURES, extra
from clusterwright.aws.iam.lint import lint
from clusterwright.aws.iam.minimal import minimal
from clusterwright.aws.iam.policy import Policy, fitting
from clusterwright.aws.iam.published import NAMES, PURPOSES, all_published, published
from clusterwright.aws.iam.render import Format as Format
from clusterwright.aws.iam.render import render
from clusterwright.aws.iam.targets import Where
from clusterwright.aws.registry import driver_for
from clusterwright.blueprint.build import build
from clusterwright.engine.facts import for_blueprint
from clusterwright.errors import Conflict, Finding, Invalid, Missing
from clusterwright.service import documents
from clusterwright.service.clusters import ClusterChange
from clusterwright.service.core import Core
from clusterwright.service.views import FeatureView, FindingView, Listing, PolicyView
from clusterwright.service.world import World, survey

EXTRA_PURPOSE = "what goes beyond the four, by feature; without it these features are missing"
MINIMAL_PURPOSE = "the least that this cluster needs"


def find_all(format_: Format = Format.JSON) -> Listing[PolicyView]:
    """The four published policies, and the extra one."""
    shown = [view(policy, PURPOSES[policy.name], format_) for policy in all_published()]
    return Listing(items=(*shown, view(extra(), EXTRA_PURPOSE, format_)))


def get(name: str, format_: Format, features: tuple[str, ...] = ()) -> PolicyView:
    """One of them; `features` are those that the extra policy is wanted for."""
    if name == "extra":
        return view(extra_for(features), EXTRA_PURPOSE, format_)
    if name not in NAMES:
        known = ", ".join((*NAMES, "extra", "minimal"))
        raise Missing(f"There is no policy {name!r}.", remedy=f"Policies: {known}.")
    return view(published(name), PURPOSES[name], format_)


def extra_for(features: tuple[str, ...]) -> Policy:
    unknown = [name for name in features if name not in BY_NAME]
    if unknown:
        finding = Finding("feature", "is no feature", f"Features: {', '.join(BY_NAME)}.", value=unknown[0])
        raise Invalid((finding,), "The extra policy cannot be made.")
    return extra(tuple(BY_NAME[name] for name in features) or FEATURES)


def of_text(core: Core, text: str, format_: Format) -> Listing[PolicyView]:
    """The least that each cluster of a text needs, built as if the text were applied."""
    drafts = documents.read_text(core, text)
    world = survey(core, drafts)
    changes = [c for c in documents.prepare(core, world, drafts) if isinstance(c, ClusterChange)]
    if not changes:
        finding = Finding("", "holds no cluster", "Name a file with a document of the kind Cluster.")
        raise Invalid((finding,), "There is nothing to make a policy for.")
    return Listing(items=tuple(minimal_view(core, world, change, format_) for change in changes))


def minimal_view(core: Core, world: World, change: ClusterChange, format_: Format) -> PolicyView:
    row = change.row
    if row.facts is None:
        message = "The account cannot be asked for its zones, so what the cluster needs is not known."
        raise Conflict(message, remedy=f"`clusterwright account check {row.document.spec.cloud_account}`.")
    wanted = build(row.document, world.profiles, for_blueprint(row.uid, row.facts))
    actions = frozenset[str]().union(*(driver_for(type(resource)).actions for resource in wanted))
    where = Where(row.facts.partition, row.document.spec.region, row.facts.account, row.name)
    return view(minimal(actions, where), f"{MINIMAL_PURPOSE}: {row.name}", format_)


def view(policy: Policy, purpose: str, format_: Format) -> PolicyView:
    parts = fitting(policy)
    return PolicyView(
        name=policy.name,
        purpose=purpose,
        size=policy.size,
        documents=tuple(part.document() for part in parts),
        text=render(parts, format_),
        findings=tuple(map(FindingView.of, lint(policy))),
        features=tuple(
            FeatureView(name=f.name, purpose=f.purpose, without=f.without)
            for f in FEATURES
            if policy.name == "extra" and f.actions & policy.actions
        ),
    )
