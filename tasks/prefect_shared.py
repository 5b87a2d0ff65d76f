"""What several Prefect servers share: one database, one Redis, one password; and what has to hold for it."""

import base64
import binascii
from importlib.util import find_spec
from ipaddress import ip_address

from models.settings import Settings
from policy.refusals import BadInput

LOOPBACK = "127.0.0.1"
LEAST_PASSWORD = 20
"""Characters: Prefect locks nobody out, however often a password is tried."""
KEY_BYTES = 32


def environment(settings: Settings) -> dict[str, str]:
    """What Prefect's documentation has for several servers; nothing where there is one."""
    if not settings.redis_url:
        return {}
    return {
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        "PREFECT_SERVER_DOCKET_URL": settings.redis_url,
        "PREFECT_REDIS_MESSAGING_URL": settings.redis_url,
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": settings.redis_url,
        # Without them a call waits for ever on a Redis whose machine has gone from the network.
        "PREFECT_REDIS_MESSAGING_SOCKET_CONNECT_TIMEOUT": "5",
        "PREFECT_REDIS_MESSAGING_SOCKET_TIMEOUT": "10",
        # Two servers would migrate at once: `rectify migrate` does it before either starts.
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
    }


def is_open(settings: Settings) -> bool:
    """Whether other machines can reach the Prefect server."""
    try:
        return not ip_address(settings.prefect_host).is_loopback
    except ValueError:
        return settings.prefect_host != "localhost"


def reached_at(settings: Settings) -> str:
    """The host under which this machine finds its own server."""
    if settings.prefect_host in {"0.0.0.0", "::"}:  # noqa: S104
        return LOOPBACK
    return f"[{settings.prefect_host}]" if ":" in settings.prefect_host else settings.prefect_host


def refuse_unshared(settings: Settings) -> None:
    """Raises BadInput for a server with others beside it, or in reach, without what they have to share."""
    if settings.redis_url:
        _refuse_apart(settings)
    if settings.redis_url or is_open(settings):
        _refuse_secretive(settings)


def _refuse_apart(settings: Settings) -> None:
    if not settings.prefect_database_url.startswith("postgres"):
        raise BadInput(
            "RECTIFY_REDIS_URL 用于多台 Prefect 服务：RECTIFY_PREFECT_DATABASE_URL 须是 PostgreSQL。",
            "RECTIFY_REDIS_URL is for several Prefect servers: "
            "RECTIFY_PREFECT_DATABASE_URL has to be PostgreSQL.",
        )
    if find_spec("prefect_redis") is None:
        raise BadInput(
            "多台 Prefect 服务需要 prefect-redis：请安装 rectify[many]。",
            "Several Prefect servers need prefect-redis: install rectify[many].",
        )


def _refuse_secretive(settings: Settings) -> None:
    """What a server makes up for itself, nobody else knows."""
    if len(settings.prefect_auth.partition(":")[2]) < LEAST_PASSWORD:
        raise BadInput(
            "其他机器要用到本 Prefect 服务：请设置 RECTIFY_PREFECT_AUTH（名称:口令），"
            f"口令至少{LEAST_PASSWORD}个字符。",
            "Other machines share this Prefect server: set RECTIFY_PREFECT_AUTH to name:password, "
            f"the password of {LEAST_PASSWORD} characters or more.",
        )
    if not _is_key(settings.prefect_key):
        raise BadInput(
            "其他机器要用到本 Prefect 服务：请设置 RECTIFY_PREFECT_KEY（32字节，base64，各台相同）。",
            "Other machines share this Prefect server: set RECTIFY_PREFECT_KEY to 32 bytes "
            "in URL-safe base64, the same on each.",
        )


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except (ValueError, binascii.Error):
        return False
