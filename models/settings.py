"""The settings: environment or `.env`, prefix RECTIFY_, read once and never at import."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from policy.codes import CodesFor
from policy.refusals import Language


class SmtpSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class LogFormat(StrEnum):
    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class Settings(BaseSettings):
    """Everything an administrator may set. Rules are not settings.

    What is secret, or an address that may hold a password, is in no `repr`: logs and traces show those.
    """

    model_config = SettingsConfigDict(
        env_prefix="RECTIFY_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(default=Path("rectify-data"), description="The data folder.")
    as_of: str = Field(default="", description="Demo and test clock: a date or an ISO time with zone.")
    language: Language = Field(
        default=Language.CHINESE, description="Language of messages on the command line."
    )

    database_url: str = Field(
        default="", repr=False, description="Our database; SQLite in the data folder if empty."
    )
    prefect_database_url: str = Field(
        default="", repr=False, description="Prefect's own; SQLite in the folder if empty."
    )
    prefect_api_url: str = Field(default="", description="A Prefect server elsewhere; else the one of `up`.")
    prefect_auth: str = Field(
        default="", repr=False, description="Prefect's shared `name:password`; else the stored one."
    )
    prefect_key: str = Field(
        default="", repr=False, description="What Prefect's secrets are encrypted with; else the stored one."
    )
    prefect_host: str = Field(
        default="127.0.0.1", description="Where the Prefect server listens; elsewhere only for many machines."
    )
    redis_url: str = Field(
        default="", repr=False, description="The Redis of several Prefect servers; none if empty."
    )
    work_pool: str = Field(default="rectify", description="The Prefect work pool.")

    portal_host: str = Field(default="127.0.0.1", description="Where the portal listens.")
    portal_port: int = Field(default=8080, ge=0, le=65535, description="The port of the portal.")
    flow_ui_port: int = Field(
        default=4200, ge=0, le=65535, description="The port of the Prefect server and its UI."
    )
    mailbox_port: int = Field(default=8025, ge=0, le=65535, description="The demo's SMTP port.")
    worker_host: str = Field(
        default="127.0.0.1", description="Where the worker says how it is: /health, /ready, /metrics."
    )
    worker_port: int = Field(
        default=9180, ge=0, le=65535, description="Its port; a free one if that is taken, none if 0."
    )
    plain_http: bool = Field(
        default=False, description="Serve the portal to other machines without TLS, on a closed network."
    )
    trusted_proxies: str = Field(
        default="", description="Addresses, by comma, of proxies that say whom they ask for; none if empty."
    )
    base_url: str = Field(default="", description="What mails link to; the portal's own address if empty.")

    codes_for: CodesFor = Field(
        default=CodesFor.NONE,
        description="Who must sign in with a one-time code too: none, watchers or all. Anybody may.",
    )
    codes_key: str = Field(
        default="",
        repr=False,
        description="What one-time codes are made with; else the stored one. A secret.",
    )

    oidc_issuer: str = Field(
        default="", description="Another house that signs people in (OpenID Connect); none if empty."
    )
    oidc_client_id: str = Field(default="", description="What that house knows the portal as.")
    oidc_client_secret: str = Field(default="", repr=False, description="The portal's secret there.")
    oidc_account_claim: str = Field(
        default="",
        description="The claim that names the account at a first sign-in; else administrators link each.",
    )
    task_links: bool = Field(
        default=False, description="One-time links with a PIN, for owners who do not sign in."
    )
    task_link_days: int = Field(default=3, ge=1, le=14, description="Days for which such a link holds.")

    smtp_host: str = Field(default="", description="The mail server; mails wait while it is empty.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="The mail server's port.")
    smtp_security: SmtpSecurity = Field(
        default=SmtpSecurity.STARTTLS, description="How it is spoken to: none, starttls or tls."
    )
    smtp_user: str = Field(default="", description="For signing in there; nobody signs in if empty.")
    smtp_password: str = Field(default="", repr=False, description="The password for it.")
    smtp_ca_file: str = Field(default="", description="Extra certificate authority (PEM).")
    smtp_timeout: float = Field(default=60.0, gt=0, description="Seconds for each SMTP step but the last.")
    smtp_connections: int = Field(
        default=4, ge=1, le=100, description="Connections to the mail server at one time, at most."
    )
    mail_from: str = Field(default="rectify@localhost", description="Sender of all letters.")
    backup_folder: Path | None = Field(
        default=None,
        description="Where backups go, best on another disk; `backups` in the data folder if empty.",
    )
    backup_hour: int = Field(
        default=2, ge=-1, le=23, description="The office's hour of the daily backup; -1 for none."
    )
    backup_keep_days: int = Field(default=14, ge=1, description="Days for which every backup is kept.")
    backup_keep_months: int = Field(
        default=12, ge=1, description="Months for which the first backup of each is kept."
    )
    upgrade_without_backup: bool = Field(
        default=False, description="Change the database's schema without taking a backup first."
    )
    log_format: LogFormat = Field(
        default=LogFormat.AUTO, description="json, text, or auto: text on a terminal, else JSON."
    )
    faults: str = Field(default="", description="Tests only: what is to fail at which fault point.")
    faults_trace: str = Field(default="", description="Tests only: the file that notes each point reached.")
    run_lease: float = Field(default=900.0, gt=0, description="Seconds after which a silent run is lost.")
    square_every: float = Field(default=60.0, gt=0, description="Seconds between two glances at the runs.")
    survey_every: float = Field(
        default=21600.0, gt=0, description="Seconds between two whole surveys of them."
    )
    round_every: float = Field(default=3.0, gt=0, description="Seconds between two looks at what is due.")
    round_again: float = Field(
        default=60.0, gt=0, description="Seconds before a round that could do nothing is tried again."
    )
    mail_any_time: bool = Field(default=False, description="Send mails outside of office hours too.")
    heartbeat_url: str = Field(
        default="",
        repr=False,
        description="Called every minute while all goes well (http, https); nobody is if empty. A secret.",
    )

    @property
    def portal_url(self) -> str:
        """Where people find the portal, without a slash at the end."""
        return (self.base_url or f"http://{self.portal_host}:{self.portal_port}").rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, address: str) -> str:
        """Whoever can pretend to be that house signs in as anybody: only TLS, or this very machine."""
        parts = urlsplit(address) if _web_address(address) else None
        is_here = parts is not None and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if address and (parts is None or (parts.scheme != "https" and not is_here)):
            raise PydanticCustomError("issuer", "not an https address", {"expected": "https://…"})
        return address

    @field_validator("heartbeat_url")
    @classmethod
    def _is_on_the_web(cls, address: str) -> str:
        """Whoever knows the address can pretend that all is well: no more of it is ever shown."""
        if address and not _web_address(address):
            shown = {"expected": "http://…, https://…", "shown": address.partition(":")[0][:10] + "…"}
            raise PydanticCustomError("web_address", "not an http or https address", shown)
        return address


def _web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
