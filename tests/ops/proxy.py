"""A way to the database that can be cut, or go silent as when a cable is pulled."""

import asyncio
from types import TracebackType
from typing import Self


class Proxy:
    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._ending = False
        self._flows = asyncio.Event()
        self._flows.set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._ending = True
        self._flows.set()
        self.cut()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def silence(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._flows.clear()

    def speak(self) -> None:
        """The end of a silence: what was held back comes through."""
        self._flows.set()

    def cut(self) -> None:
        """Every connection ends at once. New ones are let through, unless there is silence."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (this := asyncio.current_task()) is not None:
            self._serving.add(this)
            this.add_done_callback(self._serving.discard)
        await self._flows.wait()
        try:
            if self._ending:
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._open |= {writer, there_writer}
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
            self._open -= {writer, there_writer}
        except OSError:
            pass
        finally:
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
