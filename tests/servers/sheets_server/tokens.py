"""Who is calling: a service account with its key, a token endpoint, and tokens that expire or are taken back."""

from __future__ import annotations

import base64
import itertools
import json
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from servers.sheets_server.refusal import Json, Refused

TOKEN_URI = "https://oauth2.googleapis.com/token"
SCOPES = "https://www.googleapis.com/auth/"


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key for all accounts of a test run, and a short one: each login reads it, and a long one takes long to check."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # guards made-up people on loopback


@dataclass
class Tokens:
    """The token endpoint. `deleted` service accounts and `revoked` logins get no token any more."""

    lifetime: int = 3600
    deleted: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    clock: float = 0.0  # what Google's clock is ahead of ours, in seconds
    issued: dict[str, tuple[str, list[str], float]] = field(default_factory=dict)
    logins: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> float:
        return time.time() + self.clock

    def service_account(self, path: Path, email: str = "rooster@buurt-project.iam.gserviceaccount.com") -> Path:
        """Write a service-account file as Google's console gives it."""
        pem = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = {
            "type": "service_account",
            "project_id": "buurt-project",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": "1",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": TOKEN_URI,
            "universe_domain": "googleapis.com",
        }
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def authorized_user(self, path: Path, email: str, scopes: tuple[str, ...] = ("spreadsheets",)) -> Path:
        """Write the file that a person's own login leaves (gspread's authorized_user.json)."""
        refresh = f"refresh-{next(self.numbers)}"
        self.logins[refresh] = (email, [SCOPES + scope for scope in scopes])
        content = {"refresh_token": refresh, "client_id": "1", "client_secret": "x", "type": "authorized_user"}
        path.write_text(json.dumps({**content, "token_uri": TOKEN_URI}), encoding="utf-8")
        return path

    def app(self, path: Path) -> Path:
        """Write the file of an app with which people log in (a desktop client, as Google's console gives it)."""
        client = {"client_id": "1", "client_secret": "x", "token_uri": TOKEN_URI, "redirect_uris": ["http://localhost"]}
        content = {"installed": {**client, "auth_uri": "https://accounts.google.com/o/oauth2/auth"}}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def leave_of(self, email: str) -> str:
        """The code that Google's page brings back once this person gave leave."""
        code = f"4/leave-{next(self.numbers)}"
        self.codes[code] = email
        return code

    def grant(self, form: dict[str, str]) -> Json:
        """The answer to a token request; a Refused whose message is 'error: description' otherwise."""
        if form.get("grant_type") == "refresh_token":
            email, scopes = self.logins.get(form.get("refresh_token", ""), ("", []))
            if not email or email in self.revoked:
                raise Refused(400, "invalid_grant: Token has been expired or revoked.")
        elif form.get("grant_type") == "authorization_code":
            return self._exchanged(form.get("code", ""))
        elif form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            email, scopes = self._asserted(form.get("assertion", ""))
        else:
            raise Refused(400, "unsupported_grant_type: Invalid grant_type")
        token = f"ya29.test-{next(self.numbers)}"
        self.issued[token] = (email, scopes, self.now() + self.lifetime)
        return {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"}

    def _exchanged(self, code: str) -> Json:
        """A code is good once, and brings the token by which the login is renewed for ever."""
        email = self.codes.pop(code, "")
        if not email:
            raise Refused(400, "invalid_grant: Malformed auth code.")
        scope, refresh = f"{SCOPES}spreadsheets", f"refresh-{next(self.numbers)}"
        self.logins[refresh] = (email, [scope])
        return {
            **self.grant({"grant_type": "refresh_token", "refresh_token": refresh}),
            "refresh_token": refresh,
            "scope": scope,
        }

    def _asserted(self, assertion: str) -> tuple[str, list[str]]:
        try:
            signed, signature = assertion.rsplit(".", 1)
            claims = json.loads(_decoded(signed.split(".")[1]))
            _key().public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature, IndexError):
            raise Refused(400, "invalid_grant: Invalid JWT Signature.") from None
        if claims["aud"] != TOKEN_URI or not claims.get("scope"):
            raise Refused(400, "invalid_scope: Invalid OAuth scope or ID token audience provided.")
        if not claims["iat"] - 300 <= self.now() <= claims["exp"] <= claims["iat"] + 3600:
            told = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            raise Refused(400, f"invalid_grant: Invalid JWT: {told} Check your iat and exp values in the JWT claim.")
        if claims["iss"] in self.deleted:
            raise Refused(400, "invalid_grant: Invalid grant: account not found")
        return claims["iss"], claims["scope"].split()

    def caller(self, authorization: str, scopes: tuple[str, ...]) -> str:
        """The e-mail address behind an Authorization header; 401, or 403 when none of the scopes was granted."""
        email, granted, until = self.issued.get(authorization.removeprefix("Bearer "), ("", [], 0.0))
        if not email or until < self.now() or email in self.revoked | self.deleted:
            raise Refused(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
                "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
            )
        if not {SCOPES + scope for scope in scopes} & set(granted):
            detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
            raise Refused(403, "Request had insufficient authentication scopes.", [detail])
        return email

    def expire(self) -> None:
        """All tokens given out are worth nothing any more; new ones may be asked."""
        self.issued.clear()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
