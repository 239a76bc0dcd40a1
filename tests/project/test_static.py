"""Pages obey the content security policy, and files stay small enough to read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_a_template_has_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=", text), "a style attribute"
    assert "<style" not in text, "a style element"
    assert not re.search(r"<[a-zA-Z][^>]*\son[a-z]+\s*=", text), "an event handler attribute"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "a script element without src"
    assert "javascript:" not in text, "a script address"
    assert not re.search(r"hx-on|hx-vals=['\"]js:|hx-vars", text), "an htmx attribute that evaluates"
    assert "data:image" not in text, "a picture in an address"


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_a_template_loads_nothing_from_elsewhere(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_a_comment_ends_on_its_line_or_it_would_be_shown(template: Path) -> None:
    for line in template.read_text().splitlines():
        assert line.count("{#") == line.count("#}"), line


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_a_template_has_at_most_120_lines(template: Path) -> None:
    assert len(template.read_text().splitlines()) <= 120


@pytest.mark.parametrize("script", SCRIPTS, ids=names)
def test_a_script_has_at_most_80_lines_and_evaluates_nothing(script: Path) -> None:
    text = script.read_text()
    assert len(text.splitlines()) <= 80
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write|\.style\.", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=names)
def test_a_script_says_first_what_it_does(script: Path) -> None:
    assert script.read_text().startswith("// ")


def test_every_script_is_loaded_by_a_base_template_or_a_page() -> None:
    loaded = "".join(template.read_text() for template in TEMPLATES)
    assert [script.name for script in SCRIPTS if f"js/{script.name}" not in loaded] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=names)
def test_a_style_sheet_loads_nothing_from_elsewhere(sheet: Path) -> None:
    text = sheet.read_text()
    assert not re.search(r"url\(\s*['\"]?(?:https?:|//|data:)|@import", text)


def test_a_component_says_what_it_is_for_and_what_it_takes() -> None:
    components = sorted((ROOT / "templates" / "components").glob("*.html"))
    silent = [path.name for path in components if not path.read_text().startswith("{# ")]
    assert silent == []


def test_every_element_id_a_component_uses_for_shapes_is_in_the_sprite() -> None:
    sprite = (ROOT / "templates" / "components" / "_shapes.html").read_text()
    known = set(re.findall(r'id="([\w-]+)"', sprite))
    used: dict[str, set[str]] = {}
    for template in TEMPLATES:
        for name in re.findall(r'<use href="#([\w-]+)"', template.read_text()):
            used.setdefault(name, set()).add(names(template))
    assert {name: where for name, where in used.items() if name not in known} == {}
