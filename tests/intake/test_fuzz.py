"""Whatever is sent to whatever route: no 5xx, no status and no answer that the OpenAPI document does not tell."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.building.houses import built
from tests.intake.front import Front

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PEOPLE = {
    "citizen": "demo-citizen",
    "counter-clerk": "demo-counter",
    "leader": "demo-leader",
    "specialist": "demo-specialist",
    "catalogue-editor": "demo-editor",
}
OPERATIONS = {
    it.ok().label: it.ok() for it in schemathesis.openapi.from_dict(built("intake").openapi()).get_all_operations()
}


def somebody_for(operation: Any, desk: Front) -> dict[str, str]:
    """The first of the demonstration's people whom the route lets in."""
    told = operation.definition.raw.get("security") or [{"login": []}]
    return next((desk.headers(person) for role, person in PEOPLE.items() if role in told[0]["login"]), {})


def send(operation: Any, mode: GenerationMode, examples: int, desk: Front, login: dict[str, str]) -> list[int]:
    """The statuses that came back."""
    came: list[int] = []

    @given(case=operation.as_strategy(mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def whatever(case: Any) -> None:
        answer = case.call_and_validate(base_url=desk.direct, headers=login, checks=CHECKS, timeout=30)
        came.append(answer.status_code)

    whatever()
    return came


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_route_answers_what_it_does_not_tell(label: str, desk: Front):
    operation = OPERATIONS[label]
    assert send(operation, GenerationMode.POSITIVE, 12, desk, somebody_for(operation, desk))


@pytest.mark.parametrize("label", OPERATIONS)
def test_nor_where_it_is_sent_what_it_does_not_take(label: str, desk: Front):
    operation = OPERATIONS[label]
    try:
        assert send(operation, GenerationMode.NEGATIVE, 8, desk, somebody_for(operation, desk))
    except Unsatisfiable:
        pytest.skip("it takes nothing that could be wrong")


@pytest.mark.parametrize("label", OPERATIONS)
def test_nor_where_nobody_is_logged_in_and_what_needs_a_login_then_answers_401(label: str, desk: Front):
    operation = OPERATIONS[label]
    came = send(operation, GenerationMode.POSITIVE, 3, desk, {})
    assert came
    if operation.definition.raw.get("security"):
        assert set(came) == {401}
