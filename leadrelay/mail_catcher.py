"""The mail catcher of the embedded stack: accepts every mail Leadrelay sends, delivers none, shows them on a page.

For development and demonstration only: it listens on loopback and asks for no password.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse

from leadrelay.stack.ports import HOST

KEPT = 500
"""How many mails are kept; older ones are deleted."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 52rem; margin: 2.5rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.25rem; font-weight: 600 }} a {{ color: #14532d }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ text-align: left; padding: .45rem .8rem .45rem 0;
border-bottom: 1px solid #e5e5e5; vertical-align: top }} th {{ font-weight: 500; color: #666 }}
pre {{ white-space: pre-wrap; font: inherit; border-left: 3px solid #e5e5e5; padding-left: 1rem }}
</style><h1>{title}</h1>{body}</html>"""


class MailFolder:
    """A folder with a file for each mail, numbered as they arrive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: keep the mail, whatever it is. The oldest is deleted when the folder is full."""
        content = envelope.content or b""
        files = sorted(self._folder.glob("*.eml"))
        number = int(files[-1].stem) + 1 if files else 1
        (self._folder / f"{number:08d}.eml").write_bytes(content if isinstance(content, bytes) else content.encode())
        for old in files[: max(0, len(files) + 1 - KEPT)]:
            old.unlink()
        return "250 kept"

    def all(self, to: str) -> list[tuple[int, EmailMessage]]:
        """Numbers and mails whose recipient contains this text, newest first."""
        mails = ((int(file.stem), _read(file)) for file in sorted(self._folder.glob("*.eml"), reverse=True))
        return [(number, mail) for number, mail in mails if to in str(mail["To"])]

    def get(self, number: int) -> EmailMessage:
        """One mail. Raises HTTPException 404."""
        try:
            return _read(self._folder / f"{number:08d}.eml")
        except FileNotFoundError:
            raise HTTPException(404, "There is no such mail") from None


def _read(file: Path) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())


def build_app(folder: MailFolder) -> FastAPI:
    """The pages, and the same mails as JSON."""
    app = FastAPI(title="Leadrelay mail catcher", docs_url=None, redoc_url=None)

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/mails.json")
    def mails(to: str = "") -> list[dict[str, object]]:
        return [_as_json(number, mail) for number, mail in folder.all(to)]

    @app.get("/", response_class=HTMLResponse)
    def mail_list(to: str = "") -> str:
        rows = [
            f"<tr><td>{_head(mail, 'Date')}<td>{_head(mail, 'To')}"
            f'<td><a href="/mails/{number}">{_head(mail, "Subject")}</a>'
            for number, mail in folder.all(to)
        ]
        table = f"<table><tr><th>Sent<th>To<th>Subject{''.join(rows)}</table>" if rows else "<p>No mail yet.</p>"
        return _PAGE.format(title="Outgoing mail", body=table)

    @app.get("/mails/{number}", response_class=HTMLResponse)
    def one_mail(number: int) -> str:
        return _mail_page(number, folder.get(number))

    @app.get("/mails/{number}/files/{place}")
    def attachment(number: int, place: int) -> Response:
        files = dict(enumerate(folder.get(number).iter_attachments()))
        if place not in files:
            raise HTTPException(404, "There is no such file")
        name = (files[place].get_filename() or "file").encode("ascii", "replace").decode()
        # Downloaded, never shown: it must not run as a part of this page.
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(files[place].get_payload(decode=True), media_type="application/octet-stream", headers=headers)

    return app


def _mail_page(number: int, mail: EmailMessage) -> str:
    shown = [name for name in ("Date", "From", "To", "Reply-To") if mail[name]]
    heads = "".join(f"<tr><th>{name}<td>{_head(mail, name)}" for name in shown)
    files = "".join(
        f'<li><a href="/mails/{number}/files/{place}">{escape(part.get_filename() or "file")}</a>'
        for place, part in enumerate(mail.iter_attachments())
    )
    body = f'<table>{heads}</table><pre>{escape(_text(mail))}</pre><ul>{files}</ul><a href="/">All mail</a>'
    return _PAGE.format(title=_head(mail, "Subject"), body=body)


def _as_json(number: int, mail: EmailMessage) -> dict[str, object]:
    heads = {name.lower().replace("-", "_"): str(mail[name]) for name in ("To", "Subject", "Date", "Message-ID")}
    files = [part.get_filename() for part in mail.iter_attachments()]
    return {"number": number, **heads, "text": _text(mail), "files": files}


def _head(mail: EmailMessage, name: str) -> str:
    return escape(str(mail[name]))


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


async def serve(directory: Path, smtp_port: int, web_port: int) -> None:
    """Run both servers until SIGTERM or SIGINT."""
    folder, loop = MailFolder(directory), asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(folder, hostname="leadrelay", enable_SMTPUTF8=True, loop=loop), HOST, smtp_port
    )
    web = uvicorn.Server(uvicorn.Config(build_app(folder), host=HOST, port=web_port, log_level="warning"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(web, "should_exit", True))
    async with smtp:
        await web._serve()


def main() -> None:
    """`python -m leadrelay.mail_catcher DIRECTORY --smtp-port N --web-port N`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    asked = parser.parse_args()
    asyncio.run(serve(asked.directory, asked.smtp_port, asked.web_port))


if __name__ == "__main__":
    main()
