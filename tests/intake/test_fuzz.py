"""Whatever is sent to whatever route: no 5xx, no status and no answer that the OpenAPI document does not tell."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
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


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_route_answers_what_it_does_not_tell(label: str, desk: Front):
    operation = OPERATIONS[label]
    login = somebody_for(operation, desk)

    @given(case=operation.as_strategy())
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def whatever(case: Any) -> None:
        case.call_and_validate(base_url=desk.direct, headers=login, checks=CHECKS, timeout=30)

    whatever()
