"""What is secret among the settings is shown by nothing that shows settings."""

import re

from models.settings import Settings

SECRET = re.compile(r"password|secret|auth|key|token|_url$")
SHOWN = {"base_url", "prefect_api_url"}
"""Addresses that people are told."""


def test_secrets_are_in_no_representation() -> None:
    secrets = [name for name in Settings.model_fields if SECRET.search(name) and name not in SHOWN]
    assert {"smtp_password", "prefect_auth", "codes_key", "oidc_client_secret", "database_url"} < set(secrets)
    config = Settings(_env_file=None).model_copy(update={name: f"canary-{name}" for name in secrets})
    for shown in (repr(config), str(config), f"{config}", repr(config.model_copy())):
        assert "canary" not in shown
