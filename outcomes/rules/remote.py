"""A test that another engine runs: what it is asked, and what its answer means. FHIR R4 with SDC 3.0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.fhir import SDC, TEST, NotReadableError, objects, parsed, weight_of
from outcomes.rules.measures import Measure
from outcomes.rules.rounding import half_up_integer
from outcomes.rules.structure import Definition

ANSWERS_WITHIN_S = 8  # PRO-156
REPLY_MOST = 512 * 1024  # PRO-156, bytes
MOST_QUESTIONS = 60
LONGEST = 1000  # characters of a text

SILENT = Rule(
    "PRO-156",
    "When another engine does not answer within 8 seconds, or with something else than a question or a score, the "
    "patient is told that all answers are saved, and may try again or come back later.",
    source="our rule",
)
ONE_WAY = Rule(
    "PRO-157",
    "In a test that another engine runs only the newest answer can be changed, and only until the next question "
    "was chosen from it.",
    source="HL7 SDC 3.0.0: the questions before stay as they were",
)
NO_TEST_SCORES = Rule(
    "PRO-158",
    "A questionnaire that another engine marks as a test (HTEST, experimental) is asked only at a demonstration "
    "site; a score outside the measure's range is not taken.",
    source="our rule",
)


@dataclass(frozen=True, slots=True)
class RemoteQuestion:
    """A question as another engine gave it. content: as it is stored (see ``RemoteItem``)."""

    link_id: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemoteScore:
    """What another engine found. tenths: None where it told no score. theta, standard_error: unrounded."""

    tenths: int | None
    theta: float | None
    standard_error: float | None
    engine: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Either new questions or, when the test is over, a score."""

    questions: tuple[RemoteQuestion, ...]
    score: RemoteScore | None


Answered = tuple[str, Mapping[str, Any], int | None]  # link id, content of its question, value


def request_body(canonical: str, language: str, answered: Sequence[Answered]) -> dict[str, Any]:
    """Return what is sent: every question so far in the contained Questionnaire, every answer in the response."""
    derived = next((content["derivedFrom"] for _, content, _ in answered if content["derivedFrom"]), canonical)
    contained: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "id": "q",
        "meta": {"profile": [SDC + "sdc-questionnaire-adapt"]},
        "derivedFrom": [derived],
        "status": "active",
    }
    body: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "meta": {"profile": [SDC + "sdc-questionnaireresponse-adapt"]},
        "language": language,
        "contained": [contained],
        "questionnaire": "#q",
        "status": "in-progress",
    }
    if answered:
        contained["item"] = [content["item"] for _, content, _ in answered]
        body["item"] = [_response_item(*one) for one in answered]
    return body


def _response_item(link_id: str, content: Mapping[str, Any], value: int | None) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": link_id, "text": content["text"]}
    chosen = next((option for option in content["options"] if option["value"] == value), None)
    if chosen is not None:
        coding = {"system": chosen["system"], "code": chosen["code"], "display": chosen["text"]}
        item["answer"] = [{"valueCoding": {name: text for name, text in coding.items() if text}}]
    return item


def problem_of(error: ValueError) -> Problem:
    """Return why nothing can be made of a reply, for the record; the patient reads ``SILENT``."""
    return Blocker(SILENT.id, str(error))


def read_reply(
    body: bytes, *, known: Sequence[str], definition: Definition, measure: Measure, demo_site: bool
) -> Reply:
    """Return the new questions or the score in a reply. known: link ids asked before.

    Raises ValueError with a sentence for anything else.
    """
    data = parsed(body)
    if data.get("resourceType") == "Parameters":
        data = next(
            (p["resource"] for p in objects(data.get("parameter")) if isinstance(p.get("resource"), dict)), {}
        )
    if data.get("resourceType") != "QuestionnaireResponse":
        raise NotReadableError("The engine did not send a QuestionnaireResponse.")
    contained = next(
        (one for one in objects(data.get("contained")) if one.get("resourceType") == "Questionnaire"), None
    )
    if contained is None:
        raise NotReadableError("The engine sent no contained Questionnaire.")
    if (_is_test(data) or _is_test(contained)) and not demo_site:
        raise NotReadableError("The engine runs a test version of the questionnaire.")
    items = _flat(contained)
    if data.get("status") in ("completed", "complete"):
        return Reply((), _score(data, items, definition, measure))
    derived = contained.get("derivedFrom")
    version = derived[0] if isinstance(derived, list) and derived and isinstance(derived[0], str) else ""
    stem = " ".join(text for item in items if item.get("type") in ("display", "group") if (text := _text(item)))
    new = [_question(item, stem, version) for item in items if _is_new(item, known)]
    if not new or len(known) + len(new) > MOST_QUESTIONS:
        raise NotReadableError("The engine neither asked something new nor ended the test.")
    return Reply(tuple(new), None)


def _is_test(resource: Mapping[str, Any]) -> bool:
    meta = resource.get("meta")
    tags = objects(meta.get("tag")) if isinstance(meta, Mapping) else []
    return bool(resource.get("experimental")) or any(tag.get("code") == TEST["code"] for tag in tags)


def _flat(holder: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for item in objects(holder.get("item")):
        found += [item, *_flat(item)]
    return found


def _is_new(item: Mapping[str, Any], known: Sequence[str]) -> bool:
    return (
        item.get("type") in ("choice", "open-choice")
        and not item.get("readOnly")
        and item.get("linkId") not in known
    )


def _text(item: Mapping[str, Any]) -> str:
    text = item.get("text")
    return " ".join(text.split())[:LONGEST] if isinstance(text, str) else ""


def _question(item: dict[str, Any], stem: str, version: str) -> RemoteQuestion:
    link_id = item.get("linkId")
    options = [_option(one, at) for at, one in enumerate(objects(item.get("answerOption")), start=1)]
    if (
        not isinstance(link_id, str)
        or not 1 <= len(link_id) <= 120
        or not _text(item)
        or not 2 <= len(options) <= 20
    ):
        raise NotReadableError("The engine sent a question without text, answers or a linkId.")
    weights = [option["value"] for option in options]
    if len(set(weights)) < len(weights):
        options = [option | {"value": at} for at, option in enumerate(options, start=1)]
    content = {
        "text": _text(item),
        "stem": stem[:LONGEST],
        "options": options,
        "item": item,
        "derivedFrom": version,
    }
    return RemoteQuestion(link_id, content)


def _option(option: Mapping[str, Any], at: int) -> dict[str, Any]:
    """One answer; its value is its weight where that is a small whole number, else its place."""
    coding = option.get("valueCoding")
    coding = coding if isinstance(coding, Mapping) else {}
    weight = next((one for one in map(weight_of, (option, coding)) if one is not None), None)
    whole = weight is not None and weight == int(weight) and 0 <= weight <= 1000
    text = coding.get("display") or option.get("valueString")
    if not isinstance(text, str) or not text.strip():
        raise NotReadableError("The engine sent an answer without text.")
    return {
        "value": int(weight) if whole and weight is not None else at,
        "text": " ".join(text.split())[:LONGEST],
        "code": str(coding.get("code") or ""),
        "system": str(coding.get("system") or ""),
    }


def _score(
    data: Mapping[str, Any], items: Sequence[Mapping[str, Any]], definition: Definition, measure: Measure
) -> RemoteScore:
    """The score among the read-only answers: by its LOINC code, else by the link id "score"."""
    given = {str(item.get("linkId")): _number(item) for item in _flat(data)}
    loinc = definition.loinc_of(definition.measures[0])
    coded = [
        str(item.get("linkId"))
        for item in items
        if loinc and any(code.get("code") == loinc for code in objects(item.get("code")))
    ]
    value = next((given[link] for link in [*coded, "score"] if given.get(link) is not None), None)
    tenths = None if value is None else half_up_integer(Fraction(value) * 10)
    if tenths is not None and not measure.minimum_tenths <= tenths <= measure.maximum_tenths:
        tenths = None
    return RemoteScore(tenths, given.get("theta"), given.get("theta-standard-error"), "remote")


def _number(item: Mapping[str, Any]) -> float | None:
    for answer in objects(item.get("answer"))[:1]:
        quantity = answer.get("valueQuantity")
        inner = quantity.get("value") if isinstance(quantity, Mapping) else None
        value = answer.get("valueDecimal", answer.get("valueInteger", inner))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
