"""A web scanner walks the clinic as each role: wapiti, in a throwaway environment, against loopback only.

    .venv/bin/python bench/scan.py [minutes for each role]

Needs the package registry for the scanner (it is no part of the product). Prints the findings by kind and page.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitclinic.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from kitclinic.roles import ROLES  # noqa: E402
from tests import databases  # noqa: E402
from tests.access.rows import everything_of  # noqa: E402
from tests.browser.live import collect_static, serve  # noqa: E402
from tests.factories import people  # noqa: E402
from tests.factories.scheduling import actor  # noqa: E402

# None that asks a server elsewhere to wait for a call.
MODULES = "csp,http_headers,cookieflags,csrf,crlf,exec,file,sql,xss,permanentxss,redirect,methods,https_redirect"
LEFT_OUT = (
    "/sign-out/",
    "/lock/",
    "/account/sessions/",
    "/static/",
)  # the end of the scan


def scanner(folder: Path) -> Path | None:
    """Return the scanner's program, installed anew where KC_SCANNER does not name one; None where it cannot be."""
    given = os.environ.get("KC_SCANNER")
    if given:
        return Path(given)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    done = subprocess.run([str(folder / "venv/bin/pip"), "install", "-q", "wapiti3"], check=False)
    return folder / "venv/bin/wapiti" if done.returncode == 0 else None


def main(minutes: float) -> None:
    setup_test_environment()
    before, name = connections["default"].settings_dict["NAME"], f"test_kitclinic_scan_{os.getpid()}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = scanner(folder)
        if program is None:
            print("The scan did not run: the scanner could not be installed. Run it where the network allows.")
            return
        databases.create(name, databases.migrated())
        databases.use(name)
        try:
            site = people.site()
            everything_of(site)
            (folder / "var").mkdir()
            limits = {"KITCLINIC_SEARCHES_A_MINUTE": "100000", "KITCLINIC_EXPORTS_AN_HOUR": "100000"}
            with serve(name, collect_static(folder / "static"), folder / "var", **limits) as live:
                for role in ["", *ROLES]:
                    one(program, live.address, role, site, folder, minutes)
                log = (folder / "var" / "web.log").read_text()
                print(f"errors of the server in its log: {log.count('Internal Server Error')}")
                for line in sorted(set(log.splitlines())):
                    if "Internal Server Error" in line or line.startswith(("builtins.", "django.", "psycopg.")):
                        print(f"    {line[:160]}")
        finally:
            databases.use(before)
            databases.drop(name)


def signed_in(address: str, username: str) -> str:
    """Sign in as a person does. Returns the cookies, as a header has them."""
    kept = CookieJar()
    browser = build_opener(HTTPCookieProcessor(kept))
    page = browser.open(f"{address}/sign-in/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    typed = {"username": username, "password": people.PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = browser.open(
        Request(f"{address}/sign-in/", urlencode(typed).encode(), {"Referer": f"{address}/sign-in/"})
    )
    if "/sign-in/" in answer.url:
        raise RuntimeError(f"{username} was not signed in: {answer.url}")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in kept)


def one(program: Path, address: str, role: str, site: object, folder: Path, minutes: float) -> None:
    """Scan as this role, or as nobody, and print what was found."""
    report, began = folder / f"{role or 'nobody'}.json", time.monotonic()
    command = [
        str(program),
        "-u",
        f"{address}/",
        "--scope",
        "folder",
        "-m",
        MODULES,
        "-f",
        "json",
        "-o",
        str(report),
    ]
    command += ["--max-scan-time", str(int(minutes * 60)), "--max-attack-time", "20", "--flush-session", "-v", "0"]
    command += ["--no-bugreport", "--store-session", str(folder / "sessions"), "-S", "normal", "-d", "4"]
    command += [word for path in LEFT_OUT for word in ("-x", f"{address}{path}*")]
    if role:
        command += ["-C", signed_in(address, actor(role, site).username)]  # type: ignore[arg-type]
    subprocess.run(command, capture_output=True, timeout=minutes * 60 + 300, check=False)
    found = json.loads(report.read_text()) if report.exists() else {}
    kinds = found.get("vulnerabilities", {}) | found.get("anomalies", {}) | found.get("additionals", {})
    pages = found.get("infos", {}).get("crawled_pages_nbr", "?")
    print(f"{role or 'nobody'}: {pages} pages, {time.monotonic() - began:.0f} s")
    for kind, hits in kinds.items():
        places = Counter(f"{hit['method']} {hit['path'].partition('?')[0]}" for hit in hits)
        for place, number in places.most_common(3):
            print(f"    {kind}: {place} ({number}) {hits[0].get('info', '')[:120]}")


if __name__ == "__main__":
    call_command("check")
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4)
