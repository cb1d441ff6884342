"""A service's API as a page: what OpenAPI says, rendered here, without a script and without another host."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from shared import door
from shared.auth import Anyone
from shared.door import FromApp
from shared.web.pages import Pages

__all__ = ["Operation", "operations", "router"]

router = door.router(tags=["web"])

Schema = Mapping[str, Any]
NOTHING: Schema = {}
READABLE = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    is_required: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    about: str
    roles: tuple[str, ...]
    """Who may; empty: everyone."""
    parameters: tuple[Field, ...]
    body: str
    answer: str
    example: str
    """A body that works, as JSON; empty where there is none."""


@router.get("/docs", include_in_schema=False)
async def show(request: Request, _: Anyone, pages: Annotated[Pages, FromApp("pages")]) -> Response:
    document = request.app.openapi()
    return pages.show(
        request, "reference.html", api=document["info"], operations=operations(request.app), shapes=shapes(document)
    )


def operations(app: FastAPI) -> list[Operation]:
    """Every operation that OpenAPI describes, with the roles that its guard lets in."""
    guards = _guards(app)
    paths = cast("Mapping[str, Mapping[str, Any]]", app.openapi()["paths"])
    return [
        _operation(method, path, it, guards.get((method.upper(), path), ()))
        for path, methods in paths.items()
        for method, it in methods.items()
        if method in READABLE
    ]


def shapes(document: Schema) -> dict[str, list[Field]]:
    """The fields of every named schema."""
    schemas = cast("Mapping[str, Schema]", document.get("components", {}).get("schemas", {}))
    return {
        name: [
            Field(field, kind(it), field in schema.get("required", ()), it.get("description", ""))
            for field, it in schema.get("properties", {}).items()
        ]
        for name, schema in schemas.items()
        if not name.endswith("ValidationError")
    }


def kind(schema: Schema) -> str:
    """A schema in a few words; the name of a shape where it has one."""
    if ref := schema.get("$ref"):
        return str(ref).rpartition("/")[2]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(it) for it in options))
    if words := schema.get("enum") or ([schema["const"]] if "const" in schema else ()):
        return " | ".join(f'"{word}"' for word in words)
    if schema.get("type") == "array":
        items: Schema = schema.get("items") or next(iter(schema.get("prefixItems", ())), NOTHING)
        return f"list of {kind(items)}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _operation(method: str, path: str, it: Schema, roles: tuple[str, ...]) -> Operation:
    parameters = tuple(
        Field(p["name"], f"{kind(p.get('schema', {}))}, in {p['in']}", p.get("required", False))
        for p in it.get("parameters", ())
    )
    good: Schema = next((answer for code, answer in it["responses"].items() if code.startswith("2")), NOTHING)
    about = it.get("description") or it.get("summary", "")
    return Operation(
        method.upper(), path, about, roles, parameters, _content(it.get("requestBody")), _content(good), _example(it)
    )


def _example(it: Schema) -> str:
    content = it.get("requestBody", NOTHING).get("content", NOTHING).get("application/json", NOTHING)
    return json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""


def _content(told: Schema | None) -> str:
    schema = (told or {}).get("content", {}).get("application/json", {}).get("schema")
    return kind(schema) if schema else ""


def _guards(app: FastAPI) -> dict[tuple[str, str], tuple[str, ...]]:
    routes = (context.original_route for context in iter_route_contexts(app.routes))
    return {
        (method, route.path_format): roles
        for route in routes
        if isinstance(route, APIRoute)
        for roles in [tuple(_roles(route.dependant.dependencies))]
        for method in route.methods or ()
    }


def _roles(dependencies: Iterable[Dependant]) -> Iterable[str]:
    for it in dependencies:
        yield from getattr(it.call, "roles", ())
