"""The mail catcher of the embedded stack: accepts every mail Leadrelay sends, delivers none, shows them on a page.

There whoever looks can answer for the customer: with a letter, an absence, STOP, or as a server that knows no such
mailbox. The answer goes to the mail door by real SMTP.

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
from typing import Annotated

import aiosmtplib
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from leadrelay.mail_answers import Way, answer_of, send
from leadrelay.stack.ports import HOST

KEPT = 500
"""How many mails are kept; older ones are deleted."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 52rem; margin: 2.5rem auto; padding: 0 1rem }}
h1, h2 {{ font-size: 1.25rem; font-weight: 600 }} h2 {{ font-size: 1rem }} a {{ color: #14532d }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ text-align: left; padding: .45rem .8rem .45rem 0;
border-bottom: 1px solid #e5e5e5; vertical-align: top }} th {{ font-weight: 500; color: #666 }}
pre {{ white-space: pre-wrap; font: inherit; border-left: 3px solid #e5e5e5; padding-left: 1rem }}
form {{ border-top: 1px solid #e5e5e5; margin-top: 2rem; padding-top: 1rem }}
textarea {{ width: 100%; box-sizing: border-box; padding: .5rem; font: inherit }}
button {{ font: inherit; padding: .5rem .9rem; margin: .4rem .4rem 0 0 }} .done {{ color: #14532d }}
</style><h1>{title}</h1>{body}</html>"""


_ANSWER = """<form method="post" action="/mails/{number}/answer"><h2>Answer for the customer</h2>
<textarea name="text" rows="4" maxlength="5000" aria-label="What they write"
 placeholder="Thursday at ten suits us."></textarea>
<button name="way" value="reply">Send the answer</button><button name="way" value="away">Out of office</button>
<button name="way" value="stop">STOP</button><button name="way" value="bounce">No such mailbox</button></form>"""
_SAID = {
    way: f'<p class="done" role="status">{text}</p>'
    for way, text in (
        ("reply", "The answer is on its way. It will be in Today in a moment."),
        ("away", "The out-of-office is on its way."),
        ("stop", "They asked for no more mail."),
        ("bounce", "The mail has come back."),
    )
}
_AT_ONCE = 50
_LONGEST = 5000


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
        return _parsed(self.raw(number))

    def raw(self, number: int) -> bytes:
        """One mail as it came. Raises HTTPException 404."""
        try:
            return (self._folder / f"{number:08d}.eml").read_bytes()
        except FileNotFoundError:
            raise HTTPException(404, "There is no such mail") from None

    def since(self, number: int, most: int) -> list[tuple[int, EmailMessage]]:
        """The next mails after this one, the oldest first."""
        files = (file for file in sorted(self._folder.glob("*.eml")) if int(file.stem) > number)
        return [(int(file.stem), _read(file)) for _, file in zip(range(most), files, strict=False)]


def _read(file: Path) -> EmailMessage:
    return _parsed(file.read_bytes())


def _parsed(raw: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)


def build_app(folder: MailFolder, door_port: int, door_host: str = HOST) -> FastAPI:
    """The pages, and the same mails as JSON. Answers go to the mail door there."""
    app = FastAPI(title="Leadrelay mail catcher", docs_url=None, redoc_url=None)

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/mails.json")
    def mails(to: str = "") -> list[dict[str, object]]:
        return [_as_json(number, mail) for number, mail in folder.all(to)]

    @app.get("/mails/since/{number}.json")
    def mails_since(number: int) -> list[dict[str, object]]:
        return [_as_json(found, mail) for found, mail in folder.since(number, _AT_ONCE)]

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
    def one_mail(number: int, answered: str = "") -> str:
        return _mail_page(number, folder.get(number), _SAID.get(answered, ""))

    @app.get("/mails/{number}/files/{place}")
    def attachment(number: int, place: int) -> Response:
        files = dict(enumerate(folder.get(number).iter_attachments()))
        if place not in files:
            raise HTTPException(404, "There is no such file")
        name = (files[place].get_filename() or "file").encode("ascii", "replace").decode()
        # Downloaded, never shown: it must not run as a part of this page.
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(files[place].get_payload(decode=True), media_type="application/octet-stream", headers=headers)

    _add_answers(app, folder, door_host, door_port)
    return app


def _add_answers(app: FastAPI, folder: MailFolder, door_host: str, door_port: int) -> None:
    @app.post("/mails/{number}/answer")
    async def answer(
        request: Request, number: int, way: Annotated[Way, Form()], text: Annotated[str, Form()] = ""
    ) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise HTTPException(403, "Another page may not answer mail")
        if way == "reply" and not text.strip():
            raise HTTPException(422, "text: write something, or choose another answer")
        try:
            await send(answer_of(folder.raw(number), way, text[:_LONGEST]), door_host, door_port)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise HTTPException(502, f"The mail door did not take it: {error}") from None
        return RedirectResponse(f"/mails/{number}?answered={way}", 303)


def _mail_page(number: int, mail: EmailMessage, said: str) -> str:
    shown = [name for name in ("Date", "From", "To", "Reply-To") if mail[name]]
    heads = "".join(f"<tr><th>{name}<td>{_head(mail, name)}" for name in shown)
    files = "".join(
        f'<li><a href="/mails/{number}/files/{place}">{escape(part.get_filename() or "file")}</a>'
        for place, part in enumerate(mail.iter_attachments())
    )
    mail_itself = f"<table>{heads}</table><pre>{escape(_text(mail))}</pre><ul>{files}</ul>"
    body = f'{mail_itself}{said}{_ANSWER.format(number=number)}<p><a href="/">All mail</a>'
    return _PAGE.format(title=_head(mail, "Subject"), body=body)


def _as_json(number: int, mail: EmailMessage) -> dict[str, object]:
    named = ("To", "Subject", "Date", "Message-ID", "Reply-To")
    heads = {name.lower().replace("-", "_"): str(mail[name]) for name in named}
    files = [part.get_filename() for part in mail.iter_attachments()]
    return {"number": number, **heads, "text": _text(mail), "files": files}


def _head(mail: EmailMessage, name: str) -> str:
    return escape(str(mail[name]))


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


async def serve(folder: MailFolder, web: FastAPI, host: str, smtp_port: int, web_port: int) -> None:
    """Run both servers until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(folder, hostname="leadrelay", enable_SMTPUTF8=True, loop=loop), host, smtp_port
    )
    server = uvicorn.Server(uvicorn.Config(web, host=host, port=web_port, log_level="warning"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    async with smtp:
        await server._serve()


def main() -> None:
    """`python -m leadrelay.mail_catcher DIRECTORY --smtp-port N --web-port N --door-port N`, elsewhere with hosts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--door-host", default=HOST)
    parser.add_argument("--door-port", type=int, required=True)
    asked = parser.parse_args()
    folder = MailFolder(asked.directory)
    web = build_app(folder, asked.door_port, asked.door_host)
    asyncio.run(serve(folder, web, asked.host, asked.smtp_port, asked.web_port))


if __name__ == "__main__":
    main()
