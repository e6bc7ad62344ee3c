"""Who is signed in, as Flask-Login wants to have it."""

from __future__ import annotations

from dataclasses import dataclass

from nmrf.core.roles import Actor


@dataclass(frozen=True)
class SignedIn:
    """The actor, and the key that the session cookie carries (`queries.session_key`)."""

    actor: Actor
    key: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.key
