# SPDX-License-Identifier: Apache-2.0
"""A browser that uses two servers at once, and checks each page against what it may believe."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field

from belief import Belief, expect

#: Old cookies that a client keeps, to see that they open nothing.
REMEMBERED = 20


@dataclass(frozen=True)
class Answer:
    """`page` is None where it failed: whether it was done is then unknown."""

    status: int
    page: dict[str, object] | None
    #: Of the Set-Cookie line: its value, "" where it deletes, None where there is no line.
    cookie: str | None


@dataclass
class World:
    """What all clients share."""

    ports: tuple[int, ...]
    #: Whether the store has nothing any more when it starts again.
    forgets: bool
    is_over: bool = False
    #: Whether the store or a worker has ended so recently that requests may fail.
    is_troubled: bool = False
    restarts: int = 0
    kills: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    #: Failures while all was well.
    unexpected: list[str] = field(default_factory=list)


async def fetch(port: int, path: str, cookie: str | None) -> tuple[int, bytes, str | None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        line = f"Cookie: session={cookie}\r\n" if cookie else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    lines = head.decode().split("\r\n")
    if len(lines[0].split(" ")) < 2:
        raise ConnectionError("no answer")
    sent = None
    for name, _, value in (line.partition(": ") for line in lines[1:]):
        if name.lower() == "set-cookie":
            sent = value.partition(";")[0].partition("=")[2]
        if name.lower() == "content-length" and len(body) != int(value):
            raise ConnectionError("half an answer")
    return int(lines[0].split(" ")[1]), body, sent


class Client:
    """One person, who logs in under a new name each time."""

    def __init__(self, number: int, world: World) -> None:
        self.number, self.world = number, world
        self.random = random.Random(number)
        self.cookie: str | None = None
        self.belief: Belief | None = None
        self.logins = 0
        self.seen_restarts = 0
        self.dead: list[str] = []

    async def get(self, path: str, cookie: str | None, server: int | None = None) -> Answer:
        world = self.world
        was_troubled = world.is_troubled
        port = self.random.choice(world.ports) if server is None else world.ports[server]
        try:
            status, body, sent = await asyncio.wait_for(fetch(port, path, cookie), 60)
        except (OSError, asyncio.TimeoutError) as problem:
            status, body, sent = 0, type(problem).__name__.encode(), None
        world.requests[f"{status}"] += 1
        if status == 200:
            return Answer(status, json.loads(body), sent)
        expect(status in (0, 500), "a status of another kind", status, body)
        # Flask saves again for the page of an error; where the store is back by then, the cookie says what was saved.
        is_fine = sent in (None, cookie) or path.startswith("/login") or (path, sent) == ("/logout", "")
        expect(is_fine, "a new cookie with a failure", path)
        if not was_troubled and not world.is_troubled:
            world.unexpected.append(f"{path} {status} {body[:100]!r}")
        return Answer(status, None, sent)

    def end(self) -> None:
        """The session is over, and nobody may open it again."""
        if self.cookie:
            self.dead = [*self.dead, self.cookie][-REMEMBERED:]
        self.cookie = self.belief = None

    def keep(self, answer: Answer) -> None:
        """A page of the session comes with its own cookie or none."""
        expect(answer.cookie in (None, self.cookie), "a cookie of another session", self.belief)

    async def run(self) -> None:
        while not self.world.is_over:
            await self.step()
            await asyncio.sleep(0)

    async def step(self) -> None:
        if self.belief is None:
            return await self.log_in()
        if self.seen_restarts != self.world.restarts and self.world.forgets:
            self.belief.may_be_gone = True
        self.seen_restarts = self.world.restarts
        steps = [self.visit, self.choose, self.both, self.log_in_again, self.log_out, self.log_out_between, self.knock]
        return await self.random.choices(steps, [30, 15, 25, 5, 4, 4, 10])[0]()

    async def log_in(self) -> None:
        self.logins += 1
        belief = Belief(f"client{self.number}-{self.logins}")
        answer = await self.get(f"/login?name={belief.user}", None)
        if answer.page is None:
            await asyncio.sleep(self.random.random())
            if not answer.cookie:
                return
        else:
            expect(answer.page["user"] == belief.user and answer.page["visits"] is None, "no new session", answer)
        expect(bool(answer.cookie) and answer.cookie not in self.dead, "no new cookie", answer)
        self.cookie, self.belief = answer.cookie, belief

    async def log_in_again(self) -> None:
        """The session gets a new id, and the old one is dead."""
        assert self.belief and self.cookie
        answer = await self.get(f"/login?name={self.belief.user}", self.cookie)
        if answer.page is None and answer.cookie in (None, self.cookie):
            self.belief.may_be_gone = True
        elif answer.page is None:
            self.end() if self.belief.may_be_gone else self.renewed(answer)
        elif self.belief.may_be_gone and answer.page["visits"] is answer.page["color"] is None:
            # It had ended and this is a new one, or it was new and has another id now.
            self.end()
        else:
            expect(answer.page["user"] == self.belief.user, "somebody else", answer, self.belief)
            expect(bool(answer.cookie) and answer.cookie != self.cookie, "the old id after a login", self.belief)
            self.belief.shown(answer.page["visits"], answer.page["color"])
            self.renewed(answer)

    def renewed(self, answer: Answer) -> None:
        assert self.cookie
        self.dead = [*self.dead, self.cookie][-REMEMBERED:]
        self.cookie = answer.cookie

    async def visit(self) -> None:
        assert self.belief
        answer = await self.get("/", self.cookie)
        self.belief.high += 1
        if answer.page is None:
            self.belief.high -= 1
            self.belief.unanswered_visit()
        elif self.belief.is_there(answer.page):
            self.keep(answer)
            self.belief.low += 1
            self.belief.shown(answer.page["visits"], answer.page["color"])
        else:
            self.end()

    async def choose(self) -> None:
        assert self.belief
        color = f"color{self.random.randrange(1 << 30)}"
        answer = await self.get(f"/set?color={color}", self.cookie)
        if answer.page is None:
            self.belief.unanswered_color(color)
        elif self.belief.is_there(answer.page):
            self.keep(answer)
            expect(answer.page["color"] == color, "another colour", answer)
            self.belief.colors = {color}
            self.belief.shown(answer.page["visits"], color)
        else:
            self.end()

    async def both(self) -> None:
        """Two requests on two servers at once: what both did is there."""
        belief = self.belief
        assert belief
        color = f"color{self.random.randrange(1 << 30)}"
        paths = self.random.choice([["/", "/"], ["/", f"/set?color={color}"], [f"/set?color={color}", "/"]])
        answers = await asyncio.gather(*(self.get(path, self.cookie, n) for n, path in enumerate(paths)))
        pages = [answer.page for answer in answers]
        if any(page is not None and not belief.is_there(page) for page in pages):
            return self.end()
        visits = [page and page["visits"] for page, path in zip(pages, paths) if path == "/"]
        for answer, path in zip(answers, paths):
            if answer.page is None:
                continue
            self.keep(answer)
            seen, own = int(str(answer.page["visits"] or 0)), path == "/"
            expect(belief.low + own <= seen <= belief.high + len(visits), "wrong visits", answer, belief, paths)
            expect(answer.page["color"] in {*belief.colors, color}, "a colour that nobody chose", answer, belief)
        for page, path in zip(pages, paths):
            if path == "/" and page is None:
                belief.unanswered_visit()
            elif path == "/":
                belief.visited()
            elif page is None:
                belief.unanswered_color(color)
            else:
                belief.colors = {color, *(what for _, what in belief.doubtful if what is not None)}
        return None

    async def log_out(self) -> None:
        assert self.belief
        answer = await self.get("/logout", self.cookie)
        if answer.page is None and answer.cookie == "":
            self.end()
        elif answer.page is None:
            self.belief.may_be_gone = True
        else:
            expect(answer.page["user"] is None and not answer.cookie, "still logged in", answer)
            self.end()

    async def log_out_between(self) -> None:
        """A logout is final, whatever else ran at the time."""
        assert self.belief
        paths = ["/logout", self.random.choice(["/", "/set?color=late"])]
        server = self.random.randrange(2)
        out, other = await asyncio.gather(
            self.get(paths[0], self.cookie, server), self.get(paths[1], self.cookie, 1 - server)
        )
        if other.page is not None:
            expect(other.page["user"] in (None, self.belief.user), "somebody else", other)
        if out.page is not None or out.cookie == "":
            return self.end()
        self.belief.may_be_gone = True
        if paths[1] == "/":
            self.belief.unanswered_visit()
        else:
            self.belief.unanswered_color("late")
        return None

    async def knock(self) -> None:
        """With a cookie that is dead."""
        if not self.dead:
            return
        cookie = self.random.choice(self.dead)
        answer = await self.get("/", cookie)
        if answer.page is not None:
            seen = [answer.page[key] for key in ("user", "visits", "color")]
            expect(seen == [None, None, None], "a session that had ended is back", answer.page)
            expect(answer.cookie != cookie, "the cookie of a session that had ended is back", answer.page)

    async def finish(self) -> int:
        """When all is well again: what is there is what was answered, to the visit where nothing is in doubt."""
        for cookie in self.dead:
            answer = await self.get("/", cookie)
            expect(answer.page is not None and answer.page["user"] is None, "an ended session is back", answer)
        if self.belief is None:
            return 0
        await self.visit()
        return 1 if self.belief else 0
