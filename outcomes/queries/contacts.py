"""The last day on which a patient answered: named in ``settings.LAST_CONTACTS``."""

from datetime import date

from django.db.models import Max

from kitclinic.models import Site
from outcomes.models import Score, Sitting


def last_contacts(site: Site) -> dict[int, date]:
    """By key of the patient, the day of the newest sitting or score."""
    sat = Sitting.objects.filter(site=site).values_list("assessment__patient", Max("started_at"))
    found = {key: site.today(at) for key, at in sat}
    for key, day in Score.objects.filter(site=site).values_list("patient", Max("date")):
        found[key] = max(found.get(key, day), day)
    return found
