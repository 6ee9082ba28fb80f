# SPDX-License-Identifier: Apache-2.0
"""Faults of TLS; as a program, after each byte of the handshake: tls.py STORE [EVERY]

Whatever happens, the library says nothing in plain text but that it wants TLS.
"""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mongodb_server import MongoDBServer
from mysql_server import MySQLServer
from postgresql_server import AS_POSTGRES, PostgreSQLServer

from certificates import Authority, Certificate
from host import TIMEOUT, Answer, Host
from proxy import Proxy
from trials import FAST, NEVER, RIGHT, Trials, in_part

STORES = ["mongodb", "mysql", "postgresql"]

#: What the address says: with the file of an authority, and without that it is checked.
PARAMETERS = {
    "mongodb": ("tls=true&tlsCAFile={}", "tls=true&tlsInsecure=true"),
    "mysql": ("ssl_ca={}", "ssl_mode=required"),
    "postgresql": ("sslmode=verify-full&sslrootcert={}", "sslmode=require"),
}

#: A client that refuses a certificate has sent its Finished and an alert at most: records up to this size.
FINISHED = 69


class Server:
    """One with TLS, whose certificate may be changed, or one without."""

    def __init__(self, store: str, folder: Path, certificate: Certificate | None) -> None:
        self.store = store
        # The folders of pytest are open to nobody else, and PostgreSQL is somebody else.
        self.open = tempfile.TemporaryDirectory(prefix="tls-")
        Path(self.open.name).chmod(0o755)
        self.files = [Path(self.open.name) / name for name in ("server.crt", "server.key", "server.pem")]
        if certificate is not None:
            self._write(certificate)
        data = folder / "data"
        data.mkdir()
        has_tls = certificate is not None
        certificate_file, key, both = self.files
        self.server: MongoDBServer | MySQLServer | PostgreSQLServer
        if store == "postgresql":
            settings = ("ssl=on", f"ssl_cert_file={certificate_file}", f"ssl_key_file={key}") if has_tls else ()
            self.server = PostgreSQLServer(*settings)
            self.address = self.server.address + "postgres?"
        elif store == "mysql":
            self.server = MySQLServer(
                data, *([f"--ssl-cert={certificate_file}", f"--ssl-key={key}"] if has_tls else [])
            )
            self.address = self.server.address + "&"
        else:
            options = ("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", both) if has_tls else ()
            client = {"tls": True, "tlsAllowInvalidCertificates": True} if has_tls else {}
            self.server = MongoDBServer(data, *options, client=client)
            self.server.start()
            self.address = self.server.address + "?"
        self.port = int(self.address.rpartition("127.0.0.1:")[2].partition("/")[0])

    def _write(self, certificate: Certificate) -> None:
        for file, content in zip(
            self.files, (certificate.certificate, certificate.key, certificate.key + certificate.certificate)
        ):
            file.write_bytes(content)
            file.chmod(0o600)
            if AS_POSTGRES and self.store == "postgresql":
                shutil.chown(file, "postgres")

    def show(self, certificate: Certificate) -> None:
        """Starts again, with this one."""
        self.server.kill()
        self._write(certificate)
        self.server.start()

    def close(self) -> None:
        self.server.close() if isinstance(self.server, PostgreSQLServer) else self.server.kill()
        self.open.cleanup()


def application_data(store: str, said: bytes) -> list[int]:
    """The sizes of encrypted records that a client sent, whose first plain words are the wish for TLS."""
    rest = said
    if store == "postgresql":
        wish = bytes([0, 0, 0, 8, 4, 210, 22, 47])
        assert rest[:8] == wish[: len(rest)], rest
        rest = rest[8:]
    elif store == "mysql" and rest:
        # A packet of 32 bytes, none of them a name, that has the flag CLIENT_SSL.
        assert rest[:4] == b"\x20\0\0\1" and rest[5] & 8, rest
        rest = rest[36:]
    sizes = []
    while len(rest) >= 5:
        assert rest[0] in (20, 21, 22, 23) and rest[1] == 3 and rest[2] <= 4, rest[:60]
        size = int.from_bytes(rest[3:5], "big")
        if rest[0] == 23:
            sizes.append(size)
        rest = rest[5 + size :]
    return sizes


class Stand:
    """A store behind a proxy, and hosts that ask for TLS."""

    def __init__(self, store: str, folder: Path) -> None:
        self.store = store
        self.statuses: Counter[str] = Counter()
        #: Of each handshake, with the fault.
        self.times: list[tuple[float, str]] = []
        self.authority = Authority("an authority")
        self.trusted = self.authority.save(folder / "authority.pem")
        self.unknown = Authority("nobody").save(folder / "nobody.pem")
        (folder / "tls").mkdir()
        self.server = Server(store, folder / "tls", self.authority.certify("127.0.0.1"))
        self.folder = folder
        self.proxy = Proxy("127.0.0.1", self.server.port)
        self.proxy.heard = []

    def close(self) -> None:
        self.proxy.close()
        self.server.close()

    def settings(self, authority: Path | None) -> dict[str, str]:
        parameters = PARAMETERS[self.store][authority is None].format(quote(str(authority), safe=""))
        address = self.server.address.replace(f":{self.server.port}/", f":{self.proxy.port}/") + parameters
        return {"SESSION_TYPE": self.store, f"SESSION_{self.store.upper()}": address}

    def ask(self, host: Host, kind: str = "none", after: int = 0, seed: int = 1) -> tuple[Answer, int]:
        """A session is made, on a new connection. Answers with the bytes of replies, too."""
        self.proxy.drop()
        self.proxy.heard = []
        self.proxy.arm(kind, after, seed)
        try:
            answer = host.ask("create", "jack")
        finally:
            fault = self.proxy.disarm()
        self.statuses[f"{kind} {answer.status}"] += 1
        if kind != "none":
            self.times.append((answer.here, f"{kind} after {after} bytes, seed {seed}"))
        return answer, fault.passed

    def is_encrypted(self) -> list[int]:
        return [size for said in self.proxy.heard or [] for size in application_data(self.store, bytes(said))]

    def refused(self, authority: Path | None) -> None:
        """As a server that is not there, and without a word to it. How long that takes is the machine's to say."""
        with Host({**self.settings(authority), "SESSION_TIMEOUT": "10", "SESSION_CONNECT_TIMEOUT": "10"}) as host:
            answer, _ = self.ask(host)
        assert answer.status == "UNAVAILABLE", answer
        assert self.proxy.heard, "nobody came"
        assert all(size <= FINISHED for size in self.is_encrypted()), "the server was told more than that it is refused"


@contextmanager
def stand(store: str, folder: Path) -> Iterator[Stand]:
    made = Stand(store, folder)
    try:
        with Host({**made.settings(made.trusted), "SESSION_TIMEOUT": "30"}) as first:
            first.must("prepare")
        yield made
    finally:
        made.close()


@contextmanager
def showing(made: Stand, certificate: Certificate) -> Iterator[None]:
    """With a server that has this certificate. A mongod does not start with one that has expired."""
    if made.store != "mongodb":
        made.server.show(certificate)
        yield
        return
    both = made.folder / "shown.pem"
    both.write_bytes(certificate.key + certificate.certificate)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", str(both), "-key", str(both)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            assert process.poll() is None and time.monotonic() < end, "openssl s_server did not start"
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.01)
        made.proxy.upstream = ("127.0.0.1", port)
        yield
    finally:
        made.proxy.upstream = ("127.0.0.1", made.server.port)
        process.kill()
        process.wait()


def wrong_certificates(made: Stand) -> None:
    """The one who is trusted is served before and after."""
    made.refused(made.unknown)
    for wrong in (made.authority.certify("127.0.0.2"), made.authority.certify("127.0.0.1", -9, -2)):
        with showing(made, wrong):
            made.refused(made.trusted)
    if made.store != "mongodb":
        made.server.show(made.authority.certify("127.0.0.1"))
    with Host(made.settings(made.trusted)) as host:
        host.must("create", "jack")


def plain_server(made: Stand) -> None:
    """Where TLS is demanded, also of a server whose certificate is not looked at."""
    folder = made.folder / "plain"
    folder.mkdir()
    server = Server(made.store, folder, None)
    made.proxy.upstream = ("127.0.0.1", server.port)
    try:
        for authority in (made.trusted, None):
            made.refused(authority)
    finally:
        made.proxy.upstream = ("127.0.0.1", made.server.port)
        server.close()


def broken_handshakes(made: Stand, every: int, slow: int) -> None:
    """The connection ends, says nothing any more or garbage after so many bytes."""
    choice = random.Random()
    with Host(made.settings(made.trusted)) as host:
        host.must("create", "jack")
        _, count = made.ask(host)
        steps = {**dict.fromkeys(FAST, every), **dict.fromkeys(("hang", "drip"), slow)}
        for kind, step in steps.items():
            for after in [*range(choice.randrange(step), count, step), count]:
                seed = choice.randrange(1 << 30)
                answer, _ = made.ask(host, kind, after, seed)
                place = f"{kind} after {after} of {count} bytes, seed {seed}: {answer}"
                # Garbage in the greeting of MariaDB comes before TLS, and may say anything.
                assert answer.status not in NEVER if kind == "swap" else answer.status in RIGHT["hang"], place
                made.is_encrypted()
                host.must("create", "jack")


def operations(made: Stand) -> int:
    """What trials.py tries without TLS, in part. Answers with how many faults there were."""
    made.proxy.heard = []
    tried = Trials(made.settings(made.trusted), made.proxy)
    try:
        in_part(tried)
    finally:
        tried.close()
    tried.every_call_ended()
    made.is_encrypted()
    return tried.faults.total()


def main(store: str, every: str = "1") -> None:
    with tempfile.TemporaryDirectory() as folder, stand(store, Path(folder)) as made:
        wrong_certificates(made)
        plain_server(made)
        print(f"{store}: {operations(made)} faults of operations", flush=True)
        broken_handshakes(made, int(every), 29 * int(every))
        times = sorted(made.times)
        p99, (worst, where) = times[len(times) * 99 // 100][0], times[-1]
        print(f"{store}: {len(times)} handshakes; p99 {p99:.1f} ms, longest {worst:.1f} ms of {TIMEOUT} ({where})")
        print(dict(made.statuses))
        assert p99 <= TIMEOUT + 50 and worst <= TIMEOUT + 250


if __name__ == "__main__":
    # Ended from outside it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(*sys.argv[1:])
