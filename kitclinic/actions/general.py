"""Themes, messages, long tasks, clinics and their staff."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.module_loading import import_string

from kitclinic import audit
from kitclinic.actions.staff_changes import note_change
from kitclinic.models import LongTask, OutboxMessage, Site, StaffChange, StaffUser
from kitclinic.site_rows import of_site

KEPT_FOR = timedelta(days=3)


def choose_theme(*, user: StaffUser, theme: str) -> None:
    """Keep the theme a person chose; anything unknown means "as the device"."""
    user.theme = theme if theme in StaffUser.Theme.values else StaffUser.Theme.SYSTEM
    user.save(update_fields=["theme"])


def queue_message(
    *,
    site: Site,
    key: str,
    channel: str,
    to: str,
    text: str,
    due_at: datetime,
    expires_at: datetime | None = None,
    subject: str = "",
    attachments: Sequence[dict[str, str]] = (),
) -> OutboxMessage | None:
    """Put a message in the outbox once; None when this key has been queued before.

    subject, attachments: of an e-mail; each attachment has "name", "type" (such as "text/calendar") and "text".
    It leaves after the caller's transaction has committed, by the worker, at or after ``due_at``.
    """
    message, created = OutboxMessage.objects.get_or_create(
        site=site,
        key=key,
        defaults={
            "channel": channel,
            "to": to,
            "text": text,
            "subject": subject,
            "attachments": list(attachments),
            "due_at": due_at,
            "expires_at": expires_at or due_at + KEPT_FOR,
        },
    )
    return message if created else None


@transaction.atomic
def begin_long_task(*, site: Site, key: str, title: str, total: int, at: datetime) -> LongTask:
    """Show a long piece of work on every page of its site until it is finished."""
    task, _ = LongTask.objects.update_or_create(
        site=site,
        key=key,
        defaults={
            "title": title,
            "total": total,
            "done": 0,
            "started_at": at,
            "finished_at": None,
            "problem": "",
        },
    )
    return task


def note_progress(*, task: LongTask, done: int) -> None:
    task.done = done
    task.save(update_fields=["done"])


def finish_long_task(*, task: LongTask, at: datetime, problem: str = "") -> None:
    task.finished_at, task.problem = at, problem
    task.save(update_fields=["finished_at", "problem"])


@transaction.atomic
def open_clinic(
    *,
    slug: str,
    name: str,
    time_zone: str,
    at: datetime,
    address: str = "",
    phone: str = "",
    by: StaffUser | None = None,
) -> Site:
    """Make a new clinic with all it begins with. Raises ValidationError for a time zone that does not exist.

    by: the administrator of another clinic who makes it, None on the command line. What somebody of a
    demonstration opens is a demonstration too.
    """
    shows = settings.DEMO and by is not None and by.site is not None and by.site.is_demo
    site = Site(slug=slug, name=name, time_zone=time_zone, address=address, phone=phone, is_demo=shows)
    site.full_clean()
    site.save()
    who = {"by": by, "actor": "" if by else "command line"}
    with of_site(site.pk):
        audit.record(event="clinic opened", at=at, site=site, subject=site, **who)  # type: ignore[arg-type]
        for path in settings.WHEN_CLINIC_OPENS:
            import_string(path)(site=site, at=at)
    return site


@transaction.atomic
def add_staff(
    *,
    site: Site,
    username: str,
    name: str,
    credentials: str,
    role: str,
    password: str,
    at: datetime,
    is_ketamine_trained: bool = False,
) -> StaffUser:
    """Add a member of staff. Raises ValidationError for an unknown role, a taken name or a weak password.

    is_ketamine_trained: a nurse counts on the floor only when trained.
    """
    user = StaffUser(
        username=username,
        name=name,
        credentials=credentials,
        role=role,
        site=site,
        is_ketamine_trained=is_ketamine_trained,
    )
    user.full_clean(exclude=["password"])
    validate_password(password, user)
    user.set_password(password)
    user.save()
    note_change(user, StaffChange.What.ADDED, by=None, at=at, was="")
    return user
