"""A delivery: files somebody asked for, with what belongs to them, as a list that can be fetched now, later, and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dfs.errors import DataError

__all__ = ["Delivery", "Item", "Role", "delivery_of"]

Role = Literal["requested", "calibration", "night log"]


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a delivery.

    Attributes
    ----------
    role
        Why it is there.
    name
        File name.
    bytes, sha256
        None for a night log, which is made when it is fetched.
    is_permitted
        Whether whoever looks may fetch it now.
    """

    dp_id: str
    role: Role
    name: str
    bytes: int | None = None
    sha256: str | None = None
    category: str | None = None
    target: str | None = None
    origfile: str | None = None
    is_permitted: bool = True

    @property
    def path(self) -> str:
        """Address below that of the server."""
        return f"/night-logs/{self.dp_id}" if self.role == "night log" else f"/files/{self.dp_id}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A list of files.  It grants nothing: each file is fetched with the rights of whoever fetches it.

    Attributes
    ----------
    owner
        Who asked for it.
    programme
        Run or programme whose members share the list; None: the owner's alone.
    asked
        DP IDs asked for.
    calibrations
        ``raw``, ``master`` or None.
    created
        UTC ISO 8601.
    items
        Its files, those that whoever looks may know of.
    messages
        What is missing among the calibrations, and why.
    """

    id: str
    title: str
    owner: str
    programme: str | None
    created: str
    asked: tuple[str, ...]
    calibrations: str | None
    night_logs: bool
    items: tuple[Item, ...]
    messages: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Size of all files together; night logs are not counted."""
        return sum(one.bytes or 0 for one in self.items)

    def document(self, base_url: str = "") -> dict[str, Any]:
        """Return the delivery as the server sends it; addresses begin with `base_url`."""
        return {
            "id": self.id,
            "title": self.title,
            "owner": self.owner,
            "programme": self.programme,
            "created": f"{self.created}Z",
            "asked": list(self.asked),
            "calibrations": self.calibrations,
            "night_logs": self.night_logs,
            "bytes": self.bytes,
            "messages": list(self.messages),
            "readme": f"{base_url}/deliveries/{self.id}/README",
            "script": f"{base_url}/deliveries/{self.id}/script",
            "items": [
                {
                    "dp_id": one.dp_id,
                    "role": one.role,
                    "name": one.name,
                    "bytes": one.bytes,
                    "sha256": one.sha256,
                    "category": one.category,
                    "target": one.target,
                    "origfile": one.origfile,
                    "permitted": one.is_permitted,
                    "url": base_url + one.path,
                }
                for one in self.items
            ],
        }


def delivery_of(document: Mapping[str, Any]) -> Delivery:
    """Return the delivery that a server's document describes.

    Raises
    ------
    DataError
        It is no such document.
    """
    try:
        items = tuple(
            Item(
                str(one["dp_id"]),
                next(role for role in get_args(Role) if role == one["role"]),
                str(one["name"]),
                one["bytes"],
                one["sha256"],
                one["category"],
                one["target"],
                one["origfile"],
                bool(one["permitted"]),
            )
            for one in document["items"]
        )
        return Delivery(
            id=str(document["id"]),
            title=str(document["title"]),
            owner=str(document["owner"]),
            programme=document["programme"],
            created=str(document["created"]).removesuffix("Z"),
            asked=tuple(document["asked"]),
            calibrations=document["calibrations"],
            night_logs=bool(document["night_logs"]),
            items=items,
            messages=tuple(document["messages"]),
        )
    except (KeyError, TypeError, StopIteration) as error:
        raise DataError(f"the server's answer is no delivery ({error!r})", where="deliveries") from error
