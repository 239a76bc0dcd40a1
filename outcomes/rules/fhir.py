"""Adaptive tests as FHIR R4 with SDC 3.0: what another system asks of our engine, and what it is told.

The operation is ``Questionnaire/$next-question``: a QuestionnaireResponse with a contained Questionnaire comes in;
it goes back with the next question in the contained Questionnaire, or completed and with its scores. Nothing is
kept between two requests.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.flow import Course
from outcomes.rules.scored import ScoreLine
from outcomes.rules.scoring import NoTotal
from outcomes.rules.structure import Instrument, Item
from outcomes.rules.wording_text import DEEPEST, depth

BODY_MOST = 256 * 1024  # PRO-151, bytes
TYPES = ("application/fhir+json", "application/json")
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
ADAPTIVE = SDC + "sdc-questionnaire-questionnaireAdaptive"
WEIGHTS = (CORE + "ordinalValue", CORE + "itemWeight")  # SDC went from the first to the second: both are written
TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
ECHOED = (
    "id",
    "identifier",
    "basedOn",
    "partOf",
    "language",
    "subject",
    "encounter",
    "authored",
    "author",
    "source",
)

SERVED = Rule(
    "PRO-150",
    "Other systems may ask our engine for the adaptive tests installed at the clinic, with a token of their own "
    "that can be ended; every request is in the audit trail, and nothing of it is stored.",
    source="HL7 SDC 3.0.0, Questionnaire/$next-question",
)
READABLE = Rule(
    "PRO-151",
    "A request is at most 256 KB of JSON, at most 20 deep: a QuestionnaireResponse with a contained "
    "Questionnaire, alone or in Parameters.",
    source="HL7 SDC 3.0.0; limits our rule",
)
SAME_VERSION = Rule(
    "PRO-152",
    "A test goes on only with the contents it began with: another version of the instrument is a conflict.",
    source="our rule",
)
ANSWERS = Rule(
    "PRO-153",
    "Only answers to questions the engine asked are taken, one each; an item without an answer was declined.",
    source="HL7 SDC 3.0.0; our rule",
)


@dataclass(frozen=True, slots=True)
class Given:
    """One item of a response. code, weight: of its answer; both None: declined."""

    link_id: str
    code: str | None
    weight: float | None
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What another system asks. canonical: without version; wrapped: it came in Parameters."""

    response: Mapping[str, Any]
    contained_id: str
    canonical: str
    version: str
    language: str
    given: tuple[Given, ...]
    wrapped: bool


class NotReadableError(ValueError):
    """What came is not what the operation takes; the message is a sentence."""


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body. Raises ValueError with a sentence."""
    try:
        data = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise NotReadableError(f"The JSON is nested more than {DEEPEST} deep.") from error
    except UnicodeDecodeError as error:
        raise NotReadableError("The body is not UTF-8 text.") from error
    except ValueError as error:
        raise NotReadableError(f"The body is not JSON: {str(error)[:120]}.") from error
    if not isinstance(data, dict):
        raise NotReadableError("The body is not a FHIR resource.")
    if depth(data) > DEEPEST:
        raise NotReadableError(f"The JSON is nested more than {DEEPEST} deep.")
    return data


def _no_number(word: str) -> float:
    raise ValueError(f"{word[:20]} is no number")


def _finite(text: str) -> float:
    value = float(text)
    return value if isfinite(value) else _no_number(text)


def read_request(body: bytes) -> tuple[Request | None, list[Problem]]:
    """Return what is asked, or why it cannot be read (PRO-151, PRO-153)."""
    try:
        data = parsed(body)
        wrapped = data.get("resourceType") == "Parameters"
        response = _unwrapped(data) if wrapped else data
        return _request(response, wrapped=wrapped), []
    except NotReadableError as error:
        return None, [Blocker(READABLE.id, str(error))]


def _unwrapped(data: Mapping[str, Any]) -> dict[str, Any]:
    for parameter in objects(data.get("parameter")):
        if str(parameter.get("name", "")).startswith("questionnaire-response"):
            resource = parameter.get("resource")
            if isinstance(resource, dict):
                return resource
    raise NotReadableError("The Parameters hold no resource named questionnaire-response.")


def _request(response: dict[str, Any], *, wrapped: bool) -> Request:
    if response.get("resourceType") != "QuestionnaireResponse":
        raise NotReadableError("Send a QuestionnaireResponse, alone or in Parameters.")
    if response.get("status") != "in-progress":
        raise NotReadableError("The QuestionnaireResponse must have the status in-progress.")
    reference = response.get("questionnaire")
    contained = next(
        (
            one
            for one in objects(response.get("contained"))
            if one.get("resourceType") == "Questionnaire" and reference == f"#{one.get('id')}"
        ),
        None,
    )
    if contained is None:
        raise NotReadableError("The response must refer to a contained Questionnaire, such as “#q”.")
    canonical, _, version = _canonical(contained).partition("|")
    language = response.get("language") or contained.get("language") or "en"
    return Request(
        response=response,
        contained_id=str(contained["id"])[:64],
        canonical=canonical,
        version=version,
        language=str(language)[:10],
        given=tuple(_given(item) for item in objects(response.get("item"))),
        wrapped=wrapped,
    )


def _canonical(contained: Mapping[str, Any]) -> str:
    derived = contained.get("derivedFrom")
    for found in (*(derived if isinstance(derived, list) else []), contained.get("url")):
        if isinstance(found, str) and found:
            return found
    raise NotReadableError("The contained Questionnaire must name the test it is derivedFrom.")


def _given(item: Mapping[str, Any]) -> Given:
    link_id = item.get("linkId")
    if not isinstance(link_id, str) or not link_id:
        raise NotReadableError("An item of the response has no linkId.")
    answers = objects(item.get("answer"))
    if len(answers) > 1:
        raise NotReadableError(f"Item {link_id[:64]} has {len(answers)} answers; a question takes one.")
    if not answers:
        return Given(link_id, None, None, item)
    answer = answers[0]
    coding = answer.get("valueCoding")
    coding = coding if isinstance(coding, Mapping) else {}
    code = coding.get("code")
    found = next((one for one in map(weight_of, (answer, coding)) if one is not None), None)
    number = answer.get("valueInteger", answer.get("valueDecimal"))
    if found is None and isinstance(number, int | float) and not isinstance(number, bool):
        found = float(number)
    if not isinstance(code, str) and found is None:
        raise NotReadableError(f"The answer of item {link_id[:64]} is neither a coding nor a number.")
    return Given(link_id, code if isinstance(code, str) else None, found, item)


def weight_of(holder: Mapping[str, Any]) -> float | None:
    """Return the ordinalValue or itemWeight of an answer, an option or a coding; None without one."""
    for extension in objects(holder.get("extension")):
        if extension.get("url") in WEIGHTS:
            value = extension.get("valueDecimal", extension.get("valueInteger"))
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
    return None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; what is none of them is no FHIR."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise NotReadableError("A list of the resource holds something that is no object.")
    return value


# -- what is answered ----------------------------------------------------------------------------------


def canonical_of(name: str, base: str) -> str:
    """Return the address that names one of our tests. base: of the FHIR service, without a slash at its end."""
    return f"{base}/Questionnaire/{name}"


def version_of(instrument: Instrument) -> str:
    """Return what tells one content of an instrument from another."""
    return instrument.content_sha256[:16]


def answers_of(instrument: Instrument, given: Sequence[Given]) -> tuple[dict[int, int | None], list[Problem]]:
    """Return the answers by item number, and what is wrong with them (PRO-153)."""
    answers: dict[int, int | None] = {}
    problems: list[Problem] = []
    for one in given:
        found = [item for item in instrument.items if item.code == one.link_id]
        if not found:
            problems.append(_answer_problem(one, f"is no question of {instrument.name}"))
        elif found[0].number in answers:
            problems.append(_answer_problem(one, "stands in the response twice"))
        elif one.code is None and one.weight is None:
            answers[found[0].number] = None
        else:
            value = _value(found[0], one)
            answers[found[0].number] = value
            if value is None:
                problems.append(_answer_problem(one, "has an answer that is not among its options"))
    return answers, problems


def _value(item: Item, given: Given) -> int | None:
    if given.code is not None:
        return next((option.value for option in item.options if str(option.value) == given.code), None)
    return next((option.value for option in item.options if option.value == given.weight), None)


def not_asked(instrument: Instrument, course: Course, given: Sequence[Given]) -> list[Problem]:
    """Return the answers to questions that the engine did not ask on this path (PRO-153)."""
    asked = {instrument.item(number).code for number in course.questions}
    return [_answer_problem(one, "was not asked at this point") for one in given if one.link_id not in asked]


def _answer_problem(given: Given, what: str) -> Problem:
    return Blocker(ANSWERS.id, f"Item {given.link_id[:64]} {what}. Nothing was scored; take it out.")


def response(
    request: Request,
    instrument: Instrument,
    course: Course,
    scores: Sequence[ScoreLine | NoTotal],
    *,
    base: str,
) -> dict[str, Any]:
    """Return the resource that goes back: with the next question, or completed with its scores."""
    given = {one.link_id: one.item for one in request.given}
    items: list[Any] = [given[code] for n in course.asked if (code := instrument.item(n).code) in given]
    results = _results(instrument, scores) if course.next is None else []
    if results:
        items.append({"linkId": "scores", "item": [_result_answer(*one) for one in results]})
    body: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        **{name: request.response[name] for name in ECHOED if name in request.response},
        "meta": {"profile": [SDC + "sdc-questionnaireresponse-adapt"]} | _tags(instrument),
        "contained": [_questionnaire(request, instrument, course, results, base=base)],
        "questionnaire": f"#{request.contained_id}",
        "status": "completed" if course.next is None else "in-progress",
    }
    body |= {"item": items} if items else {}
    if request.wrapped:
        return {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": body}]}
    return body


Result = tuple[str, str, str, Any]  # linkId, text, kind of value, value


def _results(instrument: Instrument, scores: Sequence[ScoreLine | NoTotal]) -> list[Result]:
    found: list[Result] = []
    scale = instrument.definition.scale
    for line in scores:
        if isinstance(line, NoTotal):
            found.append(("no-score", "Why there is no score", "string", line.sentence))
            continue
        found.append(("score", f"{line.measure} ({scale.name})", "decimal", line.tenths / 10))
        if line.theta is not None and line.standard_error is not None:
            points = scale.se_tenths(line.standard_error) / 10
            found.append(("standard-error", "Standard error of the score", "decimal", points))
            found.append(("theta", "Theta", "decimal", line.theta))
            found.append(("theta-standard-error", "Standard error of theta", "decimal", line.standard_error))
        found.append(("engine", "Engine", "string", line.engine))
        found.append(("stopped", "Why it ended", "string", line.note))
    return found


def _result_answer(link_id: str, text: str, kind: str, value: Any) -> dict[str, Any]:
    return {"linkId": link_id, "text": text, "answer": [{f"value{kind.title()}": value}]}


def _result_item(instrument: Instrument, link_id: str, text: str, kind: str) -> dict[str, Any]:
    hidden = [{"url": CORE + "questionnaire-hidden", "valueBoolean": True}]
    item: dict[str, Any] = {"linkId": link_id, "text": text, "type": kind, "readOnly": True, "extension": hidden}
    loinc = instrument.definition.loinc_of(instrument.measure) if link_id == "score" else ""
    return item | ({"code": [{"system": "http://loinc.org", "code": loinc}]} if loinc else {})


def _questionnaire(
    request: Request, instrument: Instrument, course: Course, results: Sequence[Result], *, base: str
) -> dict[str, Any]:
    items = [_question(instrument, instrument.item(number), base) for number in course.questions]
    if instrument.stem:
        items.insert(0, {"linkId": "stem", "text": instrument.stem, "type": "display"})
    if results:
        below = [_result_item(instrument, link_id, text, kind) for link_id, text, kind, _ in results]
        items.append({"linkId": "scores", "text": "Scores", "type": "group", "item": below})
    definition = instrument.definition
    return {
        "resourceType": "Questionnaire",
        "id": request.contained_id,
        "meta": {"profile": [SDC + "sdc-questionnaire-adapt"]} | _tags(instrument),
        "language": instrument.language,
        "extension": [{"url": ADAPTIVE, "valueUrl": base}],
        "derivedFrom": [f"{canonical_of(instrument.name, base)}|{version_of(instrument)}"],
        "title": instrument.title,
        "status": "active",
        "experimental": definition.is_demo,
        "copyright": f"{instrument.attribution} {instrument.licence}",
        "item": items,
    }


def _tags(instrument: Instrument) -> dict[str, Any]:
    """A demonstration says so in every resource."""
    return {"tag": [TEST]} if instrument.definition.is_demo else {}


def _question(instrument: Instrument, item: Item, base: str) -> dict[str, Any]:
    system = f"{base}/CodeSystem/{instrument.name}"
    found: dict[str, Any] = {"linkId": item.code, "text": item.text, "type": "choice", "required": False}
    if item.loinc:
        found["code"] = [{"system": "http://loinc.org", "code": item.loinc}]
    found["answerOption"] = [
        {
            "extension": [{"url": url, "valueDecimal": option.value} for url in WEIGHTS],
            "valueCoding": {"system": system, "code": str(option.value), "display": option.text},
        }
        for option in item.options
    ]
    return found
