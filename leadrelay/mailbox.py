"""The embedded stack's mailbox: takes every mail the house sends, delivers none, and shows them on a page.

For development and demonstration only; it listens on loopback and asks nobody who they are.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import signal
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse

from leadrelay.stack.ports import HOST

KEPT = 500
"""Mails that are kept; older ones go."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 52rem; margin: 2.5rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.25rem; font-weight: 600 }} a {{ color: #14532d }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ text-align: left; padding: .45rem .8rem .45rem 0;
border-bottom: 1px solid #e5e5e5; vertical-align: top }} th {{ font-weight: 500; color: #666 }}
pre {{ white-space: pre-wrap; font: inherit; border-left: 3px solid #e5e5e5; padding-left: 1rem }}
.quiet {{ color: #666 }}
</style><h1>{title}</h1>{body}</html>"""


@dataclass(frozen=True)
class Box:
    """The mails in a folder, a file each, named in the order in which they came."""

    folder: Path

    def put(self, content: bytes) -> None:
        """Keep a mail; the oldest goes when the box is full."""
        files = sorted(self.folder.glob("*.eml"))
        number = int(files[-1].stem) + 1 if files else 1
        (self.folder / f"{number:08d}.eml").write_bytes(content)
        for old in files[: max(0, len(files) + 1 - KEPT)]:
            old.unlink()

    def all(self) -> list[tuple[int, EmailMessage]]:
        """Mails with their numbers, the newest first."""
        return [(int(file.stem), _read(file)) for file in sorted(self.folder.glob("*.eml"), reverse=True)]

    def get(self, number: int) -> EmailMessage:
        """One mail. Raises HTTPException 404."""
        file = self.folder / f"{number:08d}.eml"
        if not file.exists():
            raise HTTPException(404, "there is no such mail")
        return _read(file)


def _read(file: Path) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())


class Receiver:
    """aiosmtpd's handler: whatever is sent is taken."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep the mail."""
        content = envelope.content
        self._box.put(content if isinstance(content, bytes) else str(content).encode())
        return "250 kept"


def build_app(box: Box) -> FastAPI:
    """The look-up page and its JSON."""
    app = FastAPI(title="Leadrelay mailbox", docs_url=None, redoc_url=None)

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/mails.json")
    def mails(to: str | None = None) -> list[dict[str, object]]:
        return [_plain(number, mail) for number, mail in box.all() if to is None or to in str(mail["To"])]

    @app.get("/", response_class=HTMLResponse)
    def listed(to: str | None = None) -> str:
        rows = [_row(number, mail) for number, mail in box.all() if to is None or to in str(mail["To"])]
        table = f"<table><tr><th>Sent<th>To<th>Subject</tr>{''.join(rows)}</table>"
        return _PAGE.format(title="Mails of the house", body=table if rows else "<p class=quiet>No mail yet.</p>")

    @app.get("/mails/{number}", response_class=HTMLResponse)
    def one(number: int) -> str:
        return _mail_page(number, box.get(number))

    @app.get("/mails/{number}/files/{place}")
    def file(number: int, place: int) -> Response:
        files = list(box.get(number).iter_attachments())
        if not 0 <= place < len(files):
            raise HTTPException(404, "there is no such file")
        name = files[place].get_filename() or "file"
        # Never shown in the browser: it comes from outside of this page.
        headers = {"Content-Disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"'}
        return Response(files[place].get_payload(decode=True), media_type="application/octet-stream", headers=headers)

    return app


def _plain(number: int, mail: EmailMessage) -> dict[str, object]:
    return {
        "number": number,
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "date": str(mail["Date"]),
        "message_id": str(mail["Message-ID"]),
        "text": _text(mail),
        "files": [part.get_filename() for part in mail.iter_attachments()],
    }


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _row(number: int, mail: EmailMessage) -> str:
    date, to, subject = (html.escape(str(mail[name])) for name in ("Date", "To", "Subject"))
    return f'<tr><td class=quiet>{date}<td>{to}<td><a href="/mails/{number}">{subject}</a></tr>'


def _mail_page(number: int, mail: EmailMessage) -> str:
    heads = "".join(
        f"<tr><th>{name}<td>{html.escape(str(mail[name]))}</tr>"
        for name in ("Date", "From", "To", "Reply-To")
        if mail[name]
    )
    files = "".join(
        f'<li><a href="/mails/{number}/files/{place}">{html.escape(part.get_filename() or "file")}</a>'
        for place, part in enumerate(mail.iter_attachments())
    )
    body = f"<table>{heads}</table><pre>{html.escape(_text(mail))}</pre>"
    back = '<p><a href="/">All mails</a></p>'
    return _PAGE.format(
        title=html.escape(str(mail["Subject"])), body=body + (f"<ul>{files}</ul>" if files else "") + back
    )


async def serve(folder: Path, smtp_port: int, web_port: int) -> None:
    """Run both servers until SIGTERM or SIGINT."""
    box = Box(folder)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(Receiver(box), hostname="leadrelay-mailbox", enable_SMTPUTF8=True, loop=loop), HOST, smtp_port
    )
    web = uvicorn.Server(uvicorn.Config(build_app(box), host=HOST, port=web_port, log_level="warning"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(web, "should_exit", True))
    async with smtp:
        await web._serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    asked = parser.parse_args()
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(serve(asked.folder, asked.smtp_port, asked.web_port))
