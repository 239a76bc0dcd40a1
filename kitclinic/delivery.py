"""How messages leave. The default writes them to a file; a clinic configures its own."""

import logging

from django.conf import settings
from django.utils.module_loading import import_string

from kitclinic.models import OutboxMessage


def to_file(message: OutboxMessage) -> None:
    """Append the message to ``OUTBOX_FILE``, one line, in the order of delivery."""
    settings.OUTBOX_FILE.parent.mkdir(parents=True, exist_ok=True)
    with settings.OUTBOX_FILE.open("a", encoding="utf-8") as file:
        file.write(f"{message.key}\t{message.channel}\t{message.to}\t{message.text!r}\n")


def to_console(message: OutboxMessage) -> None:
    """Print the message to the worker's log."""
    logging.getLogger("kitclinic.outbox").info("%s by %s to %s", message.key, message.channel, message.to)


def deliver(message: OutboxMessage) -> None:
    """Hand one message to the configured way out; raises OSError when it did not leave."""
    import_string(settings.OUTBOX_DELIVERY)(message)
