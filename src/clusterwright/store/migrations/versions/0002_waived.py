"""What a cluster does without, on the record of each resource."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("resources", sa.Column("waived", sa.Text(), nullable=False, server_default=""))
