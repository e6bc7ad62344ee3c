"""All tables in one place, for migrations and for tests."""

from nmrf.accounts import models as accounts
from nmrf.consultations import models as consultations
from nmrf.core import events
from nmrf.core.db import Base
from nmrf.cycles import models as cycles
from nmrf.feedback import models as feedback
from nmrf.files import models as files
from nmrf.jobs import models as jobs
from nmrf.outbox import models as outbox
from nmrf.recommendations import models as recommendations
from nmrf.recommendations import models_plan as plan
from nmrf.reports import models as reports
from nmrf.updates import models as updates
from nmrf.validation import models as validation

metadata = Base.metadata

__all__ = [
    "accounts",
    "consultations",
    "cycles",
    "events",
    "feedback",
    "files",
    "jobs",
    "metadata",
    "outbox",
    "plan",
    "recommendations",
    "reports",
    "updates",
    "validation",
]
