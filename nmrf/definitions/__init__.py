"""Loads and checks the data in `workflows/`: routes, calendars, practices, vocabularies.

Pure: it reads files when it is asked to, and knows neither database nor clock.
"""

from nmrf.definitions.calendars import Calendar, Milestone
from nmrf.definitions.loading import DefinitionError, Definitions, Finding, check, load
from nmrf.definitions.practices import Practice, RoundWindow
from nmrf.definitions.quorum import Quorum
from nmrf.definitions.routes import Decider, Route, Step
from nmrf.definitions.schemas import schemas, write_schemas
from nmrf.definitions.sessions import FACTS, KnownDate, SessionFacts, Sessions
from nmrf.definitions.suggestions import Suggestion, suggest_milestones
from nmrf.definitions.vocabularies import Term, Vocabulary
from nmrf.definitions.when import Span, When, YearDay

__all__ = [
    "FACTS",
    "Calendar",
    "Decider",
    "DefinitionError",
    "Definitions",
    "Finding",
    "KnownDate",
    "Milestone",
    "Practice",
    "Quorum",
    "RoundWindow",
    "Route",
    "SessionFacts",
    "Sessions",
    "Span",
    "Step",
    "Suggestion",
    "Term",
    "Vocabulary",
    "When",
    "YearDay",
    "check",
    "load",
    "schemas",
    "suggest_milestones",
    "write_schemas",
]
