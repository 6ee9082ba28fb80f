# SPDX-License-Identifier: Apache-2.0
"""A server's network, with one fault at a time: a proxy on a port of its own."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast

Result = TypeVar("Result")

#: The faults, each of which begins when so many bytes of replies have passed.
FAULTS = {
    "none": "nothing happens",
    "split": "replies come byte by byte",
    "delay": "of each piece of a reply the first byte comes at once and the rest 3 ms later",
    "cut": "the connection ends; the next one works",
    "reset": "the connection is reset; the next one works",
    "down": "the connection ends, and new ones end at once",
    "swap": "garbage comes in the place of the rest of the reply, and then nothing",
    "hang": "nothing comes any more, on new connections neither; what was held back comes when the fault is over",
    "mute": "the server hears nothing any more, on new connections neither",
    "drip": "a byte comes each 20 ms",
}


@dataclass
class Fault:
    kind: str
    #: Bytes of replies that pass before it.
    after: int = 0
    passed: int = 0
    #: It was met.
    fired: bool = False
    #: Requests went on to the server, or not.
    random: random.Random = field(default_factory=lambda: random.Random(1))


class Client(asyncio.Protocol):
    """The side of a connection that the library holds."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.server: Server | None = None
        self.waiting = bytearray()  # requests, until the server is there
        self.held = bytearray()  # replies, while they hang or drip
        self.is_dead = False  # nothing passes any more, in either direction
        self.drips = False
        self.said = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.proxy.clients.add(self)
        self.proxy.connections += 1
        if self.proxy.heard is not None:
            self.proxy.heard.append(self.said)
        fault = self.proxy.fault
        if fault.kind == "down" and fault.fired:
            self.end()
            return
        self.proxy.tasks.add(asyncio.ensure_future(self.connect()))

    async def connect(self) -> None:
        host, port = self.proxy.upstream
        with suppress(OSError):
            _, self.server = await asyncio.get_running_loop().create_connection(lambda: Server(self), host, port)
        if self.server is None or self.transport.is_closing():
            self.end()
            return
        self.server.transport.write(bytes(self.waiting))
        self.waiting.clear()

    def data_received(self, data: bytes) -> None:
        if self.proxy.heard is not None:
            self.said += data
        fault = self.proxy.fault
        if fault.kind == "mute" and fault.passed >= fault.after:
            fault.fired = True
            self.is_dead = True
        if self.is_dead:
            return
        if self.server is None:
            self.waiting += data
        else:
            self.server.transport.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        self.proxy.clients.discard(self)
        if self.server is not None:
            self.server.transport.abort()

    def reply(self, data: bytes) -> None:
        """What the server said, as far as it gets."""
        fault = self.proxy.fault
        if self.is_dead or self.transport.is_closing():
            return
        if self.held:
            self.held += data
            return
        if fault.kind in ("none", "mute") or (fault.fired and fault.kind in ("cut", "reset", "swap")):
            fault.passed += len(data)
            self.transport.write(data)
            return
        room = max(fault.after - fault.passed, 0)
        if len(data) < room:
            fault.passed += len(data)
            self.transport.write(data)
            return
        if room:
            self.transport.write(data[:room])
        fault.passed += len(data)
        self.fire(fault, data[room:])

    def fire(self, fault: Fault, rest: bytes) -> None:
        fault.fired = True
        if fault.kind in ("cut", "down"):
            self.transport.close()
        elif fault.kind == "reset":
            self.end()
        elif fault.kind == "swap":
            self.transport.write(fault.random.randbytes(len(rest) + 40))
            self.is_dead = True
        elif fault.kind == "hang":
            self.held += rest
        elif fault.kind == "split":
            for position in range(len(rest)):
                self.transport.write(rest[position : position + 1])
        elif fault.kind == "delay":
            self.transport.write(rest[:1])
            self.held += rest[1:]
            if self.held:
                asyncio.get_running_loop().call_later(0.003, self.release)
        elif rest:
            self.held += rest
            if not self.drips:
                self.drips = True
                self.drip()

    def drip(self) -> None:
        if self.transport.is_closing() or self.proxy.fault.kind != "drip" or not self.held:
            self.drips = False
            return
        self.transport.write(self.held[:1])
        del self.held[:1]
        asyncio.get_running_loop().call_later(0.02, self.drip)

    def release(self) -> None:
        """What was held back comes now, to whoever still listens."""
        if self.held and not self.transport.is_closing():
            self.transport.write(bytes(self.held))
        self.held.clear()

    def end(self) -> None:
        """As a reset."""
        descriptor = self.transport.get_extra_info("socket")
        with suppress(OSError):
            descriptor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Server(asyncio.Protocol):
    """The side of a connection that the server holds."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.client.reply(data)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.client.held and not self.client.is_dead:
            self.client.transport.close()


class Proxy:
    """Runs in a thread of its own. `port` stands for the server at `upstream`."""

    def __init__(self, host: str, port: int) -> None:
        self.upstream = (host, port)
        self.fault = Fault("none")
        self.clients: set[Client] = set()
        self.tasks: set[asyncio.Future[None]] = set()
        self.connections = 0
        #: What came from the library on each connection, once this is a list.
        self.heard: list[bytearray] | None = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.listener = self._do(self.loop.create_server(lambda: Client(self), "127.0.0.1", 0))
        self.port: int = self.listener.sockets[0].getsockname()[1]

    def _do(self, what: Awaitable[Result]) -> Result:
        async def wait() -> Result:
            return await what

        return asyncio.run_coroutine_threadsafe(wait(), self.loop).result(30)

    def arm(self, kind: str, after: int = 0, seed: int = 1) -> None:
        async def set_it() -> None:
            self.fault = Fault(kind, after, random=random.Random(seed))

        self._do(set_it())

    def disarm(self) -> Fault:
        """The network is well again. Says what happened."""

        async def end_it() -> Fault:
            fault, self.fault = self.fault, Fault("none")
            for client in list(self.clients):
                client.release()
            self.tasks = {task for task in self.tasks if not task.done()}
            return fault

        return self._do(end_it())

    def drop(self) -> None:
        """Ends every connection, as a server does that restarts."""

        async def end_them() -> None:
            for client in list(self.clients):
                client.transport.close()

        self._do(end_them())

    def close(self) -> None:
        async def stop() -> None:
            self.listener.close()
            for client in list(self.clients):
                client.transport.abort()

        self._do(stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
