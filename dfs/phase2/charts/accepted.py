"""What a finding chart has to be so that it is taken: JPEG by its content, not too large, with a name."""

from __future__ import annotations

from dfs.errors import UsageError
from dfs.phase2.failures import FileKindError, FileTooLargeError

__all__ = ["LARGEST", "MOST", "check_chart"]

LARGEST = 2**20  # bytes; ESO, finding chart requirements
MOST = 5  # charts of a block; p2-api.md 6
_KINDS = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"SIMPLE": "a FITS file",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"RIFF": "a WebP image",
}


def check_chart(name: str, content: bytes) -> None:
    """Raise when a file is not taken as a finding chart.

    Raises
    ------
    FileKindError
        It is no JPEG, whatever its name says (HTTP 415).
    FileTooLargeError
        It has more than `LARGEST` bytes (413).
    UsageError
        It has no name.
    """
    if not name.strip():
        raise UsageError("the finding chart has no name", accepted="a file name, e.g. chart.jpg")
    if not content.startswith(b"\xff\xd8\xff"):
        kind = next((text for magic, text in _KINDS.items() if content.startswith(magic)), "no image that is known")
        kind = kind if content else "empty"
        raise FileKindError(f"{name} is {kind}", accepted="JPEG", hint="convert it, or let dfs draw the chart")
    if len(content) > LARGEST:
        size = f"{len(content) / 2**20:.1f} MiB"
        hint = "save it in lower quality or with fewer pixels"
        raise FileTooLargeError(f"{name} has {size}", accepted="1 MiB at most", hint=hint)
    if not _is_whole(content):
        raise FileKindError(f"{name} is a JPEG that is damaged or cut short", accepted="JPEG")


def _is_whole(content: bytes) -> bool:
    """Tell whether the image can be decoded to its end."""
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
