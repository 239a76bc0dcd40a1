"""Views of outcomes that are kept under a name: what is kept, and which may be shared."""

from collections.abc import Mapping
from dataclasses import dataclass

from kitclinic.problems import Blocker
from kitclinic.register import Rule

LONGEST_NAME = 80  # letters
AS_OF_KEYS = frozenset({"as_of", "a.as_of", "b.as_of"})

SAVED = Rule(
    "OUT-74",
    "A saved view keeps source, protocol, definitions, filters and the choices of its page, and either its as-of "
    "date or always today; it is one's own until it is shared with the clinic, and stays on record.",
    source="clinic default",
)
SHARED = Rule(
    "OUT-75",
    "A shared view opens no patients and hides small cells; only the pages of improvement and of completion can "
    "be shared, since from a comparison of groups small cells could be worked out.",
    source="CMS cell size suppression policy; clinic default",
)


@dataclass(frozen=True, slots=True)
class SavablePage:
    """A page whose view can be kept. extras: keys of its address besides those of every page."""

    label: str
    extras: tuple[str, ...] = ()
    may_be_shared: bool = False


PAGES: Mapping[str, SavablePage] = {
    "dashboard": SavablePage("Improvement", ("measure",), may_be_shared=True),
    "completion": SavablePage("Completion", may_be_shared=True),
    "table_1": SavablePage("Table 1"),
    "safety_figures": SavablePage("Safety"),
    "open_questions": SavablePage("Open questions", ("question", "window", "measure")),
    "compare": SavablePage("Two cohorts compared"),
}  # by the name of the address


def view_problems(name: str, page: str, *, shared: bool) -> list[Blocker]:
    """Return why a view cannot be kept like this (OUT-74, OUT-75)."""
    found = []
    if not name.strip():
        found.append(Blocker(SAVED.id, "Give the view a name.", field="name"))
    if len(name.strip()) > LONGEST_NAME:
        found.append(Blocker(SAVED.id, f"A name has at most {LONGEST_NAME} letters.", field="name"))
    if page not in PAGES:
        found.append(Blocker(SAVED.id, "Views of this page cannot be saved."))
    elif shared and not PAGES[page].may_be_shared:
        sentence = "This page cannot be shared: from its groups small numbers of patients could be worked out."
        found.append(Blocker(SHARED.id, sentence, field="shared"))
    return found
