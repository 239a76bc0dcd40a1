"""What holds for every chart: a valid specification, SVG the policy lets through, a table, whatever the facts."""

import json
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest
import vl_convert
from pypdf import PdfReader
from weasyprint import HTML

from outcomes.charts.drawing import Drawing, titled
from outcomes.charts.inks import HATCH, INKS, Theme, coloured, ink
from outcomes.charts.rendering import VEGA_LITE, compiled, for_page, for_script, png, rendered
from tests.kitclinic.test_tokens import theme as tokens
from tests.outcomes.charts.drawings import DRAWINGS, EXTREMES, HOSTILE

ALL = {**DRAWINGS, **EXTREMES}
ROOT = Path(__file__).resolve().parents[3]
Made = Callable[[], Drawing]


def every(drawings: Mapping[str, Made] = ALL) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("made", drawings.values(), ids=drawings.keys())


def texts(svg: str) -> str:
    return " ".join(text for text in ElementTree.fromstring(svg).itertext() if text.strip())


def rounded(value: Any) -> Any:
    """The converter writes some floats with another last digit than Python."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 9) if isinstance(value, float) else value


@every()
def test_the_specification_is_valid_vega_lite(made: Made) -> None:
    spec = titled(made())
    assert spec["$schema"].endswith(f"/v{VEGA_LITE}.1.json")
    alt.LayerChart.from_dict(spec)  # raises where the schema is broken


@every(DRAWINGS)
def test_the_schema_is_really_asked(made: Made) -> None:
    with pytest.raises(Exception, match="upwards"):
        alt.LayerChart.from_dict(made().spec | {"width": "upwards"})


@every()
def test_the_compiled_template_with_data_is_the_compiled_whole(made: Made) -> None:
    spec = made().spec
    whole = vl_convert.vegalite_to_vega(json.dumps(spec), vl_version=VEGA_LITE)
    assert rounded(compiled(spec)) == rounded(whole)


@every()
def test_the_svg_holds_nothing_that_the_policy_refuses_and_no_broken_number(made: Made) -> None:
    for svg in (for_page(made()), rendered(made())):
        ElementTree.fromstring(svg)
        assert " style=" not in svg
        assert "<style" not in svg
        assert "<script" not in svg
        assert not re.search(r"\son\w+=", svg)
        assert "href=" not in svg
        assert not re.search(r"NaN|Infinity|undefined|null", svg)


@every()
def test_colours_are_tokens_in_the_page_and_colours_in_a_file(made: Made) -> None:
    page, file = for_page(made()), rendered(made(), "dark")
    assert not re.search(r'(?:fill|stroke)="#', page), "a colour that would not follow the theme"
    for name in re.findall(r"var\(--([\w-]+)\)", page + for_script(made())):
        assert name in INKS["light"]
    assert "var(" not in file
    assert INKS["dark"]["surface"] in file
    assert (HATCH in file) == ('<pattern id="hatch"' in file)


@every()
def test_a_file_is_named_and_described(made: Made) -> None:
    drawing = made()
    root = ElementTree.fromstring(rendered(drawing))
    assert root.get("role") == "img"
    assert [child.text for child in root[:2]] == [drawing.title, drawing.says]
    assert drawing.says.endswith(".")


@every()
def test_the_numbers_are_a_whole_table(made: Made) -> None:
    numbers = made().numbers
    assert all(len(line) == len(numbers.head) for line in numbers.rows)
    assert all(isinstance(text, str) for line in numbers.rows for text in line)


@every()
def test_what_the_script_draws_stays_inside_its_element(made: Made) -> None:
    text = for_script(made())
    assert not set("<>&") & set(text)
    assert json.loads(text) == compiled(made().spec)


def test_a_hostile_label_is_text_and_nothing_else() -> None:
    drawing = EXTREMES["forest, hostile label"]()
    assert HOSTILE[:20] in texts(for_page(drawing))
    assert HOSTILE in texts(rendered(drawing))


def test_drawing_again_is_the_same_picture() -> None:
    made = DRAWINGS["figure 1"]
    assert rendered(made()) == rendered(made())
    assert for_page(made()) == for_page(made())


def test_a_picture_is_twice_the_size_of_its_drawing() -> None:
    drawing = DRAWINGS["response"]()
    width = float(str(ElementTree.fromstring(rendered(drawing)).get("width")))
    assert int.from_bytes(png(drawing)[16:20], "big") == pytest.approx(2 * width, abs=1)


@pytest.mark.parametrize("theme", ["light", "dark", "calm"])
def test_the_inks_are_the_tokens(theme: Theme) -> None:
    wanted = tokens(theme)
    assert dict(INKS[theme]) == {name: wanted[name] for name in INKS[theme]}


def test_an_ink_that_is_no_token_is_refused() -> None:
    with pytest.raises(KeyError):
        ink("pink")
    with pytest.raises(KeyError):
        coloured('<g fill="var(--pink)"/>', "light")


def test_a_pdf_takes_the_same_drawing() -> None:
    drawn = "".join(rendered(made(), alone=False) for made in DRAWINGS.values())
    page = PdfReader(BytesIO(HTML(string=drawn).write_pdf())).pages[0].extract_text()
    for label in ("Pain catastrophizing", "PHQ-9, 5.0 lower", "last infusion"):
        assert label in page


def test_the_page_has_the_hatched_ground_that_charts_name() -> None:
    sprite = (ROOT / "templates" / "components" / "_shapes.html").read_text()
    assert '<pattern id="hatch"' in sprite
