"""Every page of the clinic in Chromium as every role: what the browser complains about, and what it keeps.

    .venv/bin/python bench/crawl.py [role …]

Counts pages, violations of the content security policy, errors and warnings in the console, answers above 499,
and patients' names or numbers in titles, storage and addresses.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the driver's loop runs in this thread; none of it is used

import django

django.setup()

from django.db import connections  # noqa: E402 (settings first)
from django.test.utils import setup_test_environment  # noqa: E402
from playwright.sync_api import Error, sync_playwright  # noqa: E402

from kitclinic.machine import find_chromium  # noqa: E402
from kitclinic.roles import ROLES  # noqa: E402
from scheduling.models import Patient  # noqa: E402
from tests import databases  # noqa: E402
from tests.browser.conftest import FLAGS, TABLET  # noqa: E402
from tests.browser.live import collect_static, serve  # noqa: E402
from tests.browser.walk import LEFT, Walk  # noqa: E402
from tests.factories import people  # noqa: E402
from tests.web.routes import Here, routes  # noqa: E402


def main(roles: list[str]) -> int:
    setup_test_environment()
    before, name = connections["default"].settings_dict["NAME"], f"test_kitclinic_crawl_{os.getpid()}"
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        databases.create(name, databases.migrated())
        databases.use(name)
        try:
            here = Here(people.site())
            (folder / "var").mkdir()
            limits = {"KITCLINIC_EXPORTS_AN_HOUR": "100000"}
            with (
                serve(name, collect_static(folder / "static"), folder / "var", **limits) as live,
                sync_playwright() as playwright,
            ):
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                for role in roles:
                    wrong += crawl(Walk(browser, live.address, size=TABLET), here, role)
                browser.close()
                connections.close_all()  # of the driver's context, which ends here
        finally:
            databases.use(before)
            databases.drop(name)
    return wrong


def visit(walk: Walk, address: str) -> None:
    """Open an address; once more where the browser was still drawing its own page for an answer without one."""
    for again in (True, False):
        try:
            walk.page.goto(address, wait_until="load")
            break
        except Error as error:
            if not (again and "interrupted by another navigation" in str(error)):
                raise
            walk.page.wait_for_timeout(500)
    walk.page.wait_for_timeout(150)


def crawl(walk: Walk, here: Here, role: str) -> int:
    """Open every route that this role may open. Returns how many complaints there were."""
    walk.sign_in(here.people[role])
    walk.expected |= {403, 404, 405}
    people_of = Patient.objects.filter(site=here.site)
    words = {word for row in people_of for word in (row.family_name, row.record_number) if len(word) > 3}
    named = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)))
    pages, kept = 0, []
    for route in routes():
        if (route.any_of and not route.any_of & ROLES[role]) or route.name in {"logout", "lock"}:
            continue
        try:
            visit(walk, here.address(route))
            kept += [f"{route.name}: {word}" for word in named.findall(str(walk.page.evaluate(LEFT)))]
            if "/sign-in/?next=" in walk.page.url:
                walk.complaints.append(f"{route.name}: sent to sign in")
            pages += 1
        except Error as error:
            if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                walk.complaints.append(f"{route.name}: {str(error).partition(chr(10))[0][-150:]}")
    said = [one for one in walk.complaints if not re.search(r" (403|404|405) |ERR_", one)]
    print(f"{role}: {pages} pages, {len(said)} complaints, {len(kept)} names kept", flush=True)
    for line in (said + kept)[:20]:
        print(f"    {line[:260]}")
    walk.close()
    return len(said) + len(kept)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:] or list(ROLES)) else 0)
