"""A limit to the bytes that a server may send in one answer: a line without end must not fill the memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

__all__ = ["TooLong", "bound"]

_MOST_BYTES = 4_000_000  # each token travels in some 300 bytes of JSON


class TooLong(Exception):
    """The body has grown beyond all measure."""


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends in `TooLong` rather than in a full memory."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _MOST_BYTES
        async for part in self._body:
            left -= len(part)
            if left < 0:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def bound(response: httpx2.Response) -> None:
    """A hook for responses; reading one that is too long raises `TooLong`."""
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream)
