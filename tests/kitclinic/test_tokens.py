"""Colours keep their contrast in every theme, and the tokens are the agreed ones."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AGREED = ROOT.parent / "shared" / "design" / "tokens.css"
CSS = (ROOT / "static" / "css" / "tokens.css").read_text()
THEMES = ("light", "dark", "calm")

SURFACES = ("canvas", "surface", "surface-2")
STATES = ("ok", "due", "overdue", "flag", "info", "signed", "held")
TEXT_ON: list[tuple[str, str]] = [
    *((text, ground) for text in ("text", "text-2", "text-3") for ground in SURFACES),
    *((state, f"{state}-bg") for state in (*STATES, "urgent")),
    *((state, "surface") for state in STATES),
    *((text, f"{state}-bg") for text in ("text",) for state in STATES),
    *(("text", f"chair-{number}") for number in range(1, 9)),
    ("text-2", "chair-1"),
    ("brand", "surface"),
    ("brand", "brand-soft"),
    ("text", "brand-soft"),
    ("brand-ink", "brand"),
    ("on-solid", "flag-solid"),
    ("on-solid", "overdue-solid"),
    ("urgent-text", "surface"),
    ("surface", "text"),
]
GRAPHIC_ON: list[tuple[str, str]] = [
    *((f"{state}-edge", "surface") for state in STATES),
    *((edge, "surface") for edge in ("border-strong", "control", "focus", "published")),
    *((f"d{number}", "surface") for number in range(1, 6)),
    *((f"w{number}", "surface") for number in range(1, 4)),
    ("control", "canvas"),
    ("focus", "canvas"),
    ("brand", "canvas"),
]


def declarations(css: str, selector: str) -> dict[str, str]:
    """Custom properties of every block with exactly this selector, later ones winning."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    found: dict[str, str] = {}
    for match in re.finditer(r"([^{}]+)\{([^{}]*)\}", css):
        if selector in [part.strip() for part in match.group(1).split(",")]:
            for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", match.group(2)):
                found[name] = " ".join(value.split())
    return found


def theme(name: str) -> dict[str, str]:
    light = declarations(CSS, ":root")
    return light if name == "light" else light | declarations(CSS, f'[data-theme="{name}"]')


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_readable_on_its_ground(name: str, text: str, ground: str) -> None:
    tokens = theme(name)
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("edge", "ground"), GRAPHIC_ON)
def test_edges_and_marks_stand_out_from_their_ground(name: str, edge: str, ground: str) -> None:
    tokens = theme(name)
    assert contrast(tokens[edge], tokens[ground]) >= 3


def test_the_system_s_dark_theme_is_the_dark_theme() -> None:
    assert declarations(CSS, ":root:not([data-theme])") == declarations(CSS, '[data-theme="dark"]')


@pytest.mark.parametrize("name", THEMES)
def test_tokens_are_the_agreed_ones(name: str) -> None:
    if not AGREED.exists():
        pytest.skip("the agreed tokens are not beside this checkout")
    agreed = AGREED.read_text()
    selectors = [":root"] if name == "light" else [f'[data-theme="{name}"]']
    for selector in selectors:
        expected = declarations(agreed, selector)
        ours = theme(name) | declarations(CSS, "[data-theme]")
        assert {key: ours.get(key) for key in expected} == expected


def test_no_other_sheet_names_a_colour() -> None:
    for sheet in sorted((ROOT / "static" / "css").glob("*.css")):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        css = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])|\brgba?\(|\bhsla?\(", css), sheet.name
