"""A user and a password, told to a server in the way it wants: Basic, until it asks for Digest."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)


class Credentials:
    """What goes into a request's Authorization; safe to use from several threads."""

    def __init__(self, url: str, user: str, password: str) -> None:
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, url, user, password)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._url, self._digest = url, AbstractDigestAuthHandler(known)
        self._basic = {"Authorization": f"Basic {token}"}
        self._silent = False
        self._challenge: dict[str, str] | None = None
        self._lock = threading.Lock()

    def headers(self, method: str, target: str) -> dict[str, str]:
        """The header for a request, or none where the server has yet to say what it wants."""
        with self._lock:
            if self._challenge is None:
                return {} if self._silent else self._basic
            request = Request(self._url, method=method)
            request.selector = target
            return {"Authorization": f"Digest {self._digest.get_authorization(request, self._challenge)}"}

    def answer(self, challenges: Sequence[str]) -> bool:
        """Whether it is worth asking again, now that a server has refused a request with these challenges.

        Some servers that want Digest give no challenge at all to a request with Basic: the next one is then
        sent without credentials, for the challenge.
        """
        wanted = next((each for each in challenges if each[:7].lower() == "digest "), None)
        with self._lock:
            if wanted is not None:
                challenge = parse_keqv_list(parse_http_list(wanted[7:]))
                known = challenge.get("algorithm", "MD5").upper() in ("MD5", "SHA")
                self._challenge = challenge if known and {"realm", "nonce"} <= challenge.keys() else None
                return self._challenge is not None
            self._silent = not (challenges or self._silent)
            return self._silent
