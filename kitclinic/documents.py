"""Documents that are made from the code, and the check that they still agree with it."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from django.conf import settings

from kitclinic.register import REGISTER, Rule
from kitclinic.roles import ROLES, Permission, Role

FOUNDATION = (
    "foundation_rules",
    "chain",
    "looks",
    "people_rules",
    "history",
    "sign_in_rules",
    "retention",
    "patient_record",
    "place_rules",
    "site_rows",
    "web_rules",
)
APPS = ("scheduling", "infusions", "outcomes")
RULES_DOCUMENT = settings.BASE_DIR / "docs" / "clinic-rules.md"
STATES_DOCUMENT = settings.BASE_DIR / "docs" / "states.md"
ACCESS_DOCUMENT = settings.BASE_DIR / "docs" / "access.md"


def registered_rules() -> list[Rule]:
    """Every rule of the product, in the order of its id, after importing every rules file."""
    for name in FOUNDATION:
        import_module(f"kitclinic.{name}")
    for app in APPS:
        package = import_module(f"{app}.rules")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    return [
        REGISTER[key] for key in sorted(REGISTER) if REGISTER[key].module.split(".")[0] in {"kitclinic", *APPS}
    ]


NAMED = re.compile(r"\b([A-Z]+-\d+)\b|def test_([a-z]+_\d+)(?![a-z0-9])")


def named_in_tests(*, besides: Path | None = None) -> dict[str, list[Path]]:
    """By rule id, the test files in which a test's name or the text carries it. besides: a file left out."""
    found: dict[str, list[Path]] = {}
    for path in sorted((settings.BASE_DIR / "tests").rglob("test_*.py")):
        named = NAMED.findall(path.read_text(encoding="utf-8")) if path != besides else []
        for rule in {said or name.upper().replace("_", "-") for said, name in named}:
            found.setdefault(rule, []).append(path)
    return found


def clinic_rules() -> str:
    """The text of docs/clinic-rules.md."""
    named = named_in_tests()
    lines = [
        "# The clinic's rules",
        "",
        "Made from the code by `manage.py clinicrules`; do not edit. The id of a rule is the same in the code, in",
        "the tests, on the stored row and on the page.",
        "",
        "| rule | what it says | source | where | test |",
        "|---|---|---|---|---|",
    ]
    for rule in registered_rules():
        where = f"`{rule.module.replace('.', '/')}.py`"
        tests = ", ".join(f"`{path.relative_to(settings.BASE_DIR)}`" for path in named.get(rule.id, [])[:2])
        lines.append(f"| {rule.id} | {_cell(rule.sentence)} | {_cell(rule.source)} | {where} | {tests} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def who_may_what() -> str:
    """The text of docs/access.md: every permission, and the roles that have it."""
    roles = [Role(role) for role in ROLES]
    lines = [
        "# Who may see what",
        "",
        "Made from `kitclinic/roles.py` by `manage.py whomaywhat`; do not edit. What each address answers to each",
        "actor, by method, stands in `tests/access/matrix.toml`, and a test tries every line of it.",
        "",
        f"| may | {' | '.join(role.label for role in roles)} |",
        f"|---|{'---|' * len(roles)}",
    ]
    for permission in Permission:
        cells = ("yes" if permission in ROLES[role] else "" for role in roles)
        lines.append(f"| {permission.value} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *WITHOUT_A_ROLE]) + "\n"


WITHOUT_A_ROLE = (
    "- A superuser has no role and no clinic: every page of the staff answers 403.",
    "- A patient's link opens one blank form or one question about the way home on one device, nothing else.",
    "- What belongs to another clinic does not exist: 404.",
    "- A scheduler reads ready or not ready, never why: no scores, doses, weights, diagnoses or medication.",
    "- An analyst meets nobody by name: shared views without small groups, and de-identified exports.",
)


def state_diagrams() -> str:
    """The text of docs/states.md: one Mermaid diagram for each state machine."""
    lines = [
        "# States",
        "",
        "Made from the tables of transitions by `manage.py statediagrams`; do not edit.",
    ]
    for app in APPS:
        for machine, table in import_module(f"{app}.states").TRANSITIONS.items():
            first = next(iter(table))
            lines += ["", f"## {app}: {machine.__name__}", "", "```mermaid", "stateDiagram-v2"]
            lines += [f"    {state.value}: {state.label}" for state in table]
            lines.append(f"    [*] --> {first.value}")
            for state, followers in table.items():
                if not followers:
                    lines.append(f"    {state.value} --> [*]")
                lines += [f"    {state.value} --> {after.value}" for after in sorted(followers)]
            lines.append("```")
    return "\n".join(lines) + "\n"
