"""What a cloud account allows, and what is missing."""

from __future__ import annotations

from clusterwright.aws.iam.targets import Where
from clusterwright.aws.preflight.needs import SAMPLE, needs
from clusterwright.aws.preflight.permissions import checks, patch
from clusterwright.aws.registry import DRIVERS
from clusterwright.engine.clearance import role_of
from clusterwright.service.core import Core
from clusterwright.service.onboarding import HOMES
from clusterwright.service.views import CheckView, PermissionsView
from clusterwright.store import accounts


def of_account(core: Core, name: str, asked_in: str | None) -> PermissionsView:
    """All that any cluster could need, asked in one region, the partition's first one by default."""
    with core.look() as connection:
        row = accounts.get(connection, name, core.tools.box)
    region = asked_in or HOMES[row.document.spec.partition]
    calls = core.tools.accounts.calls(row, region)
    where = Where(calls.partition, region, calls.account, SAMPLE)
    wanted = needs({driver.kind.KIND: driver.actions for driver in DRIVERS}, where)
    report = core.tools.examine(calls, role_of(row.document), wanted, core.tools.pool)
    denied = [answer.need for answer in report.answers if answer.allowed is False]
    return PermissionsView(
        account=name,
        region=region,
        principal=report.principal,
        method=report.method,
        sufficient=not report.missing(),
        checks=tuple(map(CheckView.of, checks(report))),
        patch=patch(denied).document() if denied else None,
    )
