# SPDX-License-Identifier: Apache-2.0
"""Answers of writes that are lost after the server did what they asked for; as a program: lost_answers.py STORE TIMES

Two hosts add 1 to one session, each through a network of its own that loses the answers of its writes. The sum is as
many as were answered with OK, and at most one more for each save that said its outcome was unknown.
"""

from __future__ import annotations

import random
import re
import signal
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servers import SERVERS

from host import Host
from operations import new_session
from proxy import Proxy

#: How an answer is lost. One that hangs takes a call's whole time.
WAYS = ["cut"] * 12 + ["reset"] * 12 + ["hang"]


def add(proxy: Proxy, host: Host, id: str, times: int, seed: int, counts: Counter[str]) -> None:
    """So many answers are lost; each save is followed by one whose answer is not."""
    choice = random.Random(seed)
    for number in range(2 * times):
        begun = host.ask("begin", id)
        if begun.status != "OK":
            counts[f"not loaded: {begun.status}"] += 1
            continue
        is_lost = number % 2 == 0
        if is_lost:
            proxy.arm(choice.choice(WAYS), 0)
        answer = host.ask("finish")
        if is_lost:
            counts["lost"] += proxy.disarm().fired
        counts["unknown" if answer.is_unknown else answer.status] += 1
        assert not answer.is_unknown or answer.status == "UNAVAILABLE"
        assert answer.status in ("OK", "UNAVAILABLE", "TIMEOUT", "CONFLICT"), answer


def lost_answers(store: str, folder: Path, times: int) -> Counter[str]:
    with SERVERS[store](folder) as address:
        match = re.search(r"127\.0\.0\.1:(\d+)", address)
        assert match
        direct = {"SESSION_TYPE": store, f"SESSION_{store.upper()}": address}
        with Host({**direct, "SESSION_TIMEOUT": "30"}) as watcher:
            watcher.must("prepare")
            session = new_session(watcher)
            proxies = [Proxy("127.0.0.1", int(match[1])) for _ in range(2)]
            hosts: list[Host] = []
            counts: list[Counter[str]] = []
            failures: list[BaseException] = []

            def run(*given: object) -> None:
                try:
                    add(*given)  # type: ignore[arg-type]
                except BaseException as failure:
                    failures.append(failure)

            threads = []
            for seed, proxy in enumerate(proxies):
                through = address.replace(match[0], f"127.0.0.1:{proxy.port}")
                hosts.append(Host({**direct, f"SESSION_{store.upper()}": through}))
                counts.append(Counter())
                given = (proxy, hosts[-1], session.id, times // 2, seed, counts[-1])
                threads.append(threading.Thread(target=run, args=given))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for host in hosts:
                host.__exit__()
            for proxy in proxies:
                proxy.close()
            if failures:
                raise failures[0]
            total = counts[0] + counts[1]
            found = watcher.must("load", session.id).sum
            assert found is not None
            total["sum"] = found
            assert total["OK"] <= found <= total["OK"] + total["unknown"], total
            return total


def main(store: str, times: str = "10000") -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(f"{store}: {dict(lost_answers(store, Path(folder), int(times)))}")


if __name__ == "__main__":
    # Ended from outside it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(*sys.argv[1:])
