"""What may serve as a calibration: masters that exist, and groups of raw frames that will become masters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dfs import instruments
from dfs.frames.classify import key_value
from dfs.frames.group import Group, frame_class_of, is_usable
from dfs.instruments import Instrument
from dfs.model import FrameRecord, HeaderValue

__all__ = ["Candidate", "candidates_from", "of_group", "of_product"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may serve as a calibration.

    Attributes
    ----------
    kind
        Product category it is or will be, e.g. ``MASTER_BIAS``.
    name
        DP ID or file name: of the product, or of the first raw frame.
    paths
        The product's file, or the raw frames'.
    instrument
        Our name of it.
    mjd_obs
        Start of exposure; the mean one of a group.
    values
        Value of every key of the instrument's rules, by short name.
    frames
        How many raw frames it is made from; None when the product does not tell.
    made_from
        The raw class; None for products.
    group
        The raw frames; None for products.
    rejected
        Why it must not be used (quality control, a damaged frame, too few frames); None when it may.
    """

    kind: str
    name: str
    paths: tuple[Path, ...]
    instrument: str
    mjd_obs: float | None
    values: Mapping[str, HeaderValue]
    frames: int | None = None
    made_from: str | None = None
    group: Group | None = None
    rejected: str | None = None


def candidates_from(
    groups: Iterable[Group], products: Iterable[FrameRecord] = (), rejected: Mapping[str, str] | None = None
) -> list[Candidate]:
    """Return everything among `groups` and `products` that some class needs as a calibration.

    Parameters
    ----------
    groups
        Of raw frames, from `dfs.frames.group`.
    products
        Records of masters; other records are passed over.
    rejected
        Name (DP ID or file name) -> reason, of what must not be used. This is the one place where such flags enter, and
        `dfs.frames.associate` the one where they are honoured.
    """
    bad = rejected or {}
    found = [of_group(one, kind, bad) for one in groups for kind in _kinds_from(one)]
    found += [of_product(record, bad) for record in products if _is_master(record)]
    return found


def of_group(group: Group, kind: str, rejected: Mapping[str, str] | None = None) -> Candidate:
    """Return the master of `kind` that `group` will become."""
    instrument = instruments.load(group.instrument)
    return Candidate(
        kind=kind,
        name=group.name,
        paths=tuple(member.path for member in group.members),
        instrument=group.instrument,
        mjd_obs=group.mjd_obs,
        values=_values(group.members[0], instrument),
        frames=len(group.members),
        made_from=group.frame_class,
        group=group,
        rejected=_rejection_of_group(group, rejected or {}),
    )


def of_product(record: FrameRecord, rejected: Mapping[str, str] | None = None) -> Candidate:
    """Return the existing product `record` as a candidate."""
    instrument = instruments.load(str(record.instrument))
    name = record.dp_id or record.path.name
    combined = record.header.get("ESO PRO DATANCOM")
    return Candidate(
        kind=str(record.frame_class),
        name=name,
        paths=(record.path,),
        instrument=instrument.name,
        mjd_obs=record.mjd_obs,
        values=_values(record, instrument),
        frames=combined if isinstance(combined, int) and not isinstance(combined, bool) else None,
        rejected=(rejected or {}).get(name),
    )


def _values(record: FrameRecord, instrument: Instrument) -> dict[str, HeaderValue]:
    return {name: key_value(record.header, keywords) for name, keywords in instrument.rules.keys.items()}


def _rejection_of_group(group: Group, rejected: Mapping[str, str]) -> str | None:
    if not group.is_complete:
        return f"{len(group.members)} {group.frame_class}, recipe {group.recipe} needs {group.minimum}"
    for member in group.members:
        reason = rejected.get(member.dp_id or member.path.name)
        if reason is not None:
            return reason
    return None


def _kinds_from(group: Group) -> list[str]:
    """Return the product categories that some class needs and that are made from the class of `group`."""
    rules = instruments.load(group.instrument).rules
    needs = (need for one in rules.classes for need in one.needs if group.frame_class in need.made_from)
    return list(dict.fromkeys(need.kind for need in needs))


def _is_master(record: FrameRecord) -> bool:
    frame_class = frame_class_of(record)
    return is_usable(record) and frame_class is not None and frame_class.is_product
