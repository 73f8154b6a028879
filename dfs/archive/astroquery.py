"""``astroquery.eso`` as it is, asking this archive instead of ESO's."""

from __future__ import annotations

from urllib.parse import urlsplit

from dfs.errors import UsageError

__all__ = ["configure_astroquery"]


def configure_astroquery(url: str) -> None:
    """Let ``astroquery.eso`` of this process ask the archive at `url`.

    Afterwards `astroquery.eso.Eso` and every new ``EsoClass`` do so: ``query_*``, ``list_*``, ``login``, ``retrieve_data`` and
    ``get_associated_files``.  ``get_headers`` has ESO's address in its code and goes on asking there; ``obs.archive.header`` does the same here.

    Parameters
    ----------
    url
        What ``dfs serve`` prints as ``url``, e.g. ``http://127.0.0.1:8000``.

    Raises
    ------
    UsageError
        No address, or no astroquery that speaks TAP (0.4.12 or newer).

    Examples
    --------
    >>> configure_astroquery("http://127.0.0.1:8000")                                # doctest: +SKIP
    >>> from astroquery.eso import Eso                                               # doctest: +SKIP
    >>> Eso().query_instrument("efosc", column_filters={"dp_cat": "SCIENCE"})       # doctest: +SKIP
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} is no address of a server", where="url", accepted="http://host:port or https://host")
    try:
        from astroquery.eso import EsoClass, conf
    except ImportError as error:
        raise UsageError("astroquery is not installed", hint="pip install --pre 'astroquery>=0.4.12.dev0'") from error
    if not hasattr(conf, "tap_obs_url"):
        raise UsageError("this astroquery does not speak TAP yet", hint="pip install --pre 'astroquery>=0.4.12.dev0'")
    base = url.rstrip("/")
    conf.tap_obs_url, conf.tap_cat_url = f"{base}/tap_obs", f"{base}/tap_cat"
    EsoClass.AUTH_URL = f"{base}/auth/token"
    EsoClass.DOWNLOAD_URL = f"{base}/dataPortal/file/"
    EsoClass.CALSELECTOR_URL = f"{base}/calselector/v1/associations"
