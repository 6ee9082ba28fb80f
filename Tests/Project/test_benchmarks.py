# SPDX-License-Identifier: Apache-2.0
"""The collector of the benchmarks: what it makes of rounds, and that each threshold is of a case that there is."""

import dataclasses
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A contestant that answers with its own numbers: 100, 200, 300 ... nanoseconds, divided by its argument.
PROGRAM = """
import sys
print("quick\\n", flush=True)
for number, line in enumerate(sys.stdin, 1):
    print(number * 100 / float(sys.argv[1]), number * 10, flush=True)
"""


@pytest.fixture
def modules(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "Benchmarks"))
    import groups
    import measuring
    import plots
    import reporting
    import thresholds

    yield groups, measuring, plots, reporting, thresholds
    for name in ("groups", "measuring", "plots", "reporting", "thresholds"):
        del sys.modules[name]


def measured(measuring, clock="wall"):
    command = [sys.executable, "-c", PROGRAM]
    case = measuring.Case("panel", "series", [("ours", [*command, "2"]), ("plain C", [*command, "1"])])
    return measuring.Measuring(5, 0, clock).measure([case], "", None)


def test_every_threshold_is_of_a_case(modules):
    groups, _, _, _, thresholds = modules
    cases = {(group.name, case.name) for group in groups.groups(10**7).values() for case in group.cases}
    found = thresholds.read()
    assert len(found) > 100
    for threshold in found:
        for case, _ in threshold.sides():
            assert (threshold.group, case) in cases, case
        thresholds.met(threshold.limit, 1.0)
        assert threshold.goal == "-" or threshold.goal[:2] == threshold.limit[:2]


def test_contestants_take_turns_and_are_compared_round_by_round(modules):
    groups, measuring, plots, reporting, _ = modules
    ours, plain = results = measured(measuring)
    assert ours.rounds == [200, 250, 300, 350, 400]  # the first three were to warm it
    assert [ours.contestant, plain.contestant] == ["ours", "plain C"]
    assert reporting.ratio(ours, plain) == reporting.Spread(0.5, 0.5, 0.5)
    group = groups.Group("group", "Title", "", [ours.case])
    assert "| panel, series | ours | 300 | 0.50 | 0.50 to 0.50 |" in reporting.table(group, results)
    for plot in ("dots", "lines"):
        xml.etree.ElementTree.fromstring(plots.svg(dataclasses.replace(group, plot=plot), results))


def test_a_limit_is_kept_or_not(modules):
    _, measuring, _, _, thresholds = modules
    results = measured(measuring, "processor")
    assert results[0].rounds == [40, 50, 60, 70, 80]
    limit = thresholds.Threshold("group", "panel, series", "ours", "plain C", "<=0.9", "<=0.8")
    figure = limit.figure(results)
    assert figure.middle == 1 and not thresholds.met(limit.limit, figure.middle)
    relaxed = thresholds.adjusted([limit], {"group": results})[0]
    assert relaxed.limit == "<=1.25" and relaxed.goal == "<=0.8"
    assert thresholds.Threshold("group", "other", "ours", "plain C", "<=1", "-").figure(results) is None


def test_a_program_that_ends_is_left_out(modules, capfd):
    _, measuring, _, _, _ = modules
    short = "print('short\\nother\\n', flush=True); input(); print('1 1', flush=True)"
    programs = [[sys.executable, "-c", short], ["/nowhere/at/all"], [sys.executable, "-c", PROGRAM, "1"]]
    results = measuring.Measuring(3, 0, "wall").measure([measuring.Case("panel", "", programs)], "", None)
    assert [result.contestant for result in results] == ["quick"]
    assert capfd.readouterr().err.count("left out") == 3
