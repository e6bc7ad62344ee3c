"""Pages of accounts: sign-in, one's own account, people, institutions."""

from nmrf.accounts.views import institutions, me, people, person, sign_in
from nmrf.accounts.views.base import bp

__all__ = ["bp", "institutions", "me", "people", "person", "sign_in"]
