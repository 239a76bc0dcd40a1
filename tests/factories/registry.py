"""Small registry exports on disk, with figures that can be worked out by hand."""

from datetime import date, timedelta
from pathlib import Path

PATIENTS = "patient,age,sex,race,marital,bmi,cci,diagnosis"
INFUSIONS = "patient,date,start,sequence,session,status"
SCORES = "patient,instrument,date,time,score"
FIRST = date(2023, 1, 2)  # a Monday
LAST = FIRST + timedelta(days=4)
AS_OF = date(2023, 12, 31)

# PHQ-9 at baseline and just after the last infusion: improved by exactly 5, unchanged, worsened by 6, no baseline
PHQ = {"A": (15, 10), "B": (12, 8), "C": (9, 15), "D": (None, 11)}


def export(folder: Path, **texts: str) -> Path:
    """Write an export of four patients, five infusions each. texts: whole files instead, by stem."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"patients": patients(), "infusions": infusions(), "pro": scores()} | texts
    for stem, text in files.items():
        (folder / f"{stem}.csv").write_text(text, encoding="utf-8")
    return folder


def patients(*more: str) -> str:
    rows = [f"{name},41,female,White,Married,28.7,0,neuropathic" for name in PHQ]
    return "\n".join([PATIENTS, *rows, *more]) + "\n"


def infusions(*more: str) -> str:
    rows = [
        f"{name},{FIRST + timedelta(days=day)},08:30,1,{day + 1},completed" for name in PHQ for day in range(5)
    ]
    return "\n".join([INFUSIONS, *rows, *more]) + "\n"


def scores(*more: str) -> str:
    rows = []
    for name, (baseline, follow_up) in PHQ.items():
        if baseline is not None:
            rows.append(f"{name},PHQ-9,{FIRST - timedelta(days=7)},07:30,{baseline}")
        rows.append(f"{name},PHQ-9,{LAST + timedelta(days=3)},19:00,{follow_up}")
    return "\n".join([SCORES, *rows, *more]) + "\n"


def simulated(folder: Path) -> Path:
    """The same export, labelled simulated."""
    (export(folder) / "about.toml").write_text('label = "Made up"\nsimulated = true\n', encoding="utf-8")
    return folder
