"""A report that was submitted without its route of validation says why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("submitted_because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("report", "submitted_because")
