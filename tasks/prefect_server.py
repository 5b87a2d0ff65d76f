"""What the Prefect server and those who speak to it are told, before either is imported."""

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from models.database import with_driver
from models.settings import Settings
from policy.refusals import Unavailable
from tasks import prefect_shared
from tasks.kept import kept
from tasks.logs import CONFIGURATION
from tasks.prefect_shared import LOOPBACK

UI_BASE = "/flow-ui"
"""The path under which the UI believes itself: the portal's path to it."""
EVENT_DAYS = 3  # of Prefect's own events, which nobody reads later

# What harms if it is otherwise. The server does not start without these.
REQUIRED = {
    # 20,000 parked runs keep an idle server at 92 % of a core with it, at 2 % without.
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
}


def server_environment(settings: Settings) -> dict[str, str]:
    """The environment of the Prefect server."""
    return (
        _common(settings)
        | prefect_shared.environment(settings)
        | {
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database(settings),
            "PREFECT_SERVER_API_HOST": settings.prefect_host,
            "PREFECT_SERVER_API_PORT": str(settings.flow_ui_port),
            "PREFECT_SERVER_API_AUTH_STRING": auth(settings),
            "PREFECT_SERVER_ENCRYPTION_KEY": _encryption_key(settings),
            "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://{LOOPBACK}:{settings.flow_ui_port}",
            # CSRF rides on what a browser sends by itself, and here that is nothing: the password
            # goes in a header of the page's own. The token would cost one call for each client.
            "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "false",
            "PREFECT_SERVER_UI_SERVE_BASE": UI_BASE,
            "PREFECT_SERVER_UI_API_URL": "/api",  # relative: right under any host; the portal says another
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(_prefect_home(settings) / "ui"),  # else in the package
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",  # nothing here hangs on automations
            "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",  # nor on schedules
            # What an idle server does most of its day; nobody waits for any of it.
            "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "60",
            "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "60",
            "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "300",
            "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
            "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "300",
            "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
            # What runs tell of themselves is written down together, not one by one: a second later at most.
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
            "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{EVENT_DAYS}D",
            # Not flow_runs: it knows one age for all, and a finding's run is kept for good.
            # Old rounds are taken away by tasks/housekeeping.py, what hung on them by "orphans".
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
        }
    )


def client_environment(settings: Settings) -> dict[str, str]:
    """The environment of whoever speaks to the Prefect server: worker, relay, `prefect` itself."""
    return _common(settings) | {
        "PREFECT_API_URL": api_url(settings),
        "PREFECT_API_AUTH_STRING": auth(settings),
        "PREFECT_API_REQUEST_TIMEOUT": "20",
        "PREFECT_CLIENT_MAX_RETRIES": "5",  # 2+4+8+16+32 s: a run rides out a minute
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }


def server_command(settings: Settings) -> list[str]:
    """The server as one process, without the command line's wrapper process around it."""
    factory = ["uvicorn", "--factory", "prefect.server.api.server:create_app"]
    where = ["--host", settings.prefect_host, "--port", str(settings.flow_ui_port)]
    return [sys.executable, "-m", *factory, *where, "--log-config", str(CONFIGURATION), "--no-access-log"]


WITHOUT_SERVICES = {"PREFECT__SERVER_WEBSERVER_ONLY": "1"}
"""What `prefect server start --no-services` tells its child."""


def services_command() -> list[str]:
    """Prefect's background services as one process, without a server."""
    return [sys.executable, "-m", "prefect", "server", "services", "start"]


PATIENT = {"PREFECT_SERVER_DATABASE_TIMEOUT": "600"}
"""Seconds for one statement, where an index on millions of rows may be made."""


def migrate_command() -> list[str]:
    """Prefect's database brought to the installed Prefect's schema."""
    return [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]


def apply(environment: Mapping[str, str]) -> None:
    """Make this the Prefect environment of this process. Prefect reads it when it is imported."""
    if "prefect" in sys.modules:
        raise RuntimeError("Prefect is imported already and would not see this environment.")
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(environment)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """This environment for a child: nobody's own Prefect settings mix in, under whatever alias."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return inherited | dict(environment)


def refuse_unsafe(environment: Mapping[str, str], host: str = LOOPBACK) -> None:
    """Refuse to start a server with a setting that would harm, or elsewhere than on `host`."""
    wrong = [name for name, value in REQUIRED.items() if environment.get(name, "").lower() != value]
    if environment.get("PREFECT_SERVER_API_HOST") != host:
        wrong.append("PREFECT_SERVER_API_HOST")
    if ":" not in environment.get("PREFECT_SERVER_API_AUTH_STRING", ""):
        wrong.append("PREFECT_SERVER_API_AUTH_STRING")
    if environment.get("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "*") == "*":
        wrong.append("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS")
    if wrong:
        names = ", ".join(wrong)
        raise Unavailable(
            f"Prefect 的设置不安全，未启动：{names}。请删除这些环境变量后重试。",
            f"Prefect was not started, these settings are unsafe: {names}. Remove them and try again.",
        )


def api_url(settings: Settings) -> str:
    """Where Prefect's API answers."""
    here = f"http://{prefect_shared.reached_at(settings)}:{settings.flow_ui_port}/api"
    return settings.prefect_api_url or here


def auth(settings: Settings) -> str:
    """Prefect's one shared `name:password`."""
    return settings.prefect_auth or kept(settings.home / "prefect-auth", _new_auth)


def _common(settings: Settings) -> dict[str, str]:
    return REQUIRED | {
        "PREFECT_HOME": str(_prefect_home(settings)),
        "PREFECT_LOGGING_SETTINGS_PATH": str(CONFIGURATION),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }


def _prefect_home(settings: Settings) -> Path:
    return (settings.home / "prefect").absolute()


def database(settings: Settings) -> str:
    """Prefect's own, with the async driver named."""
    return with_driver(settings.prefect_database_url or f"sqlite:///{_prefect_home(settings) / 'prefect.db'}")


def _new_auth() -> str:
    return f"rectify:{secrets.token_urlsafe(32)}"


def _encryption_key(settings: Settings) -> str:
    return settings.prefect_key or kept(
        settings.home / "prefect-key", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    )
