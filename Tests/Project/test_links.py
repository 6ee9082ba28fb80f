# SPDX-License-Identifier: Apache-2.0
"""The pages as a whole: every link leads somewhere, every program is tried, and nothing of a machine is in them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True
).stdout.split() or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.md") if ".build" not in path.parts]

#: Where the programs of a page are compiled or run. A page that is not here has none.
TRIED = {
    "README.md": "Tests/Project/test_readme.py",
    "bindings/python/README.md": "Tests/Project/test_binding_page.py",
    "docs/architecture.md": None,  # a drawing, no program
    "docs/events.md": "Tests/Examples/test_pages.py",
    "docs/merging.md": "Tests/Examples/test_pages.py",
    "docs/migration.md": "Tests/Examples/test_pages.py",
    "docs/sessions.md": "Tests/Examples/test_pages.py",
    "docs/tutorial.md": "Tests/Examples/test_tutorial.py",
}


def prose(page):
    return re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(), flags=re.M | re.S)


def anchors(page):
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", FILES)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    links = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)
    for link in links:
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(ROOT)), f"{page}: {link}"


def test_every_page_with_programs_is_tried():
    with_programs = {page for page in FILES if "\n```" in (ROOT / page).read_text()}
    assert with_programs == set(TRIED)
    for page, test in TRIED.items():
        assert test is None or Path(page).name in (ROOT / test).read_text()


def test_every_page_is_reached_from_the_readme():
    """Those in a folder from the page of that name: docs/benchmarks/cookies.md from docs/benchmarks.md."""
    for page in map(Path, FILES):
        if page.parts[0] == "docs":
            above = Path("README.md") if len(page.parts) == 2 else page.parent.with_suffix(".md")
            text, link = (ROOT / above).read_text(), page.relative_to(above.parent)
            assert f"({link})" in text or f"({link}#" in text, page
