"""What was said when an update was sent back, and when it was sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "update_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["update_id"], ["update.id"], name=op.f("fk_update_remark_update_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_update_remark_written_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_remark")),
    )
    op.create_index(op.f("ix_update_remark_update_id"), "update_remark", ["update_id"])


def downgrade() -> None:
    op.drop_table("update_remark")
