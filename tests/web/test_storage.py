"""What scripts keep in a browser: switches, never anything about a person."""

import re
from pathlib import Path

from django.conf import settings

SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "js").glob("*.js"))
SWITCHES = {
    "kcBoardSound": "sound on the board",
    "kcLocked": "the tablet is locked",
    "kcTouched": "when the screen was touched last",
    "kc-calm": "less movement",
    "kc-keys": "single-key shortcuts",
    "kc-size": "size of the text",
    "place": "kcMine- with a number: only my patients on the board",
}
DATABASES = re.compile(r"indexedDB|caches\.open|serviceWorker|document\.cookie|openDatabase")
USES = re.compile(
    r"(?:local|session)Storage(?:\.(?!getItem|setItem|removeItem)(\w+)|\[(\w+)\]|\.\w+Item\((\"[\w-]+\"|\w+))"
)


def test_no_script_keeps_anything_but_known_switches() -> None:
    unknown = {}
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        named = dict(re.findall(r"const (\w+) = \"([\w-]+)\"", text))
        for direct, by_name, quoted in USES.findall(text):
            key = direct or (
                quoted.strip('"') if quoted.startswith('"') else named.get(by_name or quoted, by_name or quoted)
            )
            if key not in SWITCHES and key != "name":
                unknown[f"{script.name}: {key}"] = text[:60]
    assert unknown == {}


def test_no_script_opens_a_database_or_reads_a_cookie() -> None:
    assert [script.name for script in SCRIPTS if DATABASES.search(script.read_text(encoding="utf-8"))] == []


def test_the_pages_of_the_clinic_set_htmx_so_that_it_evaluates_and_keeps_nothing() -> None:
    wanted = (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"includeIndicatorStyles":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    )
    waits = {"base.html": '"timeout":8000', "base_patient.html": '"timeout":15000'}  # a phone on a train
    for name, limit in waits.items():
        text = (Path(settings.BASE_DIR) / "templates" / name).read_text(encoding="utf-8")
        assert [one for one in (*wanted, limit) if one not in text] == [], name
        assert "inlineScriptNonce" not in text
