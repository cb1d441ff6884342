"""The one door: every path to its service, replicas in turn, nothing that a browser should be told missing."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from deploy.engines.network import free_ports
from deploy.web import Gateway
from tests.building.houses import built


class Upstream(ThreadingHTTPServer):
    """A service of the size of a test: answers its own name and the path that it was asked for."""

    def __init__(self, name: str) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"{name} {self.path}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Server", "upstream/1.0")
                self.send_header("X-Told", self.headers.get("X-Forwarded-For", ""))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def die(self) -> None:
        self.shutdown()  # first: a server whose socket was closed under it spins for ever
        self.server_close()


@pytest.fixture
def upstreams() -> Iterator[dict[str, list[Upstream]]]:
    names = ("intake", "postal", "processing", "notify", "demo_issuer", "demo_bank")
    made = {name: [Upstream(f"{name}-{number}") for number in (1, 2)] for name in names}
    yield made
    for both in made.values():
        for each in both:
            each.die()


@pytest.fixture
def door(tmp_path: Path, upstreams: dict[str, list[Upstream]]) -> Iterator[httpx.Client]:
    ports = {name: [each.port for each in both] for name, both in upstreams.items()}
    gateway = Gateway(tmp_path, free_ports(1)[0], ports)
    gateway.start()
    with httpx.Client(base_url=gateway.url) as client:
        yield client
    gateway.stop()


@pytest.mark.parametrize(
    ("asked", "who", "path"),
    [
        ("/", "intake", "/"),
        ("/track", "intake", "/track"),
        ("/track/ABC", "intake", "/track/ABC"),
        ("/intake/dossiers?a=1", "intake", "/dossiers?a=1"),
        ("/postal/parcels", "postal", "/parcels"),
        ("/processing/cases", "processing", "/cases"),
        ("/notify/messages", "notify", "/messages"),
        ("/demo/people", "demo_issuer", "/people"),
        ("/demo/bank/pay/MC1", "demo_bank", "/pay/MC1"),
        ("/pay/token", "intake", "/pay/token"),
        ("/counter/cash", "intake", "/counter/cash"),
    ],
)
def test_each_path_goes_to_its_service_without_its_prefix(door: httpx.Client, asked: str, who: str, path: str):
    name, _, got = door.get(asked).text.partition(" ")
    assert name.rpartition("-")[0] == who
    assert got == path


def test_every_page_of_intake_is_reached_by_the_address_that_people_type(door: httpx.Client):
    pages = [
        route.path
        for route in built("intake").routes
        if isinstance(route, APIRoute)
        and not route.include_in_schema
        and route.endpoint.__module__.startswith(("services.intake.pages", "shared.web.login"))
    ]
    assert {"/", "/login/done", "/my"} < set(pages)
    for page in pages:
        path = re.sub(r"\{\w+\}", "x", page)
        assert re.fullmatch(rf"intake-\d {path}", door.get(path).text), page


def test_the_address_that_the_proxy_before_the_gateway_names_reaches_the_service(door: httpx.Client):
    told = door.get("/track", headers={"X-Forwarded-For": "203.0.113.7"}).headers["x-told"]
    assert [it.strip() for it in told.split(",")] == ["203.0.113.7", "127.0.0.1"]
    assert door.get("/track").headers["x-told"] == "127.0.0.1"


def test_both_replicas_get_requests(door: httpx.Client):
    assert {door.get("/postal/x").text for _ in range(40)} == {"postal-1 /x", "postal-2 /x"}


def test_a_dead_replica_costs_no_request(door: httpx.Client, upstreams: dict[str, list[Upstream]]):
    upstreams["postal"][0].die()
    assert {door.get("/postal/x").text for _ in range(20)} == {"postal-2 /x"}


def test_with_every_replica_dead_the_answer_is_503_and_says_when_to_come_back(
    door: httpx.Client, upstreams: dict[str, list[Upstream]]
):
    for each in upstreams["notify"]:
        each.die()
    answer = door.get("/notify/x", timeout=20)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


def test_with_every_replica_dead_a_person_is_told_so_in_both_languages_and_can_try_again(
    door: httpx.Client, upstreams: dict[str, list[Upstream]]
):
    for each in upstreams["intake"]:
        each.die()
    for ask in (door.get, door.post):
        answer = ask("/my/x", timeout=20, headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; style-src 'unsafe-inline'")
        assert "<h1>Hệ thống đang bận</h1>" in answer.text
        assert '<a class="button" href="">Thử lại</a>' in answer.text
        assert "<h2>The system is busy</h2>" in answer.text
    plain = door.get("/my/x", timeout=20)
    assert plain.status_code == 503
    assert plain.headers["content-type"].startswith("text/plain")


def test_every_answer_carries_the_headers_that_protect_a_browser_and_none_that_names_software(door: httpx.Client):
    for path in ("/", "/postal/x", "/nowhere"):
        headers = door.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "server" not in headers
        assert "via" not in headers


def test_an_unknown_path_is_404_in_both_languages(door: httpx.Client):
    answer = door.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Không có trang này</h1>" in answer.text
    assert "<h2>There is no such page</h2>" in answer.text
    assert 'href="/">Về trang chủ</a>' in answer.text
    assert ".button { display: inline-block;" in answer.text


def test_outside_a_demonstration_there_is_no_way_to_the_demo_issuer(
    tmp_path: Path, upstreams: dict[str, list[Upstream]]
):
    gateway = Gateway(tmp_path, free_ports(1)[0], {"intake": [upstreams["intake"][0].port]}, demo=False)
    gateway.start()
    try:
        assert httpx.get(f"{gateway.url}/demo/people").status_code == 404
    finally:
        gateway.stop()
