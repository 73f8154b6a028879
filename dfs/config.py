"""Settings: what may be set, where each value comes from, and one line for every wrong one.

From weak to strong: the defaults below, the user's ``dfs/dfs.toml`` (in the XDG configuration folder), ``dfs.toml`` in the
observatory's root, environment variables ``DFS_<NAME>``, arguments (``dfs --root``, ``dfs.open(path, workers=1)``).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dfs.errors import ServiceError, UsageError

__all__ = ["Configuration", "Settings", "load_settings"]

FILE_NAME = "dfs.toml"
ENVIRONMENT_PREFIX = "DFS_"


def _folders(value: Any) -> Any:
    """Let an environment variable name several folders, as PATH does."""
    return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


def _not_boolean(value: Any) -> Any:
    """Refuse true and false where a number is wanted (TOML knows the difference)."""
    if isinstance(value, bool):
        raise ValueError("a number is wanted, not true or false")  # noqa: TRY004 - pydantic reports ValueError only
    return value


def _web_address(value: str) -> str:
    """Refuse what is no address of a web server; leave out the slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address of a web server is wanted")
    return value.rstrip("/")


def _usable_cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseModel):
    """What may be set.  Paths are absolute once loaded; relative ones in a file count from that file's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: Path = Field(description="folder of the observatory")
    workers: Annotated[int, BeforeValidator(_not_boolean)] = Field(
        default_factory=_usable_cores, ge=1, le=1024, description="processes that a reduction may use"
    )
    database_url: str = Field("", description="database by SQLAlchemy URL; the default is a SQLite file in the root")
    volume: Path = Field(Path("files"), description="folder of the archived files, in the root unless absolute")
    replicas: Annotated[tuple[Path, ...], BeforeValidator(_folders)] = Field(
        (), description="further folders, best on other disks, that each hold a copy of every archived file"
    )
    allow_missing: bool = Field(default=False, description="reduce a target although a calibration is missing")
    busy_timeout_s: Annotated[float, BeforeValidator(_not_boolean)] = Field(
        60.0, gt=0, le=3600, description="seconds to wait while another process writes the database"
    )
    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "http://localhost:8000",
        description="address under which this observatory is reached; addresses in tables begin with it",
    )
    previews: bool = Field(
        default=True, description="make a picture of every file when it is archived, not when first asked for"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="what the log keeps")
    token_hours: Annotated[float, BeforeValidator(_not_boolean)] = Field(
        8.0, ge=0.25, le=168, description="hours that a sign-in holds"
    )
    token_algorithm: Literal["EdDSA", "RS256"] = Field("EdDSA", description="what signs tokens")
    token_issuer: str = Field("urn:dfs", min_length=1, max_length=200, description="who signs tokens, as they say it")
    oidc_issuer: str = Field("", description="sign-in service (OpenID Connect) by its address; empty: passwords only")
    oidc_client_id: str = Field("", description="name under which that service knows this observatory")
    oidc_client_secret_file: Path | None = Field(None, description="file with the secret that goes with it")
    oidc_claim: Literal["email", "preferred_username", "sub"] = Field(
        "email", description="what of that service's answer names the account: its e-mail, or (the others) its name"
    )
    oidc_bearer: bool = Field(default=False, description="accept that service's own tokens with requests, too")
    test_instance: bool = Field(default=False, description="for tests only: dfs clock may set the time")

    @property
    def url(self) -> str:
        """Return the database URL in force."""
        return self.database_url or f"sqlite:///{self.root / 'observatory.sqlite'}"


@dataclass(frozen=True)
class Configuration:
    """Settings together with the place each value came from.

    Attributes
    ----------
    settings
        The values in force.
    origins
        Setting name -> ``default``, a file's path, ``environment DFS_...``, or ``argument``.
    """

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    root: str | os.PathLike[str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    user_file: Path | None = None,
    **arguments: object,
) -> Configuration:
    """Return the settings in force.

    Parameters
    ----------
    root
        The observatory's folder; None lets environment, the user's file and the default decide, in this order.
    environment
        Default: the process's own.
    user_file
        Default: ``dfs/dfs.toml`` in the XDG configuration folder.
    **arguments
        Any further setting; None counts as not given.

    Raises
    ------
    UsageError
        An unknown setting or a wrong value; names the place it was set.
    ServiceError
        A settings file cannot be read.
    """
    environment = os.environ if environment is None else environment
    user_file = user_file or platformdirs.user_config_path("dfs", appauthor=False) / FILE_NAME
    values: dict[str, Any] = {"root": platformdirs.user_data_path("dfs", appauthor=False)}
    origins: dict[str, str] = dict.fromkeys(Settings.model_fields, "default")

    given = {name: value for name, value in ({"root": root} | arguments).items() if value is not None}
    of_environment = _from_environment(environment)
    of_user = _from_file(user_file)
    _overlay(values, origins, of_user, str(user_file))
    strongest = next((layer["root"] for layer in (given, of_environment, of_user) if "root" in layer), values["root"])
    _overlay(values, origins, *_of_root(_absolute(strongest, Path.cwd())))
    for name, value in of_environment.items():
        values[name], origins[name] = value, f"environment {ENVIRONMENT_PREFIX}{name.upper()}"
    _refuse_unknown(given, "argument")
    _overlay(values, origins, given, "argument")
    return Configuration(_validated(values, origins), origins)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what ``DFS_<NAME>`` variables set; an empty one counts as not set."""
    named = ((name, environment.get(ENVIRONMENT_PREFIX + name.upper(), "")) for name in Settings.model_fields)
    return {name: value for name, value in named if value}


def _of_root(root: Path) -> tuple[dict[str, Any], str]:
    """Return what the root's own file sets, and its path; it cannot name another root."""
    file = root / FILE_NAME
    values = _from_file(file)
    if "root" in values:
        raise UsageError(
            f"setting root = {str(values['root'])!r} cannot stand here",
            where=str(file),
            hint="name the root by --root, DFS_ROOT or the user's settings file",
        )
    return values, str(file)


def _from_file(file: Path) -> dict[str, Any]:
    """Return the settings of a TOML file ({} when there is none), relative paths made absolute."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ServiceError(f"cannot read the settings: {error.strerror}", where=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"not a TOML file: {error}", where=str(file), hint="write lines such as: workers = 2"
        ) from error
    _refuse_unknown(content, str(file))
    for name in ("root", "volume", "oidc_client_secret_file"):
        if isinstance(content.get(name), str):
            content[name] = _absolute(content[name], file.parent)
    if isinstance(content.get("replicas"), list):
        content["replicas"] = [
            _absolute(one, file.parent) if isinstance(one, str) else one for one in content["replicas"]
        ]
    return content


def _absolute(path: Any, base: Path) -> Path:
    return Path(os.path.normpath(base / Path(path).expanduser()))


def _refuse_unknown(values: Mapping[str, object], where: str) -> None:
    for name, value in values.items():
        if name not in Settings.model_fields:
            raise UsageError(
                f"unknown setting {name} = {value!r}",
                where=where,
                accepted=", ".join(Settings.model_fields),
                hint="see: dfs config show",
            )


def _overlay(values: dict[str, Any], origins: dict[str, str], layer: Mapping[str, Any], origin: str) -> None:
    values.update(layer)
    origins.update(dict.fromkeys(layer, origin))


def _validated(values: dict[str, Any], origins: Mapping[str, str]) -> Settings:
    """Return typed settings with absolute paths, or raise `UsageError` naming the place of the first wrong value."""
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UsageError(
            f"setting {name} = {values.get(name)!r}: {first['msg']}",
            where=origins.get(name, ""),
            accepted=_accepted(name),
            hint="see: dfs config show",
        ) from error
    root = _absolute(settings.root, Path.cwd())
    replicas = tuple(_absolute(folder, Path.cwd()) for folder in settings.replicas)
    return settings.model_copy(update={"root": root, "volume": _absolute(settings.volume, root), "replicas": replicas})


def _accepted(name: str) -> str:
    """Return in words what setting `name` takes."""
    kinds = {
        "workers": "a whole number from 1 to 1024",
        "busy_timeout_s": "a number of seconds above 0, at most 3600",
        "allow_missing": "true or false",
        "previews": "true or false",
        "public_url": "an address such as https://archive.example.org",
        "log_level": "DEBUG, INFO, WARNING, ERROR",
        "replicas": "a list of folders",
        "token_hours": "a number of hours from 0.25 to 168",
        "token_algorithm": "EdDSA, RS256",
        "token_issuer": "1 to 200 characters",
        "oidc_issuer": "a URL",
        "oidc_client_id": "text",
        "oidc_claim": "email, preferred_username, sub",
        "oidc_bearer": "true or false",
        "test_instance": "true or false",
        "database_url": "a URL such as sqlite:////path/to/file or postgresql+psycopg://host/name",
    }
    return kinds.get(name, "a folder")
