"""The environment of the Prefect server: real names, in force, and nothing unsafe."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import Settings as PrefectSettings
from pydantic import AliasChoices, BaseModel

from models.settings import Settings
from policy.refusals import Unavailable
from tasks.prefect_server import (
    auth,
    child_environment,
    client_environment,
    refuse_unsafe,
    server_environment,
)
from tests.flows.prefect_house import ROOT, PrefectHouse

# Read by Prefect without being one of its settings.
BESIDE = {"DO_NOT_TRACK", "PREFECT_SERVER_ENCRYPTION_KEY"}


def names(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from names(inner)
            continue
        yield f"{model.model_config.get('env_prefix', '')}{name}".upper()
        if isinstance(field.validation_alias, AliasChoices):
            yield from (one.upper() for one in field.validation_alias.choices if isinstance(one, str))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "data", flow_ui_port=4321)


@pytest.mark.parametrize("make", [server_environment, client_environment])
def test_every_name_is_one_that_prefect_reads(make: Any, settings: Settings) -> None:
    assert set(make(settings)) - BESIDE <= set(names(PrefectSettings))


def test_the_secrets_are_made_once_and_only_we_may_read_them(settings: Settings) -> None:
    first = server_environment(settings)
    again = server_environment(settings)
    for name in ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_SERVER_ENCRYPTION_KEY"):
        assert len(first[name]) > 40
        assert again[name] == first[name]
    assert client_environment(settings)["PREFECT_API_AUTH_STRING"] == first["PREFECT_SERVER_API_AUTH_STRING"]
    for file in ("prefect-auth", "prefect-key"):
        assert stat.S_IMODE((settings.home / file).stat().st_mode) == 0o600
    assert not list(settings.home.glob(".prefect*"))


def test_many_at_once_agree_on_one_password(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: auth(settings), range(32)))) == 1


def test_what_the_administrator_sets_goes_before_what_is_made(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, home=tmp_path, prefect_auth="a:b", prefect_database_url="postgresql+asyncpg://x/y"
    )
    environment = server_environment(settings)
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == "a:b"
    assert environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == "postgresql+asyncpg://x/y"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED", "true"),
        ("PREFECT_SERVER_ANALYTICS_ENABLED", "true"),
        ("DO_NOT_TRACK", ""),
        ("PREFECT_RESULTS_DEFAULT_SERIALIZER", "pickle"),
        ("PREFECT_SERVER_API_HOST", "0.0.0.0"),
        ("PREFECT_SERVER_API_AUTH_STRING", ""),
        ("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "*"),
    ],
)
def test_an_unsafe_setting_is_refused_by_its_name(settings: Settings, name: str, value: str) -> None:
    environment = server_environment(settings)
    refuse_unsafe(environment)
    with pytest.raises(Unavailable, match=name):
        refuse_unsafe(environment | {name: value})


def test_nobodys_own_prefect_settings_mix_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_SERVICES_PAUSE_EXPIRATIONS_ENABLED", "true")
    environment = child_environment(server_environment(settings))
    assert "PREFECT_API_SERVICES_PAUSE_EXPIRATIONS_ENABLED" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_the_environment_is_applied_before_prefect_is_imported_or_not_at_all(tmp_path: Path) -> None:
    tell = (
        "from tasks.prefect_server import apply, client_environment\n"
        "from models.settings import settings\n"
        "apply(client_environment(settings()))\n"
        "import prefect.settings\n"
        "print(prefect.settings.get_current_settings().api.url)\n"
        "try: apply({})\n"
        "except RuntimeError: print('refused')\n"
    )
    mine = {
        "RECTIFY_HOME": str(tmp_path),
        "RECTIFY_FLOW_UI_PORT": "4999",
        "PREFECT_API_URL": "http://else/api",
    }
    done = subprocess.run(
        [sys.executable, "-c", tell], cwd=ROOT, env=os.environ | mine, capture_output=True, text=True
    )
    assert done.stdout.split() == ["http://127.0.0.1:4999/api", "refused"], done.stderr


@pytest.mark.server
def test_the_settings_are_in_force_in_the_running_server(prefect_server: PrefectHouse) -> None:
    user, _, password = prefect_server.auth.partition(":")
    told = httpx.get(f"{prefect_server.url}/admin/settings", auth=(user, password)).json()["server"]
    services = told["services"]
    assert services["pause_expirations"]["enabled"] is False
    assert services["triggers"]["enabled"] is False
    assert set(services["db_vacuum"]["enabled"]) == {"events", "orphans"}
    assert services["scheduler"]["enabled"] is False
    lazy = {"late_runs": 60, "foreman": 60, "cleanup_reconciler": 60, "repossessor": 300}
    assert {name: services[name]["loop_seconds"] for name in lazy} == lazy
    assert told["analytics_enabled"] is False
    assert told["api"]["host"] == "127.0.0.1"
    assert told["api"]["cors_allowed_origins"] != "*"


@pytest.mark.server
@pytest.mark.parametrize("path", ["/flow_runs/filter", "/deployments/filter"])
def test_without_the_password_the_server_tells_nothing(prefect_server: PrefectHouse, path: str) -> None:
    assert httpx.post(prefect_server.url + path, json={}).status_code == 401
