"""A house that signs people in, on the loopback: what it answers is as the test says, right or wrong."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.loopback import Call

CLIENT, SECRET = "rectify", "s3cret&=of the portal"


@dataclass
class House:
    """Signs in `claims` for whoever comes back with its code; `wrong` replaces parts of the answer."""

    root: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    other: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1"})
    asked: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    tokens_given: int = 0

    async def answer(self, call: Call) -> tuple[int, bytes]:
        path = urlsplit(call.path).path
        if path == "/.well-known/openid-configuration":
            return _said(self.description())
        if path == "/keys":
            return _said({"keys": [self.key.as_dict(private=False)]})
        if path == "/token" and call.method == "POST":
            return self.token(parse_qs(call.body.decode()))
        return 404, b"{}"

    def description(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "issuer": self.root,
            "authorization_endpoint": f"{self.root}/authorize",
            "token_endpoint": f"{self.root}/token",
            "jwks_uri": f"{self.root}/keys",
        }
        said |= self.wrong.get("description", {})
        return said

    def follow(self, address: str) -> dict[str, str]:
        """The browser comes to the house: what it was sent with."""
        assert address.startswith(f"{self.root}/authorize?")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return self.asked

    def token(self, form: Mapping[str, list[str]]) -> tuple[int, bytes]:
        """One token for the code, to who knows the verifier."""
        hashed = sha256(form["code_verifier"][0].encode()).digest()
        challenge = urlsafe_b64encode(hashed).rstrip(b"=").decode()
        fits = (
            form["code"] == ["the-code"]
            and form["redirect_uri"] == [self.asked["redirect_uri"]]
            and challenge == self.asked["code_challenge"]
        )
        if not fits or self.tokens_given:
            return 400, b'{"error": "invalid_grant"}'
        self.tokens_given += 1
        return _said({"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()})

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.root, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": self.asked["nonce"]}
        claims |= self.claims
        claims |= self.wrong.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        how = self.wrong.get("signed", "")
        if how == "none":
            return _unsigned({"alg": "none"}, claims) + "."
        if how == "shared":
            return _by_hand(claims, SECRET.encode())
        if how == "public key as shared":
            return _by_hand(claims, self.key.as_pem(private=False))
        key = self.other if how == "another key" else self.key
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)


def _unsigned(*parts: object) -> str:
    return ".".join(urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in parts)


def _by_hand(claims: object, secret: bytes) -> str:
    """What joserfc refuses to sign."""
    plain = _unsigned({"alg": "HS256"}, claims)
    signature = hmac.new(secret, plain.encode(), sha256).digest()
    return f"{plain}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _said(what: object) -> tuple[int, bytes]:
    return 200, json.dumps(what).encode()
