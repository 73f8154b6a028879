"""The web site of the pages: Voila with our addresses, our template, a cap on kernels, and nothing fetched from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bokeh.util.paths import bokehjs_path
from jupyter_core.utils import run_sync
from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RedirectHandler, RequestHandler, StaticFileHandler
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from dfs.server.process import listen
from dfs_dashboards.lab import Lab, LabDoor

__all__ = ["APPS", "Site"]

_BACKLOG = 128

APPS = Path(__file__).parent / "apps"
# A page may load from its own server only: the browser itself refuses the rest.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:;"
    " frame-ancestors 'self'; base-uri 'self'; object-src 'none'"
)
_EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
_IPC_PATH = 60  # bytes of folder name that leave room for a socket's name (a Unix socket's path ends at 107)


class _Page(TornadoVoilaHandler):  # type: ignore[misc] # Voila has no types
    """``/pages/<name>``: a notebook of the applications' folder, run in a kernel of its own."""

    def initialize(self, **kwargs: Any) -> None:
        """Take the cap beside what Voila takes."""
        self._cap = kwargs.pop("cap")
        super().initialize(**kwargs)

    async def get(self, name: str) -> None:
        """Send the page, or say why not."""
        if not (APPS / f"{name}.ipynb").is_file():
            raise HTTPError(404)
        heated = self.kernel_manager.get_pool_size(f"{name}.ipynb")
        if len(self.kernel_manager.list_kernel_ids()) - heated >= self._cap:
            raise HTTPError(503, reason="All pages this host may show are in use. Try again in a few minutes")
        # The theme is the browser's business: for Voila it would be another page than the one kept warm.
        self.request.arguments.pop("theme", None)
        self.request.query_arguments.pop("theme", None)
        await super().get(f"{name}.ipynb")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say in one line what is wrong."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        told = {"status_code": status_code, "status_message": self._reason, "message": "", "base_url": self.base_url}
        self.finish(self.settings["voila_jinja2_env"].get_template("dfs/error.html").render(**told))


class _Health(RequestHandler):
    def get(self) -> None:
        """Tell that the host is up."""
        self.write({"status": "ok"})


class Site(Voila):  # type: ignore[misc] # Voila has no types
    """The host of the pages.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one.
    cap
        Pages open at the same time.
    idle_s
        Seconds after which the kernel of a page that nobody has open is ended.
    warm
        Kernels kept ready for the next visitor of each page.
    on_ready
        Called with (base URL, page name -> URL) once the site listens.
    lab
        The JupyterLab behind ``/lab``; None: none.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        cap: int,
        idle_s: int,
        warm: int,
        on_ready: Callable[[str, Mapping[str, str]], None],
        lab: Lab | None = None,
    ) -> None:
        self._socket = listen(host, port)
        self._socket.settimeout(0)  # as tornado wants it
        self._socket.listen(_BACKLOG)
        super().__init__(config=_configuration(idle_s, warm), log_level="ERROR")
        self.config_file_paths: list[str] = []  # settings of other pages are not ours
        self.ip, self.port = host, self._socket.getsockname()[1]
        self.root_dir = str(APPS)
        self.open_browser = False
        self.tornado_settings = {
            "ws_ping_interval": 30_000,
            "ws_ping_timeout": 30_000,
            "headers": {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"},
        }
        self._cap, self._on_ready = cap, on_ready
        self.lab = lab

    @property
    def pages(self) -> dict[str, str]:
        """Name and address of every page."""
        return {path.stem: f"{self.url}pages/{path.stem}" for path in sorted(APPS.glob("*.ipynb"))}

    @property
    def url(self) -> str:
        """Address of the site, as this machine reaches it."""
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self.ip, self.ip)  # noqa: S104
        return f"http://{name}:{self.port}{self.base_url}"

    def init_handlers(self) -> list[Any]:
        """Return Voila's addresses without its tree and files, and ours."""
        base = self.server_url
        dropped = ("/voila/tree", "/voila/render", "/voila/api/contents", "/voila/files")
        voilas = [
            one for one in super().init_handlers() if not any(part in one[0] for part in dropped) and one[0] != base
        ]
        options = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
            "cap": self._cap,
        }
        bokeh = {"path": str(bokehjs_path() / "js")}
        return [
            (url_path_join(base, "/?"), RedirectHandler, {"url": next(iter(self.pages.values())), "permanent": False}),
            (url_path_join(base, "/health"), _Health),
            (url_path_join(base, "/lab/?"), LabDoor, {"lab": self.lab}),
            (url_path_join(base, r"/pages/static/bokeh/([\w.-]+)"), StaticFileHandler, bokeh),
            (url_path_join(base, r"/pages/([a-z0-9-]+)/?"), _Page, options),
            *voilas,
        ]

    def listen(self) -> None:
        """Listen, tell so, and serve until a signal comes."""
        server = HTTPServer(self.app)
        server.add_socket(self._socket)
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self._on_ready, self.url, self.pages)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
            if self.lab is not None:
                self.lab.stop()
            self.stop()

    def stop(self) -> None:
        """End every kernel, then remove their sockets."""
        run_sync(self.kernel_manager.shutdown_all)(now=True)
        shutil.rmtree(self.connection_dir, ignore_errors=True)


def _configuration(idle_s: int, warm: int) -> Config:
    import tempfile

    config = Config()
    config.VoilaConfiguration.template = "dfs"
    config.VoilaConfiguration.extension_allowlist = _EXTENSIONS
    config.VoilaConfiguration.preheat_kernel = warm > 0
    config.VoilaConfiguration.default_pool_size = warm
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.allow_template_override = "NO"
    config.MappingKernelManager.cull_idle_timeout = idle_s
    config.MappingKernelManager.cull_interval = max(1, min(60, idle_s // 2))
    # The limits are for notebooks that print too much; a page sends a table or a file when it is asked to.
    config.ZMQChannelsWebsocketConnection.limit_rate = False
    if len(tempfile.gettempdir()) < _IPC_PATH:
        config.KernelManager.transport = "ipc"  # nobody else on the machine can reach the kernels
    return config
