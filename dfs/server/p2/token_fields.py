"""What the services beside the P2 API share: forms whose token is a field, and which name a block by the address it has in the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from dfs.access.failures import NotSignedInError
from dfs.errors import UsageError
from dfs.phase2.api import Upload
from dfs.server.bodies import limited_form, read_sent
from dfs.server.p2.arriving import file_name
from dfs.server.p2.call import number_of

if TYPE_CHECKING:
    from dfs.observatory import Observatory

__all__ = ["Asked", "asked", "block_of", "worked"]

_BLOCK = re.compile(r"/obsBlocks/([^/?#]+)/?$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came: fields, of the address, of a form, or of the headers of a file's part; and the file."""

    fields: dict[str, str]
    file: Upload | None = None

    def field(self, name: str, otherwise: str | None = None) -> str:
        """Return a field; `UsageError` when it is missing."""
        value = self.fields.get(name, otherwise)
        if value is None:
            raise UsageError(f"there is no {name}", where=name)
        return value


async def asked(request: Request, *, file_bytes: int) -> Asked:
    """Read a request."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        sent = await read_sent(request)
        return Asked(dict(sent.parameters))
    form = await limited_form(request, file_bytes, files=1)
    fields = {**request.query_params, **{name: value for name, value in form.multi_items() if isinstance(value, str)}}
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        return Asked(fields)
    content = await files[0].read()
    # ESO's client writes the fields as headers of the file's part
    fields = {**{name: value for name, value in files[0].headers.items() if not name.startswith("content-")}, **fields}
    await form.close()
    return Asked(fields, Upload(file_name(files[0].filename or "image.fits"), content))


def block_of(fields: Asked) -> int:
    """Return the block that the field ``url`` names: its address in the API, of which only the end counts."""
    found = _BLOCK.search(fields.field("url"))
    if found is None:
        raise UsageError("the address names no block", where="url", accepted=".../obsBlocks/{obId}")
    return number_of("obId", found[1])


async def worked(request: Request, token: str, work: Callable[[Observatory], Response]) -> Response:
    """Do `work` (in a thread) with the rights of whoever `token` names."""

    def acting() -> Response:
        if not token:
            raise NotSignedInError("there is no token in the request", accepted="access_token=<token>")
        observatory: Observatory = request.app.state.observatory
        member = observatory.tokens.read(token).member
        request.state.dfs_user = member
        return work(observatory.acting(member))

    return await run_in_threadpool(acting)
