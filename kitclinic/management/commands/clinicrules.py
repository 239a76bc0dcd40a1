"""``clinicrules`` writes docs/clinic-rules.md from the rule register."""

from kitclinic import documents
from kitclinic.management.document_command import DocumentCommand


class Command(DocumentCommand):
    help = "Write docs/clinic-rules.md; --check compares it."
    path = documents.RULES_DOCUMENT

    def text(self) -> str:
        return documents.clinic_rules()
