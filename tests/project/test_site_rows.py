"""The second net has no hole: every table with a site has the policy; who works for every site is listed."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from kitclinic.models import SiteOwned
from kitclinic.site_policies import LEFT_OUT

ROOT = Path(settings.BASE_DIR)
# ROW-04: where work for every site begins, and why. A new place is added here with its reason, or uses of_site.
FOR_EVERY_SITE = {
    "manage.py": "a command is given by whoever runs the installation",
    "kitclinic/history.py": "ClinicTask: the worker's tasks go through all clinics; the web process sends none",
    "kitclinic/site_rows.py": "found_by_key: one row, by a secret or by a key that was signed",
    "kitclinic/tablets.py": "the lock asks which tablet this is before it asks who is signed in",
}
# Where a request finds the one row whose secret it was given, and stands for that row's site from then on.
BY_KEY = {
    "kitclinic/people.py",
    "scheduling/queries/feeds.py",
    "scheduling/queries/driver_links.py",
    "infusions/queries/monitors.py",
    "outcomes/queries/engines.py",
    "outcomes/queries/questionnaires.py",
}


def _callers(name: str) -> set[str]:
    found = set()
    sources = [ROOT / "manage.py"]
    for app in ("kitclinic", "scheduling", "infusions", "outcomes"):
        sources += sorted((ROOT / app).rglob("*.py"))
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                found.add(str(path.relative_to(ROOT)))
    return found


def test_row_04_work_for_every_site_begins_only_in_the_places_listed() -> None:
    assert _callers("every_site") == set(FOR_EVERY_SITE)
    assert all(FOR_EVERY_SITE.values())
    assert _callers("found_by_key") == BY_KEY


def test_row_04_nobody_names_sites_by_a_statement_of_their_own() -> None:
    told = {
        str(path.relative_to(ROOT))
        for app in ("kitclinic", "scheduling", "infusions", "outcomes")
        for path in (ROOT / app).rglob("*.py")
        if "kitclinic.sites" in path.read_text(encoding="utf-8")
    }
    assert told == {"kitclinic/database/base.py", "kitclinic/site_policies.py"}


def test_row_02_every_table_with_a_site_keeps_to_the_sites_named(db: None) -> None:
    """One policy each, the same: a second one would let through what the first holds back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, array_agg(pg_get_expr(p.polqual, p.polrelid)), "
            "array_agg(pg_get_expr(p.polwithcheck, p.polrelid)), array_agg(p.polcmd::text || p.polroles::text) "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id' "
            "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped "
            "GROUP BY c.oid, c.relname, c.relrowsecurity"
        )
        held: dict[str, tuple[object, ...]] = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    owned = {model._meta.db_table for model in apps.get_models() if issubclass(model, SiteOwned)}
    assert len(owned) > 90
    said = ["(site_id = ANY (( SELECT kitclinic_sites() AS kitclinic_sites)::bigint[]))"]
    right = (True, said, said, ["*{0}"])
    assert {name: one for name, one in held.items() if name not in LEFT_OUT and one != right} == {}
    assert owned - LEFT_OUT.keys() <= held.keys()
    assert held.keys() >= LEFT_OUT.keys(), "left out, but it is not there"
    assert all(LEFT_OUT.values())
