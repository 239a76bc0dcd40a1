"""What this product is made of, and whether any of it is known to be unsafe.

python -m kitclinic.supply audit    asks the vulnerability service about the locked packages
python -m kitclinic.supply sbom     prints the bill of materials, CycloneDX 1.6 as JSON
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK, NPM_LOCK, IGNORED = (
    ROOT / "requirements.lock",
    ROOT / "package-lock.json",
    ROOT / "docs" / "audit-ignored.txt",
)
SERVICES = ("pypi", "osv")
WAITS_S = 60
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class UnreadableList(Exception):
    """The list of ignored vulnerabilities holds a line without an id or without a reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """asked: packages that the service knew; found: one line for each vulnerability."""

    asked: int
    found: tuple[str, ...] = ()


def ignored(text: str) -> dict[str, str]:
    """Read id and reason from each line; # begins a comment. Raises UnreadableList for a line with no reason."""
    kept = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            if len(reason.split()) < 3:
                raise UnreadableList(f"{name}: say in words why it is ignored, on the same line.")
            kept[name] = reason.strip()
    return kept


def ask(service: str, names: list[str]) -> Answer | None:
    """Ask one service about the locked packages; None where it does not answer."""
    told = [word for name in names for word in ("--ignore-vuln", name)]
    fixed = ["--require-hashes", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", "10"]
    command = ["pip_audit", "-r", str(LOCK), "-s", service, "-f", "json", *fixed, *told]
    try:
        done = subprocess.run(  # noqa: S603  (our own words only)
            [sys.executable, "-m", *command], capture_output=True, text=True, timeout=WAITS_S, check=False
        )
        return read_answer(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None


def read_answer(answer: dict[str, Any]) -> Answer | None:
    """Return what a service found; None where it knew none of the packages, which is no answer."""
    known = [one for one in answer["dependencies"] if "skip_reason" not in one]
    found = [
        f"{one['name']} {one['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or '(none)'}"
        for one in known
        for fault in one["vulns"]
    ]
    return Answer(len(known), tuple(found)) if known else None


def audit(asks: Callable[[str, list[str]], Answer | None] = ask) -> tuple[int, str]:
    """Return the exit code and what to say: 1 only where a vulnerability is known that nobody has looked at."""
    names = list(ignored(IGNORED.read_text(encoding="utf-8")))
    for service in SERVICES:
        answer = asks(service, names)
        if answer is not None:
            looked_at = f"{answer.asked} locked packages, {len(names)} ignored with a reason ({service})"
            if answer.found:
                return 1, "\n".join([f"Known vulnerabilities among {looked_at}:", *answer.found])
            return 0, f"No known vulnerability among {looked_at}."
    return (
        0,
        "The dependency audit did not run: no vulnerability service answered. Run it where the network allows.",
    )


def components() -> Iterator[dict[str, Any]]:
    """Every locked package, of Python and of the pages, with the digests of its files."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    for entry in entries:
        found = PACKAGE.match(entry)
        if found:
            name = re.sub(r"[-_.]+", "-", found[1]).lower()
            hashes = [{"alg": "SHA-256", "content": digest} for digest in sorted(HASH.findall(entry))]
            yield _component(name, found[2], f"pkg:pypi/{name}@{found[2]}", hashes)
    for place, one in json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not one.get("dev"):  # what only tests use is no part of the product
            kind, _, digest = one["integrity"].partition("-")
            hashes = [
                {"alg": {"sha512": "SHA-512", "sha1": "SHA-1"}[kind], "content": base64.b64decode(digest).hex()}
            ]
            yield _component(name, one["version"], f"pkg:npm/{name.replace('@', '%40')}@{one['version']}", hashes)


def _component(name: str, version: str, purl: str, hashes: list[dict[str, str]]) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": hashes}


def sbom() -> str:
    """Return the bill of materials: the same text for the same locks, with no time and no machine in it."""
    itself = {"type": "application", "bom-ref": "kitclinic", "name": "kitclinic"}
    every = {one["purl"]: one for one in components()}
    made = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": [every[purl] for purl in sorted(every)],
    }
    return json.dumps(made, indent=1) + "\n"


def main(wanted: str) -> int:
    if wanted == "sbom":
        sys.stdout.write(sbom())
        return 0
    code, said = audit()
    sys.stdout.write(said + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "audit"))
