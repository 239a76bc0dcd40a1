"""The style sheets made from packages obey the content security policy."""

from pathlib import Path

import pytest

from kitclinic import frontend

SHEET = (
    "@charset \"UTF-8\";:root{--bs-x:url(\"data:image/svg+xml,%3csvg xmlns='http://a' d='M1 1'/%3e\")}"
    ".a{background:url(data:image/png;base64,AA==) no-repeat}\n/*# sourceMappingURL=bootstrap.min.css.map */"
)


def test_data_pictures_and_source_maps_are_removed() -> None:
    css = frontend.layered(SHEET, layer="bootstrap")
    assert "data:" not in css
    assert "sourceMappingURL" not in css
    assert "--bs-x:none" in css


def test_the_package_stands_in_a_layer_so_that_our_rules_win() -> None:
    assert frontend.layered(SHEET, layer="bootstrap").startswith("@layer bootstrap {\n:root{")


def test_a_data_address_that_cannot_be_removed_is_refused() -> None:
    with pytest.raises(ValueError, match="left in the style sheet"):
        frontend.layered('@import "data:text/css,a{}";', layer="bootstrap")


def test_a_tick_class_starts_one_column_after_its_number() -> None:
    css = frontend.ticks()
    assert ".t0{grid-column-start:1}" in css
    assert ".t287{grid-column-start:288}" in css
    assert ".span-17{grid-column-end:span 17}" in css
    assert ".ticks-121{--ticks:121}" in css


def test_building_twice_writes_once(tmp_path: Path) -> None:
    package = tmp_path / "bootstrap.css"
    package.write_text(SHEET)
    paths = frontend.build(bootstrap=package, vendor=tmp_path / "vendor")
    written = [path.stat().st_mtime_ns for path in paths]
    frontend.build(bootstrap=package, vendor=tmp_path / "vendor")
    assert [path.stat().st_mtime_ns for path in paths] == written


def test_missing_packages_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> tuple[Path, ...]:
        raise FileNotFoundError("bootstrap.min.css")

    monkeypatch.setattr(frontend, "build", missing)
    assert frontend.main() == 1
    assert "npm ci" in capsys.readouterr().err


def test_charts_are_one_script_that_loads_no_other(tmp_path: Path) -> None:
    script = frontend.bundle(vendor=tmp_path).read_text(encoding="utf-8")
    assert "kcDraw" in script
    assert "kc-chart-tip" in script
    assert "import(" not in script, "it would load more"
    assert "sourceMappingURL" not in script


def test_vega_lites_compiler_stays_on_the_server(tmp_path: Path) -> None:
    script = frontend.bundle(vendor=tmp_path).read_text(encoding="utf-8")
    assert "errorband" not in script, "a mark that only Vega-Lite knows"


def test_without_its_packages_the_script_is_not_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError):
        frontend.bundle(root=tmp_path, vendor=tmp_path)
    assert not list(tmp_path.iterdir())
