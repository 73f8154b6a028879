"""Passwords: argon2id hashes, and rules that keep guessable ones out without asking for odd characters.

Length counts, composition does not (NIST SP 800-63B, 5.1.1: at least 8 characters, no composition rules, common ones refused).
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from dfs.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["SHORTEST", "check_rules", "hash_password", "verify_password"]

SHORTEST = 8
_LONGEST = 1024  # characters; longer ones only cost time
_COMMON = """
    password passw0rd password1 password123 12345678 123456789 1234567890 qwertyui qwerty123 qwertyuiop iloveyou sunshine
    princess football baseball letmein1 changeme abcdefgh abcd1234 11111111 00000000 trustno1 superman administrator
    """
_AT_ONCE = threading.BoundedSemaphore(2)  # each takes 64 MB: a flood of sign-ins must not take them all


def check_rules(password: str, *names: str | None) -> None:
    """Raise `UsageError` when `password` is too easily guessed; `names` are the account's name and e-mail."""
    if not SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(
            f"the password has {len(password)} characters", accepted=f"{SHORTEST} to {_LONGEST} characters of any kind"
        )
    plain = password.casefold()
    if (
        f" {plain} " in f" {_COMMON} ".replace("\n", " ")
        or len(set(plain)) < 3
        or plain in {name.casefold() for name in names if name}
    ):
        raise UsageError(
            "the password is one of the first that are tried", hint="several words in a row are a good one"
        )


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and costs."""
    with _AT_ONCE:
        return _hasher().hash(password)


def verify_password(password: str, hashed: str | None) -> bool:
    """Tell whether `password` has the hash `hashed`; without a hash the answer is no, after the same time."""
    from argon2.exceptions import InvalidHashError, VerificationError

    password = password[: _LONGEST + 1]
    with _AT_ONCE:
        try:
            return _hasher().verify(hashed or _nobodys(), password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()  # RFC 9106, second recommended choice: 64 MB, 3 passes


@cache
def _nobodys() -> str:
    """Return a hash that no password has, to spend the same time on accounts that are not there."""
    import secrets

    return _hasher().hash(secrets.token_urlsafe(32))
