"""Answers that stream."""

from __future__ import annotations

from collections.abc import AsyncIterator


async def begun(parts: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same parts, with the first made already: what fails until then is still answered with a status of its own.

    What fails later breaks the answer off, so that nobody takes it for whole.
    """
    first = await anext(parts)

    async def all_of_them() -> AsyncIterator[str]:
        yield first
        async for part in parts:
            yield part

    return all_of_them()
