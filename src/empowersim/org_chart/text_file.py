"""The bytes of a file, and the text in them, whatever program wrote it."""

import codecs
from pathlib import Path

from empowersim.errors import OrgChartError
from empowersim.store import is_endless

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls
_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        OrgChartError: There is no such file, it is empty, or it is a spreadsheet's workbook.
    """
    try:
        if is_endless(path):
            raise OrgChartError("this is no file but a pipe or a device: save it to a file first")
        data = path.read_bytes()
    except FileNotFoundError:
        raise OrgChartError("there is no such file") from None
    except IsADirectoryError:
        raise OrgChartError("this is a folder, not a file") from None
    except OrgChartError:
        raise
    except (OSError, ValueError) as error:
        raise OrgChartError(f"the file cannot be read: {error}") from error
    if not data.strip():
        raise OrgChartError("the file is empty")
    if data.startswith(_WORKBOOKS):
        raise OrgChartError("this is an Excel workbook: open it and save it as CSV (UTF-8)")
    return data


def decoded(data: bytes) -> tuple[str, str]:
    """The text of the bytes and the name of its encoding.

    A byte-order mark decides; without one it is UTF-8 if it can be, else Windows-1252.

    Raises:
        OrgChartError: It is in neither encoding, or holds NUL characters.
    """
    text, encoding = _decoded(data)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise OrgChartError(
            f"line {line} holds a NUL character, so this is no text or is damaged: "
            "save it again as UTF-8"
        )
    return text, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, codec, encoding in _MARKED:
        if data.startswith(mark):
            return _strictly(data, codec, encoding), encoding
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _strictly(data, "cp1252", "UTF-8 or Windows-1252"), "Windows-1252"


def _strictly(data: bytes, codec: str, encoding: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OrgChartError(
            f"line {line} is not in {encoding} (byte {data[error.start]:#04x}): "
            "save the file again as UTF-8"
        ) from error
