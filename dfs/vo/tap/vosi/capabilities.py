"""What a service can do (VOSI 1.1), and for TAP all that TAPRegExt 1.0 has words for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dfs.vo.tap.limits import TapLimits
from dfs.vo.tap.markup import Element, child, document, element

__all__ = ["Capability", "Feature", "OutputFormat", "capabilities_document", "tap_capability"]

_NAMESPACES = {
    "xmlns:vosi": "http://www.ivoa.net/xml/VOSICapabilities/v1.0",
    "xmlns:vr": "http://www.ivoa.net/xml/VOResource/v1.0",
    "xmlns:vs": "http://www.ivoa.net/xml/VODataService/v1.1",
    "xmlns:tr": "http://www.ivoa.net/xml/TAPRegExt/v1.0",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_TOKEN = "ivo://ivoa.net/sso#OAuth"  # noqa: S105 - the standard's name for bearer tokens
_OBSCORE = "ivo://ivoa.net/std/ObsCore#core-1.1"


@dataclass(frozen=True, slots=True)
class Capability:
    """A plain capability: the standard it follows, and where."""

    standard: str
    url: str
    role: str | None = "std"
    version: str | None = None
    full: bool = True
    xsi_type: str = "vs:ParamHTTP"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something of the query language: the standard's list it stands in, how it is written, what it does."""

    kind: str
    form: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """A form of results: MIME type, short names, and the standard's name where it has one."""

    mime: str
    aliases: tuple[str, ...] = ()
    ivo_id: str | None = None


def capabilities_document(capabilities: Sequence[Capability | Element]) -> bytes:
    """Return the document of a service with these capabilities."""
    root = element("vosi:capabilities")
    for name, uri in _NAMESPACES.items():
        root.set(name, uri)
    for one in capabilities:
        root.append(_plain(one) if isinstance(one, Capability) else one)
    return document(root)


def tap_capability(
    url: str, limits: TapLimits, features: Sequence[Feature], formats: Sequence[OutputFormat]
) -> Element:
    """Return the capability of the TAP service at `url`."""
    made = element("capability", standardID="ivo://ivoa.net/std/TAP", xsi_type="tr:TableAccess")
    made.append(_interface(Capability("", url, version="1.1", full=False)))
    child(made, "dataModel", "ObsCore-1.1", **{"ivo-id": _OBSCORE})
    made.append(_language(features))
    for one in formats:
        output = child(made, "outputFormat", None, **{"ivo-id": one.ivo_id})
        child(output, "mime", one.mime)
        for alias in one.aliases:
            child(output, "alias", alias)
    for method in ("upload-inline", "upload-http"):  # the latter for results of this service's own jobs
        child(made, "uploadMethod", None, **{"ivo-id": f"ivo://ivoa.net/std/TAPRegExt#{method}"})
    _limit(made, "retentionPeriod", limits.kept_default_s, limits.kept_hard_s)
    _limit(made, "executionDuration", limits.job_default_s, limits.job_hard_s)
    _limit(made, "outputLimit", limits.rows_default, limits.rows_hard, unit="row")
    _limit(made, "uploadLimit", limits.upload_bytes, limits.upload_bytes, unit="byte")
    return made


def _plain(capability: Capability) -> Element:
    made = element("capability", standardID=capability.standard)
    made.append(_interface(capability))
    return made


def _interface(capability: Capability) -> Element:
    made = element("interface", role=capability.role, version=capability.version, xsi_type=capability.xsi_type)
    child(made, "accessURL", capability.url, use="full" if capability.full else "base")
    child(made, "securityMethod")  # anyone
    child(made, "securityMethod", standardID=_TOKEN)
    return made


def _language(features: Sequence[Feature]) -> Element:
    made = element("language")
    child(made, "name", "ADQL")
    for version in ("2.0", "2.1"):
        child(made, "version", version, **{"ivo-id": f"ivo://ivoa.net/std/ADQL#v{version}"})
    child(made, "description", "The Astronomical Data Query Language, all of it")
    for kind in dict.fromkeys(one.kind for one in features):
        group = child(made, "languageFeatures", type=kind)
        for one in (one for one in features if one.kind == kind):
            feature = child(group, "feature")
            child(feature, "form", one.form)
            if one.description:
                child(feature, "description", one.description)
    return made


def _limit(parent: Element, name: str, default: int, hard: int, unit: str | None = None) -> None:
    limit = child(parent, name)
    child(limit, "default", str(default), unit=unit)
    child(limit, "hard", str(hard), unit=unit)
