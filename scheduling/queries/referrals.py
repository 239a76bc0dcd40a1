"""The referral inbox: who waits, how long, who is meant."""

from django.db.models import Q
from django.db.models.functions import Lower

from kitclinic.models import Site
from scheduling.models import Referral
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.referral_match import KnownReferral
from scheduling.rules.referrals import NewReferral

COMPARED = (
    "pk",
    "family_name",
    "given_name",
    "birth_date",
    "record_number",
    "received_on",
    "source",
    "state",
)


def referrals_like(*, site: Site, new: NewReferral) -> list[KnownReferral]:
    """Return the referrals of this site that may be of the same person."""
    alike = Q(family=new.family_name.strip().lower(), birth_date=new.birth_date)
    if new.birth_date is not None:
        alike |= Q(birth_date=new.birth_date)
    if number := tidy_record_number(new.record_number):
        alike |= Q(record_number=number)
    found = Referral.objects.filter(site=site).annotate(family=Lower("family_name")).filter(alike)
    return [KnownReferral(*row) for row in found.order_by("pk").values_list(*COMPARED)]
