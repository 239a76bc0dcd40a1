"""Delivering the outbox: each waiting message once, by however many workers there are."""

import re
from datetime import datetime

from django.db import transaction

from kitclinic.delivery import deliver
from kitclinic.models import OutboxMessage

MOST_ATTEMPTS = 10
SECRET = re.compile(r"(/q/#)\S+")  # a patient's link is a key: it is not kept once it has left


def deliver_due(*, at: datetime, most: int = 200) -> int:
    """Deliver up to ``most`` due messages and return how many left.

    Each is locked while it is handed over, and skipped by other workers meanwhile. A message
    past its time is marked instead of sent; one that did not leave waits for the next call.
    """
    sent = 0
    tried: list[int] = []
    for _ in range(most):
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(sent_at__isnull=True, problem="", due_at__lte=at, attempts__lt=MOST_ATTEMPTS)
                .exclude(pk__in=tried)
                .order_by("due_at")
                .first()
            )
            if message is None:
                break
            tried.append(message.pk)
            sent += _hand_over(message, at)
    return sent


def _hand_over(message: OutboxMessage, at: datetime) -> int:
    message.attempts += 1
    if message.expires_at < at:
        message.problem = "Not sent: its time had passed."
    else:
        try:
            deliver(message)
            message.sent_at, message.text = at, SECRET.sub(r"\1…", message.text)
        except OSError as error:
            if message.attempts >= MOST_ATTEMPTS:
                message.problem = f"Not sent after {MOST_ATTEMPTS} attempts: {error}"[:300]
    message.save(update_fields=["attempts", "problem", "sent_at", "text"])
    return int(message.sent_at is not None)
