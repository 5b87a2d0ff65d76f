"""Another house's sign-in: OpenID Connect, authorization code with PKCE; believed only what is signed."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.settings import Settings
from policy.refusals import NotSignedIn, Unavailable

SIGNED_WITH = ["RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512", "Ed25519", "EdDSA"]
"""With a key that the house alone has: never `none`, and nothing that both sides share."""
PATIENCE = 10.0
LEEWAY = 60
"""Seconds by which their clock may be off."""
LARGEST = 1_000_000
NOT_BELIEVED = (
    "统一认证没有确认您的身份，请重新登录，或用本系统的帐号登录。",
    "The office's sign-in did not confirm who you are. Try again, or use your account here.",
)
AWAY = (
    "统一认证现在不能使用，请稍后再试，或用本系统的帐号登录。",
    "The office's sign-in does not answer. Try later, or use your account here.",
)


@dataclass(frozen=True)
class House:
    """Where the other house answers, as it says itself."""

    authorization: str
    token: str
    keys: str


@dataclass(frozen=True)
class Attempt:
    """What one browser's attempt is told by; all of it comes of the key in that browser's cookie."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def of(cls, key: str) -> "Attempt":
        return cls(*(hashlib.sha256(f"oidc-{part}:{key}".encode()).hexdigest() for part in ("s", "n", "v")))


@dataclass(frozen=True)
class Identity:
    """Somebody the other house knows; its `subject` never changes, what else it claims may."""

    subject: str
    claims: Mapping[str, Any]


def fresh_key() -> str:
    return secrets.token_urlsafe(32)


def redirect_uri(config: Settings) -> str:
    return f"{config.portal_url}/oidc/return"


async def house(config: Settings) -> House:
    """Raises Unavailable; a house that calls itself otherwise than the setting is none of ours."""
    issuer = config.oidc_issuer
    try:
        async with _client() as client:
            said = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said["issuer"] != issuer:
            raise Unavailable(*AWAY)
        return House(said["authorization_endpoint"], said["token_endpoint"], said["jwks_uri"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(*AWAY) from error


def way_there(config: Settings, there: House, attempt: Attempt) -> str:
    """The address that the browser is sent to."""
    address: str = prepare_grant_uri(
        there.authorization,
        config.oidc_client_id,
        "code",
        redirect_uri(config),
        "openid profile email",
        attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return address


async def identity(config: Settings, attempt: Attempt, code: str, now: datetime) -> Identity:
    """Whom the house means by the code. Raises NotSignedIn for what it did not sign so, Unavailable."""
    there = await house(config)
    body = prepare_token_request(
        "authorization_code", "", redirect_uri(config), code=code, code_verifier=attempt.verifier
    )
    try:
        async with _client() as client:
            answer = await client.post(
                there.token,
                content=body,
                auth=(quote(config.oidc_client_id, safe=""), quote(config.oidc_client_secret, safe="")),
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            )
            if answer.status_code in {400, 401, 403}:
                raise NotSignedIn(*NOT_BELIEVED)
            token = _read(answer)["id_token"]
            keys = await _json(client, there.keys)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(*AWAY) from error
    return checked(config, token, keys, attempt, now)


def checked(config: Settings, token: str, keys: dict[str, Any], attempt: Attempt, now: datetime) -> Identity:
    """Signed by the house, for us, for this attempt, and not too old. Raises NotSignedIn."""
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": config.oidc_issuer},
        aud={"essential": True, "value": config.oidc_client_id},
        nonce={"essential": True, "value": attempt.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        claims = jwt.decode(
            token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=SIGNED_WITH
        ).claims
        wanted.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn(*NOT_BELIEVED) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != config.oidc_client_id:
        raise NotSignedIn(*NOT_BELIEVED)
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotSignedIn(*NOT_BELIEVED)
    return Identity(f"{config.oidc_issuer} {claims['sub']}", claims)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False)


async def _json(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    return _read(await client.get(address))


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200 or len(answer.content) > LARGEST:
        raise ValueError(answer.status_code)
    said = json.loads(answer.content)
    if not isinstance(said, dict):
        raise TypeError(type(said).__name__)
    return said
