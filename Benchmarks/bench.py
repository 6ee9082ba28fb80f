# SPDX-License-Identifier: Apache-2.0
"""Runs groups of benchmarks, writes tables and plots, or compares them with the thresholds: docs/benchmarks.md.

Benchmarks/run builds the programs first.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import thresholds
from groups import SIZES, STORES, Group, groups
from measuring import OUT, ROOT, Case, Measuring, Result
from plots import svg
from reporting import number, table
from thresholds import Threshold, is_wanted, met

sys.path.insert(0, str(ROOT / "Tests"))
from servers import SERVERS

DOCS = ROOT / "docs" / "benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"
LARGER = (1024, 4096, 16384, 65536)


def make_payload(size: int) -> bytes:
    """A session as Flask writes it, of exactly so many bytes, about as compressible as sessions are."""
    chance = random.Random(size)
    session: dict[str, object] = {"user": f"u{chance.randrange(10**5):05}"}
    if size > 200:
        session["csrf_token"] = chance.randbytes(20).hex()
        session["flags"] = {"beta": True, "theme": "dark"}
    cart: list[dict[str, object]] = []

    def written() -> bytes:
        return json.dumps(session, separators=(",", ":"), sort_keys=True).encode()

    while len(written()) < size - 120:
        cart.append({"count": chance.randrange(9), "item": chance.randrange(10**8), "name": f"part {chance.random()}"})
        session["cart"] = cart
    session["note"] = ""
    session["note"] = "".join(chance.choices("aeiou lmnrst", k=size - len(written())))
    assert len(written()) == size
    return written()


def write_payloads() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for size in SIZES + LARGER:
        (OUT / f"payload-{size}.json").write_bytes(make_payload(size))
    (OUT / "payload-0.json").write_text('{"n":0}')
    for keys in (1, 10, 100, 1000):
        session = {f"k{number}": number for number in range(keys)}
        (OUT / f"payload-keys-{keys}.json").write_text(json.dumps(session, separators=(",", ":"), sort_keys=True))


@contextmanager
def serving(name: str) -> Iterator[str]:
    """The address that the programs of a case are given."""
    if not name:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="swiftsession-benchmark-") as folder:
        if name == "folder":
            yield folder
        else:
            with SERVERS[name](Path(folder)) as address:
                yield address


def batches(group: Group) -> Iterator[list[Case]]:
    """The cases that take turns with each other."""
    if not group.together:
        yield from ([case] for case in group.cases)
    else:
        yield from (list(part) for _, part in groupby(group.cases, key=lambda case: case.panel))


def run(group: Group, measuring: Measuring, wanted: Callable[[str, str], bool] | None = None) -> list[Result]:
    results: list[Result] = []
    for server, parts in groupby(batches(group), key=lambda part: part[0].server):
        with serving(server) as address:
            for part in parts:
                print(f"{group.name}: {part[0].panel if group.together else part[0].name}", file=sys.stderr)
                results += measuring.measure(part, address, wanted)
    return results


# ---- What is written


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout.split()
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    return f"{model}, {os.cpu_count()} processors, {load}, OpenSSL {openssl[1] if openssl else 'unknown'}"


def write_group(group: Group, results: Sequence[Result], folder: Path, how: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{group.name}.svg").write_text(svg(group, results))
    (folder / f"{group.name}.md").write_text(
        f"<!-- Written by make bench. -->\n# {group.title}\n\n{group.text}\n{how}\n\n"
        f"![{group.title}]({group.name}.svg)\n\n{table(group, results)}\n"
    )


def write_lines(group: Group, results: Sequence[Result]) -> None:
    """Everything that was measured, for who wants to compute something else of it."""
    with (OUT / f"{group.name}.tsv").open("w") as file:
        for result in results:
            for turn, value in enumerate(result.rounds):
                print(group.name, result.case.name, result.contestant, f"{value:.1f}", turn, sep="\t", file=file)


def goals(limits: Sequence[Threshold], results: dict[str, list[Result]]) -> str:
    lines = ["| group | case | compared | measured | goal | |", "| --- | --- | --- | ---: | --- | --- |"]
    for threshold in limits:
        figure = threshold.figure(results.get(threshold.group, []))
        compared = threshold.of if threshold.to == "-" else f"{threshold.of} : {threshold.to}"
        if threshold.goal == "-":
            continue
        measured, verdict = "", "not measured"
        if figure is not None:
            measured = f"{figure.middle:.2f}" if figure.middle < 1000 else number(figure.middle)
            verdict = "met" if met(threshold.goal, figure.middle) else "**missed**"
        goal = threshold.goal.replace("<=", "at most ").replace(">=", "at least ")
        lines.append(f"| {threshold.group} | {threshold.case} | {compared} | {measured} | {goal} | {verdict} |")
    return "\n".join(lines)


def replace_part(name: str, text: str) -> None:
    """What stands between two marks of docs/benchmarks.md."""
    begin, end = f"<!-- {name}: written by make bench -->\n", f"\n<!-- end of {name} -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(before + begin + text + end + after)


# ---- What is compared


def check(chosen: Sequence[Group], rounds: int, seconds: float) -> bool:
    """Whether all figures keep their limits. Those that do not are measured a second time, twice as often."""
    failed = False
    for group in chosen:
        names = {case.name for case in group.cases}
        own = [one for one in thresholds.read() if one.group == group.name]
        left = [one for one in own if {case for case, _ in one.sides()} <= names]
        if len(left) < len(own):
            print(f"left out {len(own) - len(left)} figures of {group.name}: their cases are not in this run")
        for attempt in (1, 2):
            if not left:
                break
            sides = {side for threshold in left for side in threshold.sides()}
            part = replace(group, cases=[case for case in group.cases if any(name == case.name for name, _ in sides)])
            results = run(
                part,
                Measuring(rounds * attempt, seconds, group.clock),
                lambda case, who, sides=sides: any(case == name and is_wanted(who, side) for name, side in sides),
            )
            left = [threshold for threshold in left if not kept(threshold, results, attempt)]
        failed = failed or bool(left)
    return not failed


def kept(threshold: Threshold, results: Sequence[Result], attempt: int) -> bool:
    figure = threshold.figure(results)
    good = figure is not None and met(threshold.limit, figure.middle)
    measured = "not measured" if figure is None else f"{figure.middle:.2f} ({figure.low:.2f} to {figure.high:.2f})"
    verdict = "ok" if good else ("again" if attempt == 1 else "FAILED")
    goal = "" if threshold.goal == "-" else f", goal {threshold.goal}"
    print(f"{verdict:6} {threshold.group}: {threshold.case}: {threshold.of} : {threshold.to}  {measured}", end="")
    print(f"  limit {threshold.limit}{goal}", flush=True)
    return good


def chosen_groups(known: dict[str, Group], names: Sequence[str]) -> list[Group]:
    """Those that are named; where a store is named, only its cases."""
    stores = set(names) & set(STORES)
    unknown = set(names) - set(known) - stores
    if unknown:
        sys.exit(f"There is no {', '.join(sorted(unknown))}; there are {', '.join([*known, *STORES])}.")
    chosen = [group for name, group in known.items() if name in names or not set(names) - stores]
    if not stores:
        return chosen
    words = re.compile(rf"\b({'|'.join(stores)})\b")
    parts = (replace(group, cases=[case for case in group.cases if words.search(case.panel)]) for group in chosen)
    return [group for group in parts if group.cases]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of groups or stores; all without")
    parser.add_argument("--quick", action="store_true", help="few and short rounds; nothing under docs/ is written")
    parser.add_argument("--check", action="store_true", help="compare with Benchmarks/thresholds.tsv")
    parser.add_argument("--limits", action="store_true", help="set the limits of the thresholds by what is measured")
    parser.add_argument("--most", type=int, help="of stored sessions: 1000000 without; 10000000 takes long")
    arguments = parser.parse_args()
    most = 10**4 if arguments.quick else 10**5 if arguments.check else 10**6
    known = groups(arguments.most or most)
    chosen = chosen_groups(known, arguments.names)
    write_payloads()
    if arguments.check:
        return 0 if check(chosen, *((3, 0.005) if arguments.quick else (11, 0.006))) else 1

    rounds, seconds = (5, 0.004) if arguments.quick else (31, 0.01)
    whole = not arguments.quick and not set(arguments.names) & set(STORES)
    folder = DOCS if whole else OUT / "docs"
    how = f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}; {rounds} rounds, medians."
    all_results: dict[str, list[Result]] = {}
    for group in chosen:
        results = all_results[group.name] = run(group, Measuring(rounds, seconds, group.clock))
        write_lines(group, results)
        write_group(group, results, folder, how)
        print(f"## {group.title}\n\n{how}\n\n{table(group, results)}\n", flush=True)
    limits = thresholds.read()
    if arguments.limits:
        limits = thresholds.adjusted(limits, all_results)
        thresholds.write(limits)
    text = goals([one for one in limits if one.group in all_results], all_results)
    print(text)
    if whole and len(chosen) == len(known):
        replace_part("goals", f"{how}\n\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
