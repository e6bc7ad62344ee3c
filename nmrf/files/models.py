from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from nmrf.core.db import Base, Code, Key, Line, word
from nmrf.core.roles import Visibility


class StoredFile(Base):
    """A document whose bytes lie in the file store under their hash."""

    __tablename__ = "stored_file"

    id: Mapped[Key]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]  # bytes
    kind: Mapped[Code]  # docx, xlsx, pdf, png, jpeg, csv, txt, json
    name: Mapped[Line]
    visibility: Mapped[Visibility] = mapped_column(word(Visibility))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
