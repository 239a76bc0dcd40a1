"""Reads that belong to no app."""

from django.db.models import QuerySet

from kitclinic.demo_accounts import ACCOUNTS
from kitclinic.models import StaffUser


def demo_accounts() -> QuerySet[StaffUser]:
    """The demonstration's accounts that exist, in the order they are listed."""
    names = [username for username, *_ in ACCOUNTS]
    return StaffUser.objects.filter(username__in=names, site__is_demo=True).order_by("pk")
