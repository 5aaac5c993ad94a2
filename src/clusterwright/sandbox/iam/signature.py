"""Signature Version 4: was this request signed with that secret, and when? Pure but for the environ it reads.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html (query parameters)
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from posixpath import normpath
from typing import Any
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = 15 * 60.0
"""How far the client's clock may be off, in real seconds: clients know nothing of the sandbox's clock."""

_FIELD = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_UNRESERVED = "-_.~"
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it was signed. `query` is encoded and has no signature in it."""

    access_key: str
    scope: str
    headers: Pairs
    signature: str
    time: str
    token: str
    expires: float
    method: str
    path: str
    query: Pairs
    payload: str

    @property
    def at(self) -> float:
        return _moment(self.time)


def read(environ: dict[str, Any], body: bytes) -> Signed | None:
    """None if it is not signed, or not in this way."""
    query = _query(environ.get("QUERY_STRING", ""))
    found = _from_header(environ) or _from_query(query)
    if found is None or not {"credential", "signedheaders", "signature", "time"} <= found.keys():
        return None
    access_key, _, scope = found["credential"].partition("/")
    names = found["signedheaders"].split(";")
    return Signed(
        access_key=access_key,
        scope=scope,
        headers=tuple((name, _header(environ, name)) for name in names),
        signature=found["signature"],
        time=found["time"],
        token=found["token"],
        expires=float(found.get("expires") or 0),
        method=environ["REQUEST_METHOD"],
        path=_path(environ, scope),
        query=tuple(pair for pair in query if pair[0] != "X-Amz-Signature"),
        payload=_payload(environ, body),
    )


def is_attempted(environ: dict[str, Any]) -> bool:
    """Whether somebody meant to sign it in this way, however badly."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    return header.startswith(ALGORITHM) or "X-Amz-Algorithm=" in environ.get("QUERY_STRING", "")


def is_signed_by(signed: Signed, secret: str) -> bool:
    return hmac.compare_digest(expected(signed, secret), signed.signature)


def expected(signed: Signed, secret: str) -> str:
    hashed = hashlib.sha256(canonical(signed).encode()).hexdigest()
    text = "\n".join((ALGORITHM, signed.time, signed.scope, hashed))
    return hmac.new(_key(secret, signed.scope), text.encode(), hashlib.sha256).hexdigest()


def canonical(signed: Signed) -> str:
    query = "&".join(f"{name}={value}" for name, value in sorted(signed.query))
    headers = "".join(f"{name}:{value}\n" for name, value in signed.headers)
    names = ";".join(name for name, _ in signed.headers)
    return "\n".join((signed.method, signed.path, query, headers, names, signed.payload))


@lru_cache(maxsize=4096)
def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _from_header(environ: dict[str, Any]) -> dict[str, str] | None:
    header = environ.get("HTTP_AUTHORIZATION", "")
    if not header.startswith(ALGORITHM):
        return None
    found = {name.lower(): value for name, value in _FIELD.findall(header)}
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
    return {**found, "time": environ.get("HTTP_X_AMZ_DATE", ""), "token": token}


def _from_query(query: Pairs) -> dict[str, str] | None:
    given = {name: unquote_to_bytes(value).decode("utf-8", "replace") for name, value in query}
    if given.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    found = {name.removeprefix("X-Amz-").lower(): value for name, value in given.items()}
    token = found.get("security-token", "")
    return {**found, "time": found.get("date", ""), "token": token, "expires": found.get("expires", "")}


def _payload(environ: dict[str, Any], body: bytes) -> str:
    """S3's clients may leave the body out of it, or sign it piece by piece."""
    said = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    return said if said.startswith(("UNSIGNED-", "STREAMING-")) else hashlib.sha256(body).hexdigest()


def _moment(text: str) -> float:
    found = _TIME.fullmatch(text)
    if found is None:
        return 0.0
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", "")
    return " ".join(str(value).split())


def _query(text: str) -> Pairs:
    pairs = (part.partition("=") for part in text.split("&") if part)
    return tuple((_encoded(name), _encoded(value)) for name, _, value in pairs)


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)


def _path(environ: dict[str, Any], scope: str) -> str:
    """As it was sent, encoded once more; S3 alone signs it as it is."""
    raw = str(environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", "/"))).partition("?")[0]
    if scope.split("/")[-2:-1] == ["s3"]:
        return raw or "/"
    path = normpath(raw or "/").replace("//", "/")
    if raw.endswith("/") and path != "/":
        path += "/"
    return quote(path, safe="/" + _UNRESERVED)
