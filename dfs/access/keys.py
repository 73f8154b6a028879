"""The keys that sign tokens: one signs, retired ones still verify until the last token they signed has expired."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, desc, insert, select, update

from dfs.access.audit import AuditTrail
from dfs.access.policy import Standing
from dfs.access.roles import Power, require
from dfs.clock import Clock, isoformat
from dfs.errors import UsageError
from dfs.store import Database
from dfs.store.tables import signing_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["ALGORITHMS", "SigningKey", "SigningKeys"]

ALGORITHMS = ("EdDSA", "RS256")  # the allow-list: nothing else signs or verifies
_RSA_BITS = 3072


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; `id` is the ``kid`` of its tokens."""

    id: str
    algorithm: str
    private: Ed25519PrivateKey | RSAPrivateKey

    def jwk(self) -> dict[str, Any]:
        """Return the public half as a JSON Web Key."""
        from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

        algorithm: Any = OKPAlgorithm if self.algorithm == "EdDSA" else RSAAlgorithm
        public = json.loads(algorithm.to_jwk(self.private.public_key()))
        return {**public, "kid": self.id, "alg": self.algorithm, "use": "sig", "key_ops": ["verify"]}


class SigningKeys:
    """Makes, finds and retires signing keys.

    Parameters
    ----------
    lifetime
        Of a token: so long after its retirement a key still verifies.
    """

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        clock: Clock,
        standing: Callable[[], Standing],
        *,
        algorithm: str,
        lifetime: timedelta,
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise UsageError(f"tokens are not signed by {algorithm!r}", accepted=", ".join(ALGORITHMS))
        self._database = database
        self._audit = audit
        self._clock = clock
        self._standing = standing
        self._algorithm = algorithm
        self._lifetime = lifetime

    def current(self) -> SigningKey:
        """Return the key that signs now; the first time, make it."""
        with self._database.read() as connection:
            row = connection.execute(self._signing()).first()
        if row is None:
            with self._database.write() as connection:
                row = connection.execute(self._signing()).first() or self._make(connection)
        return _key(row)

    def find(self, connection: Connection, kid: str) -> SigningKey | None:
        """Return the key `kid` if it still verifies."""
        row = connection.execute(select(signing_keys).where(signing_keys.c.id == kid)).first()
        return _key(row) if row is not None and self._verifies(row.retired) else None

    def rotate(self, *, at_once: bool = False) -> SigningKey:
        """Let a new key sign from now on.

        Parameters
        ----------
        at_once
            The old keys stop verifying now: everybody has to sign in again (a key became known).
        """
        require(self._standing(), Power.MANAGE_KEYS)
        now = self._clock.now()
        retired = isoformat(now - self._lifetime) if at_once else isoformat(now)
        with self._database.write() as connection:
            old = update(signing_keys) if at_once else update(signing_keys).where(signing_keys.c.retired.is_(None))
            connection.execute(old.values(retired=retired))
            made = _key(self._make(connection))
            self._audit.append(connection, "rotate keys", made.id, at_once=at_once)
        return made

    def jwks(self) -> dict[str, Any]:
        """Return the public keys that verify, as a JSON Web Key Set."""
        with self._database.read() as connection:
            rows = connection.execute(select(signing_keys).order_by(signing_keys.c.created)).all()
        return {"keys": [_key(row).jwk() for row in rows if self._verifies(row.retired)]}

    def _signing(self) -> Any:
        in_force = signing_keys.c.retired.is_(None) & (signing_keys.c.algorithm == self._algorithm)
        return select(signing_keys).where(in_force).order_by(desc(signing_keys.c.created)).limit(1)

    def _verifies(self, retired: str | None) -> bool:
        if retired is None:
            return True
        now = self._clock.now()
        return now < datetime.fromisoformat(retired).replace(tzinfo=now.tzinfo) + self._lifetime

    def _make(self, connection: Connection) -> Any:
        row = {
            "id": secrets.token_hex(8),
            "algorithm": self._algorithm,
            "private": _new_private_key(self._algorithm),
            "created": isoformat(self._clock.now()),
            "retired": None,
        }
        connection.execute(insert(signing_keys).values(**row))
        return connection.execute(select(signing_keys).where(signing_keys.c.id == row["id"])).one()


def _new_private_key(algorithm: str) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    key = (
        ed25519.Ed25519PrivateKey.generate()
        if algorithm == "EdDSA"
        else rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _key(row: Any) -> SigningKey:
    return SigningKey(row.id, row.algorithm, _parsed(row.private))


@lru_cache(maxsize=16)
def _parsed(pem: str) -> Any:
    """Return the key of a PEM text; every request's token needs it again."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem.encode(), None)
