"""The container and systemd files name commands, settings and each other as they are."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from models.settings import Settings
from portal.cli.main import app

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
EXAMPLES = sorted((ROOT / "deploy").glob("*/example.env"))
SETTINGS = {f"RECTIFY_{name.upper()}" for name in Settings.model_fields}
PROGRAM = "/opt/rectify/.venv/bin/rectify"


def command(words: list[str]) -> typer.models.CommandInfo | Any:
    """The command of ours that these words call, with all its options known."""
    root = typer.main.get_command(app)
    name, *given = words
    found = getattr(root, "commands", {})[name]
    options = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in given if word.startswith("--")} <= options, words
    return found


def named(path: Path) -> dict[str, str]:
    """What an environment file names, with its values."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_containers_of_ours_run_commands_of_ours() -> None:
    assert {service["command"][0] for service in OURS.values()} == {
        "migrate",
        "server",
        "services",
        "worker",
        "portal",
    }
    for service in OURS.values():
        command(service["command"])


def test_containers_are_asked_how_they_are_by_a_command_of_ours() -> None:
    for name, service in OURS.items():
        check = service.get("healthcheck", {})
        if not check.get("disable") and name != "migrate":
            assert check["test"][:3] == ["CMD", "rectify", "health"]
            command(check["test"][2:])


def test_containers_are_told_settings_that_there_are() -> None:
    for service in OURS.values():
        assert set(service["environment"]) <= SETTINGS
    assert (
        set(named(ROOT / "deploy/compose/example.env")) - {"POSTGRES_PASSWORD", "REDIS_PASSWORD"} <= SETTINGS
    )


def test_what_compose_leaves_open_the_example_names() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked == set(named(ROOT / "deploy/compose/example.env"))


def test_compose_refers_to_services_volumes_and_files_that_there_are() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= SERVICES.keys()
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_nobody_else_reaches_what_has_no_sign_in() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert OURS["portal"]["network_mode"] == "host"
    assert "RECTIFY_PORTAL_HOST" not in OURS["portal"]["environment"]


def test_servers_share_what_their_start_asks_for() -> None:
    for name in ("server-1", "server-2", "services", "migrate"):
        told = OURS[name]["environment"]
        needed = {"REDIS_URL", "PREFECT_DATABASE_URL", "PREFECT_AUTH", "PREFECT_KEY"}
        assert {f"RECTIFY_{setting}" for setting in needed} <= set(told)
        assert "RECTIFY_PREFECT_API_URL" not in told, "each is asked itself how it is, not the balancer"


def test_portals_share_what_any_of_them_has_to_show_and_the_image_has_its_place() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert {"evidence:/data/evidence", "jobs:/data/jobs"} <= set(OURS["portal"]["volumes"])
    for service in OURS.values():
        assert all(volume.split(":")[1] in image.split() for volume in service.get("volumes", ()))


def test_the_image_has_all_that_the_commands_need() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    taken = {word for line in image.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]}
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert all(f"!{word}\n" in kept for word in taken)
    assert {"policy", "models", "tasks", "flows", "portal", "prefect.yaml", "requirements.lock"} <= taken


def lines(unit: Path) -> Iterator[tuple[str, str]]:
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            yield name, value


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_of_ours_and_may_write_its_folder_only(unit: Path) -> None:
    said: Mapping[str, str] = dict(lines(unit))
    program, *words = said["ExecStart"].split()
    assert program == PROGRAM
    command(words)
    assert said["ReadWritePaths"] == "/var/lib/rectify"
    assert (said["ProtectSystem"], said["NoNewPrivileges"], said["User"]) == ("strict", "yes", "rectify")
    assert said.get("Restart") == "always" or said["Type"] == "oneshot"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.parent.name)
def test_examples_hold_no_secret(example: Path) -> None:
    secret = {
        name: value for name, value in named(example).items() if name.endswith(("PASSWORD", "AUTH", "KEY"))
    }
    assert secret
    assert not any(secret.values())


def test_the_units_are_told_settings_that_there_are() -> None:
    assert set(named(ROOT / "deploy/systemd/example.env")) <= SETTINGS


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    copies = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
def test_haproxy_understands_its_file() -> None:
    file = ROOT / "deploy" / "compose" / "haproxy.cfg"
    done = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
