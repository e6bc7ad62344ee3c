"""Decisions say which part of the text they are on, and which approval they keep up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("part", _JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("stands_from_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_decision_stands_from_id"), "decision", ["stands_from_id"], ["id"]
        )
    with op.batch_alter_table("decision") as table:
        table.alter_column("part", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("decision") as table:
        table.drop_constraint(op.f("fk_decision_stands_from_id"), type_="foreignkey")
        table.drop_column("stands_from_id")
        table.drop_column("part")
