"""``whomaywhat`` writes docs/access.md from the roles."""

from kitclinic import documents
from kitclinic.management.document_command import DocumentCommand


class Command(DocumentCommand):
    help = "Write docs/access.md; --check compares it."
    path = documents.ACCESS_DOCUMENT

    def text(self) -> str:
        return documents.who_may_what()
