"""Every route of every service is guarded, and says so in OpenAPI."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from fastapi import FastAPI
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from shared.auth import anyone
from shared.door import Door
from shared.people import ROLES
from tests.building.houses import SERVICES, built
from tests.shared.apps import client

BY_FASTAPI = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
"""What describes the service is open to everyone, as the description of its events is."""

OPEN = {
    "/track",  # asks for the second factor by POST, so that it stands in no address
    "/tracking",
    "/tracking/rating",  # like /track/rating, for programs
    "/track/rating",  # code and second factor in the body, as many tries as the tracking page gives
    "/pay/{token}",  # the token is a signed link of half an hour
    "/pay/{token}/asked",
    "/payments/links/{token}/orders",  # like the payment page, for programs
    "/payments/links/{token}/asking",
    "/payments/callbacks",  # the bank signs what it says
    "/queue",  # whoever comes to the door takes a number: it knows nobody, and an address gets few of them
    "/queue/tickets/{ticket_id}",
}


def routes(app: FastAPI) -> Iterator[APIRoute]:
    found = list(walk(app.routes))
    assert len(found) > 4
    yield from found


def walk(all: Any) -> Iterator[APIRoute]:
    for it in all:
        if isinstance(it, APIRoute):
            yield it
        elif isinstance(it, Mount):
            assert not it.routes, f"{it.path}: what is mounted shows its routes to nobody: guard it as the others are"
        elif hasattr(it, "original_router"):
            yield from walk(it.original_router.routes)
        elif isinstance(it, Route):
            assert it.path in BY_FASTAPI, it.path


def guards(route: APIRoute) -> list[Any]:
    """The guards that stand in a route's signature."""
    hints = get_type_hints(route.endpoint, include_extras=True)
    extras = [it for name in inspect.signature(route.endpoint).parameters for it in get_args(hints[name])[1:]]
    functions = [it.dependency for it in extras if isinstance(it, Depends)]
    return [it for it in functions if it is anyone or hasattr(it, "roles")]


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_names_exactly_one_guard(service: str):
    assert [it.path for it in routes(built(service)) if len(guards(it)) != 1] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_a_door_of_the_house(service: str):
    assert [it.path for it in routes(built(service)) if not isinstance(it, Door)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_guard_lets_in_roles_that_exist(service: str):
    for it in routes(built(service)):
        (guard,) = guards(it)
        assert guard is anyone or (guard.roles and set(guard.roles) <= set(ROLES)), it.path


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_changes_something_is_open_to_everyone(service: str):
    changing = [it for it in routes(built(service)) if it.methods - {"GET", "HEAD"} and guards(it) == [anyone]]
    assert [it.path for it in changing if it.path not in OPEN] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_without_a_token_every_guarded_route_answers_401_before_it_reads_anything(service: str):
    app = built(service)
    app.state.tracing, app.state.store = None, None
    async with client(app) as asking:
        for it in routes(app):
            if guards(it) == [anyone]:
                continue
            for method in it.methods:
                answer = await asking.request(method, it.path, content=b"no JSON")  # nor are there such ids
                assert answer.status_code == 401, (method, it.path, answer.text)


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_resolves_and_shows_for_each_guarded_route_the_roles_of_which_one_is_needed(service: str):
    app = built(service)
    document = app.openapi()
    assert dangling(document) == []
    assert document["components"]["securitySchemes"]["login"]["scheme"] == "bearer"
    for it in routes(app):
        if not it.include_in_schema:
            continue
        (guard,) = guards(it)
        for method in it.methods:
            security = document["paths"][it.path_format][method.lower()].get("security")
            expected = None if guard is anyone else [{"login": list(guard.roles)}]
            assert security == expected, (method, it.path)


def dangling(document: Any) -> list[str]:
    """References that lead nowhere."""

    def refs(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from refs(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from refs(inner)

    def leads(ref: str) -> bool:
        at: Any = document
        for escaped in ref.removeprefix("#/").split("/"):
            name = escaped.replace("~1", "/").replace("~0", "~")
            if not isinstance(at, dict) or name not in at:
                return False
            at = at[name]
        return True

    return sorted({ref for ref in refs(document) if not leads(ref)})
