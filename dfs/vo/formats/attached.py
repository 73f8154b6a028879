"""What a VOTable carries beside its table: remarks, and descriptions of services that take its rows further."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InputParam", "ServiceInfo", "TableInfo"]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """An ``INFO`` element: `name` and `value`, and text for people."""

    name: str
    value: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class InputParam:
    """A parameter that a described service takes.

    Attributes
    ----------
    ref
        Name of the result's column whose cells are its values; empty: the user gives it, or `value` is sent as it is.
    minimum, maximum, options
        What may be given.
    """

    name: str
    datatype: str = "char"
    arraysize: str = "*"
    value: str = ""
    ref: str = ""
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    xtype: str = ""
    description: str = ""
    minimum: str = ""
    maximum: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """A service descriptor (DataLink 1.1, section 4): ``RESOURCE type="meta" utype="adhoc:service"``.

    Attributes
    ----------
    identifier
        XML ID of the resource, such as ``links``; rows of links point at it by ``service_def``.
    standard_id
        ``ivo://ivoa.net/std/DataLink#links-1.1``, ``ivo://ivoa.net/std/SODA#sync-1.0``; empty for a service of no standard.
    """

    identifier: str
    access_url: str
    standard_id: str = ""
    params: tuple[InputParam, ...] = ()
    name: str = ""
    description: str = ""
    content_type: str = ""
    resource_identifier: str = ""
