"""A queued mail as a MIME message."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from services.chassis.mail.rows import Mail


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it is sent: its words, a calendar entry as another way to read them, and its files."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = mail.message_id
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message.set_content(mail.body)
    files = [
        (_media_type(file["media_type"]), file["name"], base64.b64decode(file["content"])) for file in mail.attachments
    ]
    for (kind, parameters), _, content in files:
        if _is_scheduling(kind, parameters):
            _add_calendar(message, content, parameters["method"])
    for (kind, parameters), name, content in files:
        if _is_scheduling(kind, parameters):
            # For programs that show no buttons: a file to open. As text/calendar it would be an invitation twice.
            kind, parameters = "application/ics", {}
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name, params=parameters)
    return message


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    kind, *parameters = (part.strip() for part in text.split(";"))
    return kind, dict(part.split("=", 1) for part in parameters)


def _is_scheduling(kind: str, parameters: dict[str, str]) -> bool:
    """Whether a file asks a calendar to do something (RFC 6047), and is no mere file."""
    return kind == "text/calendar" and "method" in parameters


def _add_calendar(message: EmailMessage, content: bytes, method: str) -> None:
    # Base64, so that no server on the way changes its line ends or breaks its lines.
    message.add_alternative(
        content, maintype="text", subtype="calendar", cte="base64", params={"charset": "utf-8", "method": method}
    )
