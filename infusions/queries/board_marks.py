"""What apps to the right want said at a chair: named in ``settings.CHAIR_MARKS``."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from kitclinic.models import Site


def chair_marks(site: Site, at: datetime) -> dict[int, str]:
    """Return a few words by chair, for its tile on the board."""
    marks: dict[int, str] = {}
    for path in settings.CHAIR_MARKS:
        marks |= import_string(path)(site, at)
    return marks
