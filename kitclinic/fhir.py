"""Answering other systems over HTTP: bearer token, body of limited length, OperationOutcome for a refusal."""

from collections.abc import Collection, Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse

from kitclinic.problems import Blocker, Problem

MEDIA_TYPE = "application/fhir+json"
TOKEN_MOST = 200  # characters; ours are shorter
CHARSETS = {"", "utf-8", "utf8", "us-ascii"}
CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    405: "not-supported",
    409: "conflict",
    411: "required",
} | {
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
}


def bearer(request: HttpRequest) -> str:
    """Return the token of the header Authorization; "" without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) <= TOKEN_MOST else ""


def is_from_a_page(request: HttpRequest) -> bool:
    """Return whether a web page sent this request, of whatever site."""
    return request.headers.get("Sec-Fetch-Site", "none") != "none" or bool(request.headers.get("Origin"))


def unacceptable(request: HttpRequest, *, rule: str, most: int, types: Collection[str]) -> JsonResponse | None:
    """Return the answer to a request that is not even read, by what its head says. most: bytes of its body."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal()):
        return refuse(411, Blocker(rule, "Say how long the request is, with Content-Length."))
    if len(length) > 9 or int(length) > most:
        sentence = f"The request is longer than {most // 1024} KB. Nothing was stored; send it in parts."
        return refuse(413, Blocker(rule, sentence))
    charset = (request.content_params or {}).get("charset", "").lower()
    if request.content_type not in types or charset not in CHARSETS or request.headers.get("Content-Encoding"):
        sentence = f"Send {', '.join(types)}, in UTF-8 and not compressed. Nothing was stored."
        return refuse(415, Blocker(rule, sentence))
    return None


def refuse(status: int, *problems: Problem, **headers: str) -> JsonResponse:
    """Every problem in one OperationOutcome, each with its sentence and rule."""
    said = [
        issue("error", CODES[status], f"{one.sentence} ({one.rule})" if one.rule else one.sentence)
        for one in problems
    ]
    return outcome(status, said, headers)


def issue(severity: str, code: str, text: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "diagnostics": text}


def outcome(status: int, issues: Iterable[dict[str, str]], headers: dict[str, str] | None = None) -> JsonResponse:
    return resource({"resourceType": "OperationOutcome", "issue": list(issues)}, status, headers)


def resource(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse(body, status=status, headers=headers, content_type=MEDIA_TYPE)
