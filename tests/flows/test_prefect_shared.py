"""What several Prefect servers are told: names that Prefect reads; and refused: being in reach unsafely."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import Settings as PrefectSettings
from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings
from prefect_redis.client import RedisMessagingSettings

from models.settings import Settings
from policy.refusals import BadInput
from tasks.prefect_server import api_url, refuse_unsafe, server_command, server_environment
from tasks.prefect_shared import environment, is_open, refuse_unshared
from tests.flows.prefect_house import ROOT
from tests.flows.test_prefect_server import names

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
MANY = {
    "redis_url": "redis://redis.internal:6379/0",
    "prefect_database_url": "postgresql://prefect@db.internal/prefect",
    "prefect_auth": "rectify:a-password-of-some-length",
    "prefect_key": KEY,
    "prefect_host": "10.0.0.5",
}
READ = (PrefectSettings, RedisMessagingSettings, RedisWorkerCleanupQueueSettings)


def of(home: Path, told: Mapping[str, Any]) -> Settings:
    return Settings(_env_file=None, home=home, flow_ui_port=4321, **told)


def test_several_servers_are_told_what_prefects_documentation_names(tmp_path: Path) -> None:
    many = of(tmp_path, MANY)
    refuse_unshared(many)
    assert set(environment(many)) <= {name for model in READ for name in names(model)}
    told = server_environment(many)
    assert (
        told["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == "postgresql+asyncpg://prefect@db.internal/prefect"
    )
    assert told["PREFECT_SERVER_DOCKET_URL"] == told["PREFECT_REDIS_MESSAGING_URL"] == MANY["redis_url"]
    assert told["PREFECT_SERVER_ENCRYPTION_KEY"] == KEY
    assert not list(tmp_path.glob("prefect-*")), "nothing is made up that the others would not know"


def test_one_server_is_told_none_of_it(tmp_path: Path) -> None:
    assert environment(of(tmp_path, {})) == {}


@pytest.mark.parametrize("missing", ["prefect_database_url", "prefect_auth", "prefect_key"])
def test_a_server_beside_others_is_refused_without_what_they_share(tmp_path: Path, missing: str) -> None:
    told = {name: value for name, value in MANY.items() if name != missing}
    with pytest.raises(BadInput, match=f"RECTIFY_{missing.upper()}"):
        refuse_unshared(of(tmp_path, told))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefect_auth", "rectify:short"),
        ("prefect_auth", "a-long-word-without-a-colon"),
        ("prefect_key", "x"),
    ],
)
def test_a_weak_password_and_a_broken_key_are_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"RECTIFY_{name.upper()}"):
        refuse_unshared(of(tmp_path, MANY | {name: value}))


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::", "server.internal"])
def test_in_reach_of_others_only_with_a_password_of_ones_own(tmp_path: Path, host: str) -> None:
    alone = of(tmp_path, {"prefect_host": host})
    assert is_open(alone)
    with pytest.raises(BadInput, match="RECTIFY_PREFECT_AUTH"):
        refuse_unshared(alone)
    refuse_unshared(of(tmp_path, MANY | {"redis_url": "", "prefect_host": host}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_nothing_has_to_be_set(tmp_path: Path, host: str) -> None:
    refuse_unshared(of(tmp_path, {"prefect_host": host}))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:4321/api"),
        ("10.0.0.5", "http://10.0.0.5:4321/api"),
        ("::1", "http://[::1]:4321/api"),
    ],
)
def test_it_listens_where_it_is_told_and_is_found_there(tmp_path: Path, host: str, url: str) -> None:
    config = of(tmp_path, MANY | {"prefect_host": host})
    told, command = server_environment(config), server_command(config)
    assert command[command.index("--host") + 1] == told["PREFECT_SERVER_API_HOST"] == host
    refuse_unsafe(told, host)
    assert api_url(config) == url


@pytest.mark.parametrize("part", ["server", "services", "migrate"])
def test_no_part_starts_in_reach_of_others_with_a_password_it_made_up(tmp_path: Path, part: str) -> None:
    told = {"RECTIFY_HOME": str(tmp_path), "RECTIFY_PREFECT_HOST": "0.0.0.0"}
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", part],
        cwd=ROOT,
        env=os.environ | told,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "RECTIFY_PREFECT_AUTH" in done.stderr
