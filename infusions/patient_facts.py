"""What readiness strip and timeline ask of ordering and charting: named in ``settings.PATIENT_FACTS``."""

from infusions.queries.standing import events, gates

__all__ = ["events", "gates"]
