"""The one family of errors that people are meant to see.

REST maps them to problem+json (`services.chassis.http`), the worker to Temporal's ApplicationError
(`services.chassis.temporal`). Anything else that is raised is a bug and is shown as `internal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a stable `code` and a sentence for people.

    `field` names the part of the request that is wrong, and `also` says what is wrong with further ones; `detail`
    holds further members of the problem document, such as the id of the record that is in the way. None of them may
    hold contact data.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "bad_request"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        also: Mapping[str, str] | None = None,
        detail: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.also: dict[str, str] = dict(also or {})
        self.detail: dict[str, Any] = dict(detail or {})
        self.retry_after = retry_after


class Invalid(DomainError):
    """422: the request was understood, and a value in it cannot be right."""

    status = 422
    default_code = "invalid"


class NotFound(DomainError):
    """404: it does not exist, or this person may not see it."""

    status = 404
    default_code = "not_found"


class Conflict(DomainError):
    """409: right in itself, but not possible in the current state (stale lease, wrong state, duplicate)."""

    status = 409
    default_code = "conflict"


class Forbidden(DomainError):
    """403: we know who it is, but it is not for their tier or role."""

    status = 403
    default_code = "forbidden"


class Unauthorized(DomainError):
    """401: no token, or one that cannot be trusted."""

    status = 401
    default_code = "unauthorized"


class PreconditionFailed(DomainError):
    """412: what was read before (`If-Match`) has changed since."""

    status = 412
    default_code = "precondition_failed"


class PreconditionRequired(DomainError):
    """428: a change must say with `If-Match` which version it is a change of."""

    status = 428
    default_code = "precondition_required"


class TooSlow(DomainError):
    """408: the body did not arrive in time, so the connection is given to somebody else."""

    status = 408
    default_code = "body_timeout"


class TooLarge(DomainError):
    """413: the body is longer than this route takes."""

    status = 413
    default_code = "too_large"


class Unsupported(DomainError):
    """415: the body is of a kind that this route does not read."""

    status = 415
    default_code = "unsupported_media_type"


class Unavailable(DomainError):
    """503: something this process depends on does not answer now; the same request may work in `retry_after` s."""

    status = 503
    default_code = "unavailable"
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        detail: Mapping[str, Any] | None = None,
        retry_after: int | None = 2,
    ) -> None:
        super().__init__(message, code=code, field=field, detail=detail, retry_after=retry_after)
