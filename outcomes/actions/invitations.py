"""Messages that lead to a questionnaire: neutral words, no name, no clinic, nothing about health."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage
from outcomes.models import Assessment
from outcomes.queries import questionnaires as queries
from outcomes.rules import links
from outcomes.rules.timing import in_words


@transaction.atomic
def remind_of_questionnaires(*, at: datetime) -> int:
    """Queue the one reminder of each questionnaire that is not finished in time; return how many (PRO-15)."""
    due = (
        Assessment.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("site", "patient")
        .filter(state__in=queries.LIVE, remind_at__lte=at, expires_at__gt=at)
        .order_by("remind_at", "pk")
    )
    reminded = 0
    for assessment in due:
        if queries.standing_problems(assessment, at=at):
            continue  # an infusion today: tomorrow's run reminds
        assessment.remind_at = None
        assessment.save(update_fields=["remind_at"])
        reminded += _send_reminder(assessment, at=at)
    return reminded


def address_of(assessment: Assessment) -> tuple[str, str] | None:
    """Return how the patient may be reached, text message first; None when only by hand (ENR-48)."""
    patient = assessment.patient
    if patient.may_text:
        return OutboxMessage.Channel.SMS, patient.phone
    return (OutboxMessage.Channel.EMAIL, patient.email) if patient.may_email else None


def link_of(token: str) -> str:
    """Return the address behind a token. The token stands in the fragment, which no server ever logs."""
    return f"{settings.BASE_URL}{reverse('outcomes:link')}#{token}"


def send_link(assessment: Assessment, token: str, *, at: datetime, again: int = 0) -> None:
    """Queue the neutral message: no name, no clinic, nothing about health.

    again: number of a later message about the same questionnaire, 0 for the first.
    """
    address = address_of(assessment)
    if address is None:
        return
    last = in_words(assessment.site.today(assessment.expires_at))
    queue_message(
        site=assessment.site,
        key=f"questionnaire-{assessment.pk}" + (f"-{again}" if again else ""),
        channel=address[0],
        to=address[1],
        text=f"A short form is ready for you: {link_of(token)} It works until {last}.",
        due_at=at,
        expires_at=assessment.expires_at,
    )


def _send_reminder(assessment: Assessment, *, at: datetime) -> int:
    """Queue the reminder for now, or for the end of the quiet hours; 0 when it would come too late."""
    site, address = assessment.site, address_of(assessment)
    quiet = links.quiet_until(site.minute(at))
    when = site.instant(site.today(at), quiet) if quiet else at
    if address is None or when >= assessment.expires_at:
        return 0
    last = in_words(site.today(assessment.expires_at))
    message = queue_message(
        site=site,
        key=f"questionnaire-{assessment.pk}-reminder",
        channel=address[0],
        to=address[1],
        text=(
            f"A short form still waits for you. Please use the link in our earlier message. It works until {last}."
        ),
        due_at=when,
        expires_at=assessment.expires_at,
    )
    return int(message is not None)
