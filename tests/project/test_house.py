"""The house's own rules: who may write, how long a thing may be, what must be declared."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

from kitclinic import documents
from kitclinic.append_only import AppendOnly
from kitclinic.history import is_history

ROOT = Path(settings.BASE_DIR)
APPS = ("kitclinic", "scheduling", "infusions", "outcomes")
WRITES = {"save", "create", "update", "delete", "get_or_create", "update_or_create"} | {
    "bulk_create",
    "bulk_update",
}
# Where rows may be written: actions, the base's own machinery, migrations, and the simulated clinic's set-up.
DOORS = ("actions", "migrations", "simulation")
MACHINERY = {
    "kitclinic/audit.py",
    "kitclinic/states.py",
    "kitclinic/signing.py",
    "kitclinic/outbox.py",
    "kitclinic/append_only.py",
    "kitclinic/models/staff.py",
}
DECLARES = re.compile(r"""(?<!`)\bRule\(\s*"[A-Z]{3,4}-\d""")
CLOCKLESS = {"actions", "queries", "rules", "models", "forms"}  # the clock is an argument there


def _sources(*, tests: bool = False) -> Iterator[Path]:
    for app in (*APPS, *(("tests",) if tests else ())):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _views() -> Iterator[tuple[str, object]]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, object]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, f"{prefix}{pattern.namespace or ''}:")
            else:
                yield f"{prefix}{pattern.name}", pattern.callback

    yield from walk(get_resolver().url_patterns, "")


def test_every_view_names_its_permission_or_why_it_needs_none() -> None:
    undeclared = [
        name
        for name, view in _views()
        if not hasattr(view, "required_permission") and not hasattr(view, "public_because")
    ]
    assert undeclared == []


def test_rows_are_written_only_behind_the_one_door() -> None:
    found = []
    for path in _sources():
        inside = path.relative_to(ROOT).parts
        if _name(path) in MACHINERY or any(part.removesuffix(".py") in DOORS for part in inside[1:]):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                owner = ast.unparse(node.func.value)
                if "objects" in owner or node.func.attr.startswith("bulk") or node.func.attr == "save":
                    found.append(f"{_name(path)}:{node.lineno} {owner}.{node.func.attr}")
    assert [line for line in found if "super()" not in line] == []


@pytest.mark.parametrize(("tests", "most"), [(False, 400), (True, 500)])
def test_no_file_is_too_long_to_read(tests: bool, most: int) -> None:
    paths = [path for path in _sources(tests=tests) if ("tests" in path.parts) == tests]
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {name: lines for name, lines in lengths.items() if lines > most} == {}


def test_no_view_is_longer_than_forty_lines() -> None:
    long = []
    for path in _sources():
        if "views" not in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40:
                long.append(f"{_name(path)}:{node.name}")
    assert long == []


def test_nothing_asks_for_the_time_behind_the_views() -> None:
    found = []
    for path in _sources():
        if not {"actions", "queries", "rules", "models", "forms"} & {
            part.removesuffix(".py") for part in path.parts
        }:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "timezone.now",
                "datetime.now",
                "date.today",
                "time.time",
                "datetime.utcnow",
            }:
                found.append(f"{_name(path)}:{node.lineno}")
    assert found == []


def test_every_rule_of_the_register_is_named_by_a_test() -> None:
    named = documents.named_in_tests(besides=Path(__file__))
    assert [rule.id for rule in documents.registered_rules() if rule.id not in named] == []


def test_every_file_that_declares_a_rule_is_read_for_the_register() -> None:
    declaring = {
        _name(path).removesuffix(".py").replace("/", ".")
        for path in _sources()
        if DECLARES.search(path.read_text(encoding="utf-8"))
    }
    assert declaring == {rule.module for rule in documents.registered_rules()}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (documents.RULES_DOCUMENT, documents.clinic_rules),
        (documents.STATES_DOCUMENT, documents.state_diagrams),
        (documents.ACCESS_DOCUMENT, documents.who_may_what),
    ],
    ids=["clinic-rules", "states", "access"],
)
def test_a_generated_document_is_up_to_date(path: Path, text: object) -> None:
    assert path.read_text(encoding="utf-8") == text(), "run make documents"  # type: ignore[operator]


def _clinic_models() -> list[type[models.Model]]:
    """Every model but the tables of events, which hold what was and bind nothing (test_history.py)."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS and not is_history(model)]


def test_append_only_tables_have_their_triggers_and_no_grants(db: None) -> None:
    tables = {model._meta.db_table for model in _clinic_models() if issubclass(model, AppendOnly)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(t.tgname::text) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname IN ('append_only', 'append_only_truncate') GROUP BY 1"
        )
        triggers = {table: set(names) for table, names in cursor.fetchall()}
        granted = {}
        for table in tables:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'UPDATE') OR has_table_privilege(%s, 'DELETE')"
                " OR has_table_privilege(%s, 'TRUNCATE')",
                [table] * 3,
            )
            granted[table] = cursor.fetchone()[0]
    assert triggers == {table: {"append_only", "append_only_truncate"} for table in tables}
    assert not any(granted.values())


def test_the_application_role_may_truncate_nothing_and_owns_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND (has_table_privilege(schemaname || '.' || quote_ident(tablename), 'TRUNCATE')"
            " OR tableowner = current_user)"
        )
        assert cursor.fetchall() == []


def test_every_clinical_row_has_a_site_and_its_keys_start_with_it() -> None:
    without, loose = [], []
    for model in _clinic_models():
        if model._meta.object_name in {"Site", "StaffUser", "SignInTry"}:  # a try's name may be nobody's
            continue
        if "site" not in {field.name for field in model._meta.fields}:
            without.append(model._meta.label)
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields[:1] != ("site",):
                loose.append(f"{model._meta.label}.{constraint.name}")
    assert without == []
    assert loose == []


def test_references_between_rows_stay_within_a_site(db: None) -> None:
    wanted = set()
    for model in _clinic_models():
        fields = {field.name: field for field in model._meta.fields}
        if "site" not in fields or model._meta.object_name == "StaffUser":
            continue
        for field in fields.values():
            other = field.related_model
            if field.name == "site" or not isinstance(other, type) or not issubclass(other, models.Model):
                continue
            if other._meta.object_name not in {"Site", "StaffUser"}:
                wanted.add(f"{model._meta.db_table}_{field.name}_same_site"[:63])
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname::text FROM pg_constraint WHERE contype = 'f'")
        present = {row[0] for row in cursor.fetchall()}
    assert wanted - present == set()


def test_every_constraint_says_its_violation_in_words() -> None:
    silent = [
        f"{model._meta.label}.{constraint.name}"
        for model in _clinic_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert silent == []


def test_templates_are_all_used() -> None:
    root = ROOT / "templates"
    sources = [path.read_text(encoding="utf-8") for path in _sources()]
    templates = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.html")}
    texts = [*sources, *templates.values()]
    by_django = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "registration/login.html"}
    unused = [
        name
        for name in (str(path.relative_to(root)) for path in templates)
        if name not in by_django and not name.startswith("bootstrap5/") and not any(name in text for text in texts)
    ]
    assert unused == []


def test_nothing_loads_from_elsewhere() -> None:
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.[cj]s*")]:
        if "vendor" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert 'src="http' not in text, path
        assert "url(http" not in text, path
        assert "@import" not in text, path


def test_who_and_where_are_locked_so_that_others_go_on_writing() -> None:
    """FOR UPDATE on a person or a clinic would stop every row that names them: charts, audit, everything."""
    hard = re.compile(r"\b(?:StaffUser|Site)\.objects\.select_for_update\((?![^)]*no_key=True)")
    found = [
        str(path.relative_to(ROOT))
        for app in ("kitclinic", "scheduling", "infusions", "outcomes")
        for path in (ROOT / app).rglob("*.py")
        if hard.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
