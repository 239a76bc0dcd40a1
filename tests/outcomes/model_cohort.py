"""A registry of twelve patients with one measure before and after, for page and job of the mixed models."""

from datetime import timedelta
from pathlib import Path

from kitclinic.models import Site
from outcomes.actions import import_registry
from tests.factories import registry
from tests.factories.outcomes import NOW


def registry_of_twelve(site: Site, folder: Path) -> Site:
    """PHQ-9 of everybody before and just after the infusions; eleven women and one man; nothing else."""
    people, given, scores = [], [], []
    for number in range(12):
        name, sex = f"P{number:02}", "male" if number == 5 else "female"
        people.append(f"{name},{30 + number},{sex},White,Married,28.7,{number % 4},neuropathic")
        given += [f"{name},{registry.FIRST + timedelta(days=d)},08:30,1,{d + 1},completed" for d in range(5)]
        scores.append(f"{name},PHQ-9,{registry.FIRST - timedelta(days=7)},07:30,{10 + number * 5 % 9}")
        scores.append(f"{name},PHQ-9,{registry.LAST + timedelta(days=3)},19:00,{8 + number * 7 % 11}")
    made = registry.export(
        folder,
        patients="\n".join([registry.PATIENTS, *people]) + "\n",
        infusions="\n".join([registry.INFUSIONS, *given]) + "\n",
        pro="\n".join([registry.SCORES, *scores]) + "\n",
    )
    return import_registry(site=site, directory=made, by=None, at=NOW).record.site
