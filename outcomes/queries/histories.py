"""The rows of one source as the columns that ``outcomes.rules`` counts with, in four queries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import (
    BigIntegerField,
    BooleanField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    SmallIntegerField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, ExtractHour, ExtractMinute, TruncDate
from numpy.typing import NDArray

from infusions.models import Infusion, RegistryInfusion
from infusions.states import InfusionOutcome
from kitclinic.columns import columns
from kitclinic.models import Site
from outcomes.models import Score
from outcomes.queries.cohorts import PROTOCOL
from outcomes.rules.estimation import DEMONSTRATION_SCALE, T_SCALE
from outcomes.rules.facts import Levels
from outcomes.rules.histories import (
    NO_MINUTE,
    UNKNOWN,
    UNKNOWN_BIRTH,
    Histories,
    Infusions,
    Ints,
    People,
    Scores,
)
from outcomes.rules.instruments import definitions
from outcomes.rules.measures import measures
from scheduling.models import Patient, ProtocolVersion
from scheduling.rules.protocols import STANDARD
from scheduling.states import MULTIPLE_CATEGORIES, PainCategory


class DayNumber(Func):
    """A date as days since 1970-01-01."""

    template = "(%(expressions)s - DATE '1970-01-01')"
    output_field = IntegerField()


class Place(Func):
    """The place of a text in a list, from 0; UNKNOWN for another text."""

    output_field = IntegerField()

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        super().__init__(Value(list(names)), F(text))

    template = "coalesce(array_position(%(expressions)s) - 1, -1)"
    arg_joiner = "::text[], "


class TextNumber(Func):
    """A text as a number, equal for equal texts."""

    function = "hashtext"
    output_field = IntegerField()


def _truth(condition: Q) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(condition, BooleanField())


def levels_of(site: Site, *, using: str) -> Levels:
    """Return the levels of Table 1, then those this source has besides. One query."""
    known = (*(str(one.value) for one in PainCategory), MULTIPLE_CATEGORIES)
    people = Patient.objects.using(using).filter(site=site, merged_into__isnull=True)
    others = (
        people.exclude(diagnosis__in=["", *known])
        .values_list("diagnosis", flat=True)
        .distinct()
        .order_by("diagnosis")
    )
    return Levels(
        sex=tuple(Patient.Sex.values),
        race=tuple(Patient.EthnicGroup.values),
        marital=tuple(Patient.Marital.values),
        diagnosis=(*known, *others),
    )


def histories_of(site: Site, levels: Levels, *, using: str) -> Histories:
    """Return every infusion and score of a source, to whatever day. Merged records are one patient."""
    people, keys = _people(site, levels, using)
    protocols = _protocols(using)
    return Histories(
        people=people,
        infusions=_infusions(site, protocols, keys, using),
        scores=_scores(site, keys, using),
        protocols=protocols,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Where a patient's rows go. stored: keys rising; place: of each, of a merged record the kept one's."""

    stored: Ints
    place: Ints

    def placed(self, found: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return the columns with the place of each row's patient; rows of nobody's are left out."""
        if not len(self.stored):
            return {name: values[:0] for name, values in found.items()}
        at = np.minimum(np.searchsorted(self.stored, found["of"]), len(self.stored) - 1)
        place = np.where(self.stored[at] == found["of"], self.place[at], -1)
        known = place >= 0
        if known.all():
            return found | {"of": place}
        return {name: values[known] for name, values in (found | {"of": place}).items()}


def _people(site: Site, levels: Levels, using: str) -> tuple[People, Keys]:
    rows = Patient.objects.using(using).filter(site=site).order_by("record_number")
    found = columns(
        rows.values_list(
            "pk",
            Coalesce("merged_into_id", Value(0), output_field=BigIntegerField()),
            Coalesce(DayNumber("birth_date"), Value(UNKNOWN_BIRTH)),
            Coalesce("age_at_first_infusion", Value(UNKNOWN), output_field=IntegerField()),
            Place("sex", levels.sex),
            Place("ethnic_group", levels.race),
            Place("marital_status", levels.marital),
            Place("diagnosis", levels.diagnosis),
            Coalesce(Cast(F("body_mass_index") * 10, IntegerField()), Value(UNKNOWN)),
            Coalesce("charlson_index", Value(UNKNOWN), output_field=IntegerField()),
        ),
        {
            "key": "int64",
            "merged": "int64",
            "birth": "int32",
            "age_given": "int16",
            "sex": "int16",
            "race": "int16",
            "marital": "int16",
            "diagnosis": "int16",
            "bmi_tenths": "int16",
            "charlson": "int16",
        },
    )
    merged = found.pop("merged")
    kept = merged == 0
    order = np.argsort(found["key"])
    stored, own = found["key"][order], (np.cumsum(kept) - 1)[order]
    place = np.where(kept[order], own, -1)
    into = merged[order]
    at = np.minimum(np.searchsorted(stored, into), max(len(stored) - 1, 0))
    place = np.where(into == 0, place, np.where(stored[at] == into, place[at], -1)) if len(stored) else place
    return People(**{name: values[kept] for name, values in found.items()}), Keys(stored, place)


def _protocols(using: str) -> tuple[str, ...]:
    slugs = ProtocolVersion.objects.using(using).order_by("protocol").values_list("protocol", flat=True).distinct()
    return (STANDARD, *(slug for slug in slugs if slug != STANDARD))


def _infusions(site: Site, protocols: tuple[str, ...], keys: Keys, using: str) -> Infusions:
    kinds = {"of": "int64", "day": "int32", "start": "int16", "completed": "bool", "protocol": "int16"}
    started = Infusion.objects.using(using).filter(site=site, started_at__isnull=False).exclude(outcome="")
    zone = site.zone
    minute = ExtractHour("started_at", tzinfo=zone) * 60 + ExtractMinute("started_at", tzinfo=zone)
    charted = columns(
        started.order_by("pk").values_list(
            "patient_id",
            DayNumber(TruncDate("started_at", tzinfo=zone)),
            minute,
            _truth(Q(outcome=InfusionOutcome.COMPLETED)),
            Place(PROTOCOL, protocols),
        ),
        kinds,
    )
    charted["protocol"] = np.maximum(charted["protocol"], 0)  # without a version: the standard as published
    imported = columns(
        RegistryInfusion.objects.using(using)
        .filter(site=site)
        .order_by("pk")
        .values_list(
            "patient_id",
            DayNumber("date"),
            Coalesce("start_minute", Value(NO_MINUTE), output_field=IntegerField()),
            _truth(Q(status="completed")),
            Value(0),
        ),
        kinds,
    )
    found = {name: np.concatenate((charted[name], imported[name])) for name in kinds}
    return Infusions(**keys.placed(found))


def _scores(site: Site, keys: Keys, using: str) -> Scores:
    forms = tuple(definitions())
    rows = Score.objects.using(using).among_results(site).order_by()
    found = columns(
        rows.values_list(
            "patient_id",
            Place("measure", tuple(measures())),
            DayNumber("date"),
            Coalesce("minute", Value(NO_MINUTE), output_field=IntegerField()),
            Cast(F("value") * 10, SmallIntegerField()),
            Coalesce("standard_error", Value(float("nan")), output_field=FloatField()),
            _truth(Q(theta__isnull=False)),
            Place("instrument", forms),
            TextNumber("bank_version"),
            "pk",
        ),
        {
            "of": "int64",
            "measure": "int16",
            "day": "int32",
            "minute": "int16",
            "tenths": "int16",
            "error": "float64",
            "of_theta": "bool",
            "instrument": "int16",
            "bank": "int32",
            "key": "int64",
        },
    )
    order = np.argsort(found["key"])  # of equal scores the last stored counts; cheaper here than in SQL
    order = order[found["measure"][order] >= 0]
    found = keys.placed({name: values[order] for name, values in found.items()})
    error, form = _errors(found)
    return Scores(
        **{name: found[name] for name in ("of", "measure", "day", "minute", "tenths", "key")},
        error=error,
        form=form,
    )


def _errors(found: dict[str, NDArray[Any]]) -> tuple[NDArray[np.float64], Ints]:
    """Return errors in points (PRO-141) and the forms that may be subtracted (PRO-143)."""
    known = list(definitions().values())
    demo = [DEMONSTRATION_SCALE if one.is_demo else T_SCALE for one in measures().values()]
    slopes = np.array([*(abs(float(one.scale.slope)) for one in known), 0.0])
    other = np.array([abs(float(scale.slope)) for scale in demo])
    slope = np.where(found["instrument"] >= 0, slopes[found["instrument"]], other[found["measure"]])
    error = np.where(found["of_theta"], found["error"] * slope, found["error"])
    adaptive = np.array([one.method == "adaptive" for one in known] + [False])[found["instrument"]]
    many = np.array([_has_forms(name) for name in measures()])[found["measure"]]
    form = (found["instrument"] + 2) * 2**33 + np.where(adaptive, found["bank"], 0)
    return error, np.where(many, form, 0)


def _has_forms(measure: str) -> bool:
    ways = [one for one in definitions().values() if measure in one.measures]
    return any(one.method in ("adaptive", "table") for one in ways)
