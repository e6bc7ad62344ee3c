"""Redactions and second looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("redacted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_redaction_comment_id")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_redaction")),
    )
    op.create_table(
        "second_look",
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_second_look_comment_id")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_second_look")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_text",
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proposed_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["redaction.comment_id"], name=op.f("fk_sealed_text_comment_id")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_sealed_text")),
    )


def downgrade() -> None:
    op.drop_table("sealed_text")
    op.drop_table("second_look")
    op.drop_table("redaction")
