"""Delivering the outbox: each waiting message once, by however many workers there are."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from kitclinic.delivery import deliver
from kitclinic.models import OutboxMessage

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)  # between attempts, doubling
logger = logging.getLogger("kitclinic.outbox")
SECRET = re.compile(r"(/(?:[dq]|welcome)/#)\S+")  # a link is a key: it is not kept once it has left


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a message may leave now. withdrawn: why it never will; wait_until: when it may."""

    withdrawn: str = ""
    wait_until: datetime | None = None


def deliver_due(*, at: datetime, most: int = 200) -> int:
    """Deliver up to ``most`` due messages and return how many left.

    Each is locked while it is handed over, and skipped by other workers meanwhile. One that did not
    leave is tried again, at growing intervals, until its time has passed; then it is marked.
    """
    sent = 0
    for _ in range(most):
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(sent_at__isnull=True, problem="", due_at__lte=at)
                .order_by("due_at")
                .first()
            )
            if message is None:
                break
            sent += _hand_over(message, at)
    return sent


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: 30 s, doubling, at most half an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 10))


def standing_of(message: OutboxMessage, at: datetime) -> Standing:
    """Ask the apps whose facts a message states, whether they still hold (``OUTBOX_CHECKS``)."""
    for path in settings.OUTBOX_CHECKS:
        found: Standing = import_string(path)(message, at)
        if found != Standing():
            return found
    return Standing()


def _hand_over(message: OutboxMessage, at: datetime) -> int:
    standing = standing_of(message, at)
    if message.expires_at < at:
        message.problem = f"Not sent in its time; attempts: {message.attempts}."
    elif standing.withdrawn:
        message.problem = standing.withdrawn
    elif standing.wait_until:
        message.due_at = standing.wait_until
    else:
        message.attempts += 1
        try:
            deliver(message)
            message.sent_at = at
        except OSError as error:
            message.due_at = at + wait_after(message.attempts)
            logger.warning("%s did not leave, attempt %s: %s", message.key, message.attempts, error)
    if message.sent_at or message.problem:
        message.text = SECRET.sub(r"\1…", message.text)
    message.save(update_fields=["attempts", "due_at", "problem", "sent_at", "text"])
    return int(message.sent_at is not None)
