# SPDX-License-Identifier: Apache-2.0
"""The program host.c, and what it answers."""

from __future__ import annotations

import functools
import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "swiftsession"

#: Milliseconds that each call has.
TIMEOUT = 200


@functools.cache
def program() -> Path:
    built = ROOT / ".build" / "faults-host"
    made = built.with_name(f"faults-host-{os.getpid()}")
    flags = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    links = [f"-I{ROOT / 'Include'}", f"-L{FOLDER}", "-lswiftsession", f"-Wl,-rpath,{FOLDER}"]
    source = Path(__file__).with_name("host.c")
    subprocess.run(["gcc", *flags, str(source), "-o", str(made), *links], check=True)
    made.replace(built)  # others may run the one that is there
    return built


@dataclass(frozen=True)
class Answer:
    status: str
    #: Of the longest call.
    milliseconds: float
    #: Without those in which another program had the processor.
    here: float
    is_unknown: bool
    cookies: int
    id: str
    owner: str
    sum: int | None
    text: str
    message: str


class Host:
    """A running one."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.late = 0
        # SIGPIPE as every C program has it; Python ignores it, which children inherit otherwise.
        given = {"SESSION_TIMEOUT": str(TIMEOUT / 1000), "PERMANENT_SESSION_LIFETIME": "3600", **settings}
        self.process = subprocess.Popen(
            [program(), *(f"{name}={value}" for name, value in given.items())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            restore_signals=True,
        )

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def send(self, *words: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def receive(self) -> Answer:
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], 20)[0]:
            raise AssertionError("no answer in 20 seconds")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the host ended with {self.process.wait()}")
        status, microseconds, here, unknown, cookies, id, owner, number, text, message = line.rstrip("\n").split(" ", 9)
        return Answer(
            status,
            int(microseconds) / 1000,
            int(here) / 1000,
            unknown == "1",
            int(cookies),
            id,
            owner,
            None if number == "-" else int(number),
            text,
            message,
        )

    def ask(self, *words: object) -> Answer:
        self.send(*words)
        return self.receive()

    def must(self, *words: object) -> Answer:
        """What has to succeed, for no fault is there. Late on a busy machine, it is asked for again."""
        answer = self.ask(*words)
        for _ in range(30):
            if answer.status == "OK" or answer.milliseconds < TIMEOUT - 1:
                break
            self.late += 1
            answer = self.ask(*words)
        assert answer.status == "OK", (words, answer)
        return answer
