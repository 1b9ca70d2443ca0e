"""What people call the files they send."""

from __future__ import annotations

import unicodedata

from fastapi import UploadFile

MAX_NAME = 200


def file_name(file: UploadFile, default: str) -> str:
    """A file's own name: without folders, line ends and characters that nobody sees, and not too long.

    It is kept, shown, and written into headers of mails.
    """
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        " " if one.isspace() else one for one in name if one.isspace() or unicodedata.category(one)[0] != "C"
    )
    stem, dot, kind = " ".join(seen.split()).rpartition(".")
    kind = f"{dot}{kind}"[:20] if dot else kind[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(kind)]}{kind}".strip() or default
