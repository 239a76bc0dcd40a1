"""What readiness strip and timeline ask of outcomes: named in ``settings.PATIENT_FACTS``."""

from outcomes.queries.standing import events, gates

__all__ = ["events", "gates"]
