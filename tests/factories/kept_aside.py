"""An entry that was typed at a chart and is not stored."""

from uuid import uuid4

from infusions.actions.aside import keep_aside
from infusions.models import KeptAside
from tests.factories.infusions import Chair

TYPED = {"sbp": ["188"], "dbp": ["78"], "hr": ["70"], "spo2": ["98"], "rhythm": ["sinus"], "symptoms": ["none"]}


def entry(chair: Chair) -> KeptAside:
    """A set of this chart's nurse, left on a tablet."""
    return keep_aside(
        site=chair.visit.site,
        key=uuid4(),
        act="infusions:chart_vitals",
        infusion=chair.infusion,
        content=TYPED,
        because="Typed on Chairside 1 and not saved when Theo Brandt unlocked it.",
        by=chair.nurse,
        at=chair.at,
    )
