"""``statediagrams`` writes docs/states.md from the tables of transitions."""

from kitclinic import documents
from kitclinic.management.document_command import DocumentCommand


class Command(DocumentCommand):
    help = "Write docs/states.md; --check compares it."
    path = documents.STATES_DOCUMENT

    def text(self) -> str:
        return documents.state_diagrams()
