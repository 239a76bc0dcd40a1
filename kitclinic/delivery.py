"""How messages leave. The default writes them to a file; a clinic configures its own."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from kitclinic.models import OutboxMessage


def to_file(message: OutboxMessage) -> None:
    """Append the message to ``OUTBOX_FILE``, one line, in the order of delivery.

    An e-mail's line goes on with its subject and the names of what is attached.
    """
    settings.OUTBOX_FILE.parent.mkdir(parents=True, exist_ok=True)
    columns = [message.key, message.channel, message.to, repr(message.text)]
    if message.subject:
        columns += [message.subject, *(one["name"] for one in message.attachments)]
    with settings.OUTBOX_FILE.open("a", encoding="utf-8") as file:
        file.write("\t".join(columns) + "\n")


def to_console(message: OutboxMessage) -> None:
    """Note in the worker's log that the message would leave; to whom and with what is not for a log."""
    logging.getLogger("kitclinic.outbox").info("%s by %s", message.key, message.channel)


def to_email(message: OutboxMessage) -> None:
    """Send an e-mail through the clinic's mail server; every other channel goes to the file."""
    if message.channel != OutboxMessage.Channel.EMAIL:
        to_file(message)
        return
    mail = EmailMessage(
        message.subject or "Your appointment",
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.to],
        connection=get_connection(fail_silently=False),
    )
    for one in message.attachments:
        mail.attach(one["name"], one["text"], one["type"])
    mail.send()


def deliver(message: OutboxMessage) -> None:
    """Hand one message to the configured way out; raises OSError when it did not leave."""
    import_string(settings.OUTBOX_DELIVERY)(message)
