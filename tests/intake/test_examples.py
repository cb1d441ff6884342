"""The examples in the OpenAPI document are requests that work: each is asked, in the order of their story."""

from collections import defaultdict
from typing import Any

import httpx
import msgspec
import pytest

from deploy.demo.paper import sheet
from shared.openapi import Example
from shared.reference import table
from tests.building.houses import built
from tests.intake.front import Front

EXAMPLES = msgspec.convert(table("services.intake.data", "examples.yaml")["examples"], list[Example])
RESULT = "0" * 64
"""The SHA-256 of a signed result, which no example reads."""
TOLD = built("intake").openapi()["paths"]


def test_every_request_with_a_json_body_has_an_example_in_the_document():
    without = [
        f"{method.upper()} {path}"
        for path, methods in TOLD.items()
        for method, operation in methods.items()
        if (content := operation.get("requestBody", {}).get("content", {}).get("application/json"))
        and "example" not in content
    ]
    # The bank signs its own; the registry is a partner's; a form is printed after a decision; tests of their own.
    assert sorted(without) == [
        "POST /dossiers/{dossier_id}/forms/{form}.pdf",
        "POST /payments/callbacks",
        "POST /people/lookup",
        "POST /procedures/{code}/versions/{version}/withdrawal",
    ]


def test_the_examples_work_one_after_the_other_and_answer_what_the_document_says(desk: Front):
    answers: dict[str, Any] = defaultdict(dict)
    with httpx.Client(base_url=desk.direct, timeout=30) as http:
        http.post("/papers", content=sheet("Ban quet de thu"), headers=desk.headers("demo-citizen"))
        for it in EXAMPLES:
            answer = asked(http, desk, it, answers)
            assert answer.status_code == it.status, (it.call, it.path, answer.text)
            method, _, path = it.call.partition(" ")
            assert str(it.status) in TOLD[path][method.lower()]["responses"]
            answers[it.call] = answer.json()


def asked(http: httpx.Client, desk: Front, it: Example, answers: dict[str, Any]) -> httpx.Response:
    method, _, path = it.call.partition(" ")
    if it.after == "decided":
        desk.tell((it.path or {})["dossier_id"], 9, is_decided=True, result=RESULT)
    taken = {name: answers[call][field] for name, (call, field) in (it.take or {}).items()}
    body = None if it.body is None else {**it.body, **taken}
    headers = desk.headers(it.who) if it.who else {}
    return http.request(method, path.format(**(it.path or {})), json=body, params=it.query, headers=headers)


@pytest.mark.parametrize("it", EXAMPLES, ids=lambda it: it.call)
def test_an_example_names_an_operation_of_the_document(it: Example):
    method, _, path = it.call.partition(" ")
    assert method.lower() in TOLD[path]
