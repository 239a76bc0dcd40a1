"""What a new clinic has and lacks: each app says its own, in words and with the way to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from kitclinic.models import Site


@dataclass(frozen=True, slots=True)
class Need:
    """One thing. says: how it stands, or what lacks; url: where it is done; for_referral: before the first."""

    label: str
    done: bool
    says: str
    url: str
    for_referral: bool = False


def needs_of(site: Site, at: datetime) -> list[Need]:
    """Everything a clinic needs, in the order in which it is done."""
    found: list[Need] = []
    for path in settings.CLINIC_NEEDS:
        more: Iterable[Need] = import_string(path)(site, at)
        found += more
    return found


def is_ready(needs: Iterable[Need]) -> bool:
    """Whether the first referral can be taken in (ACC-38)."""
    return all(need.done for need in needs if need.for_referral)
