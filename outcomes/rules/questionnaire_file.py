"""A FHIR R4 Questionnaire: its questions with fixed answers, wherever they are nested."""

from collections.abc import Mapping
from typing import Any

from kitclinic.register import Rule
from outcomes.rules.wording_text import LONGEST_CODE, Question, ReadWording

FORMAT = Rule(
    "PRO-53",
    "Wording comes as a FHIR R4 Questionnaire in JSON, or as our own TOML or JSON form, in one language; another "
    "version of FHIR, and a question without fixed answers, are refused.",
    source="HL7 FHIR 4.0.1; our rule",
)
SHOWN_ONLY = frozenset({"display"})
CHOICES = frozenset({"choice", "open-choice"})
NOT_ASKED = frozenset({"decimal", "integer", "quantity"})  # totals that a form computes


def read(data: Mapping[str, Any], found: ReadWording) -> None:
    """Read a resource into ``found``."""
    if data["resourceType"] != "Questionnaire":
        kind = str(data["resourceType"])[:40]
        found.refuse(FORMAT, f"The file is a FHIR {kind}, not a Questionnaire. Export the Questionnaire itself.")
        return
    for name in ("title", "version", "language", "copyright"):
        value = data.get(name, "")
        setattr(found, name, " ".join(value.split())[:400] if isinstance(value, str) else "")
    hint = _other_version(data)
    if hint:
        found.refuse(FORMAT, f"This looks like FHIR {hint}. Export the Questionnaire as FHIR R4 (4.0.1).")
    value_sets = _contained(data)
    stems: list[str] = []
    for item in _items(data):
        _read_item(item, found, value_sets, stems)
    if stems:
        found.stem = found.text(stems[0], "The text above the questions")
    if len(stems) > 1:
        found.notes.append(f"{len(stems) - 1} more texts between the questions were left out.")


def _items(holder: Mapping[str, Any]) -> list[Any]:
    items = holder.get("item", [])
    return items if isinstance(items, list) else []


def _read_item(item: Any, found: ReadWording, value_sets: Mapping[str, Any], stems: list[str]) -> None:
    if not isinstance(item, Mapping):
        found.refuse(FORMAT, "An “item” of the Questionnaire is not an object.")
        return
    place = f"Item {str(item.get('linkId') or item.get('text') or '(no linkId)')[:LONGEST_CODE]}"
    kind = str(item.get("type"))
    if kind == "group" or kind in SHOWN_ONLY:
        if isinstance(item.get("text"), str) and item["text"].strip():
            stems.append(item["text"])
    elif kind in CHOICES:
        if kind == "open-choice":
            found.refuse(FORMAT, f"{place} takes answers of the patient's own. Only fixed answers are scored.")
        _read_question(item, place, found, value_sets)
    elif kind in NOT_ASKED and (item.get("readOnly") or not item.get("answerOption")):
        found.notes.append(f"{place} ({kind}) is not a question with fixed answers and was left out.")
    else:
        found.refuse(
            FORMAT,
            f"{place} is of type “{kind[:20]}”. Only type “choice”, with fixed answers, is taken.",
        )
    for below in _items(item):
        _read_item(below, found, value_sets, stems)


def _read_question(item: Mapping[str, Any], place: str, found: ReadWording, value_sets: Mapping[str, Any]) -> None:
    names = _names(item)
    if not names:
        found.refuse(FORMAT, f"{place} has neither a linkId nor a code.")
        return
    if any(name in item for name in ("enableWhen", "enableBehavior")):
        found.refuse(FORMAT, f"{place} is asked on a condition (enableWhen). All questions must be asked alike.")
    text = item.get("text")
    if isinstance(item.get("prefix"), str) and isinstance(text, str):
        text = text.removeprefix(item["prefix"]).strip() or text
    options = item.get("answerOption")
    if options is None and isinstance(item.get("answerValueSet"), str):
        options = value_sets.get(item["answerValueSet"].removeprefix("#"))
        if options is None:
            found.refuse(
                FORMAT, f"{place} keeps its answers in a value set elsewhere. Put them into answerOption."
            )
            return
    if not isinstance(options, list):
        found.refuse(FORMAT, f"{place} has no answerOption.")
        return
    answers = tuple(_answer(option, f"{place}, answer {at}", found) for at, option in enumerate(options, start=1))
    found.questions.append(Question(place, names, found.text(text, place), answers))


def _names(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What a question is called: codes that are not LOINC, link id, LOINC codes."""
    own: list[str] = []
    loinc: list[str] = []
    codes = item.get("code", [])
    for coding in codes if isinstance(codes, list) else []:
        if isinstance(coding, Mapping) and isinstance(coding.get("code"), str):
            (loinc if "loinc.org" in str(coding.get("system", "")) else own).append(coding["code"])
    link = item.get("linkId")
    link_id = [link.strip("/ ")] if isinstance(link, str) else []
    return tuple(dict.fromkeys(name for name in [*own, *link_id, *loinc] if name and len(name) <= LONGEST_CODE))


def _answer(option: Any, place: str, found: ReadWording) -> tuple[int | None, str]:
    """The score and the text of one answer. Scores: ordinalValue, itemWeight, an integer, a code that is one."""
    if not isinstance(option, Mapping):
        found.refuse(FORMAT, f"{place} is not an object.")
        return None, ""
    coding = option.get("valueCoding")
    coding = coding if isinstance(coding, Mapping) else {}
    whole = option.get("valueInteger")
    text = coding.get("display") or option.get("valueString") or (str(whole) if whole is not None else None)
    for holder in (option, coding):
        weight = _weight(holder)
        if weight is not None:
            return _score(weight), found.text(text, place)
    if whole is not None:
        return _score(whole), found.text(text, place)
    code = str(coding.get("code", "")).strip()
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 5 else None
    return number, found.text(text, place)


def _weight(holder: Mapping[str, Any]) -> Any:
    extensions = holder.get("extension", [])
    for extension in extensions if isinstance(extensions, list) else []:
        if isinstance(extension, Mapping) and str(extension.get("url", "")).endswith(
            ("ordinalValue", "itemWeight")
        ):
            return extension.get("valueDecimal", extension.get("valueInteger"))
    return None


def _score(value: Any) -> int | None:
    """Scores are whole numbers from 0 to 999; anything else is none, and said so with the answers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1000 and value == int(value) else None


def _contained(data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Answers of the value sets that stand in the Questionnaire itself, as answerOption would hold them."""
    found = {}
    resources = data.get("contained", [])
    for resource in resources if isinstance(resources, list) else []:
        if isinstance(resource, Mapping) and resource.get("resourceType") == "ValueSet":
            found[str(resource.get("id"))] = [{"valueCoding": concept} for concept in _concepts(resource)]
    return found


def _concepts(value_set: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    compose = value_set.get("compose", {})
    included = compose.get("include", []) if isinstance(compose, Mapping) else []
    found = []
    for part in included if isinstance(included, list) else []:
        concepts = part.get("concept", []) if isinstance(part, Mapping) else []
        found += [concept for concept in concepts if isinstance(concept, Mapping)]
    return found


def _other_version(data: Mapping[str, Any]) -> str:
    """What gives away another version of FHIR; "" for none."""
    meta = data.get("meta")
    profiles = str(meta.get("profile", "")) if isinstance(meta, Mapping) else ""
    if any(name in data for name in ("versionAlgorithmString", "versionAlgorithmCoding", "copyrightLabel")):
        return "R5"
    if "/5.0" in profiles:
        return "R5"
    waiting = list(_items(data))
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Mapping):
            continue
        if str(item.get("type")) in {"coding", "question"} or "answerConstraint" in item:
            return "R5"
        if "option" in item or "options" in item or "initialCoding" in item:
            return "STU3"
        waiting += _items(item)
    return ""
