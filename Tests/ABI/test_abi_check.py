# SPDX-License-Identifier: Apache-2.0
"""What Tools/abi-check lets pass, and what it does not."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("swiftsession.h", "swiftsession.map")


def check(*arguments, tool=ROOT / "Tools" / "abi-check"):
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=120)


def changed(folder, name, before, after):
    """Include/, but for one place in one file."""
    folder.mkdir()
    for file in FILES:
        text = (ROOT / "Include" / file).read_text()
        if file == name:
            assert text.count(before) == 1
            text = text.replace(before, after)
        (folder / file).write_text(text)
    return folder


HEADER, MAP = FILES
SAME = [
    (HEADER, "const char *swiftsession_version(void);", "const char *swiftsession_version(void);\nint swiftsession_new(void);"),
    (HEADER, "/* What a call came to.", "/* How a call went."),
    (HEADER, "const char *swiftsession_strerror(swiftsession_status status)", "const char *swiftsession_strerror(swiftsession_status s)"),
    (HEADER, "SWIFTSESSION_INTERNAL = -18 ", "SWIFTSESSION_INTERNAL = -18, SWIFTSESSION_NEW = -19 "),
    (HEADER, "} swiftsession_event;", "  int64_t more;\n} swiftsession_event;"),
]  # fmt: skip
DIFFERENT = {
    "a parameter is wider": (HEADER, "const char *swiftsession_strerror(swiftsession_status status)", "const char *swiftsession_strerror(int64_t status)"),
    "a parameter is new": (HEADER, "void swiftsession_free(void *memory);", "void swiftsession_free(void *memory, size_t size);"),
    "a result is another": (HEADER, "void swiftsession_free(void *memory);", "int swiftsession_free(void *memory);"),
    "a handle is of another type": (HEADER, "swiftsession_manager_ping(swiftsession_manager *manager,", "swiftsession_manager_ping(swiftsession_session *manager,"),
    "a function is gone": (MAP, "    swiftsession_manager_ping;\n", ""),
    "a status has another number": (HEADER, "SWIFTSESSION_CRYPTO = -17,", "SWIFTSESSION_CRYPTO = -19,"),
    "a constant is gone": (HEADER, "SWIFTSESSION_TYPE_UUID = 8,", ""),
    "an event has another number": (HEADER, "SWIFTSESSION_EVENT_LOGIN = 11,", "SWIFTSESSION_EVENT_LOGIN = 15,"),
    "the first of its constants is another": (HEADER, "SWIFTSESSION_LOG_INFO = 1,", "SWIFTSESSION_LOG_DEBUG = 1, SWIFTSESSION_LOG_INFO = 3,"),
    "a struct that callers make is larger": (HEADER, "} swiftsession_error;", "  int64_t more;\n} swiftsession_error;"),
    "two members changed places": (HEADER, "  int32_t status;    /* the swiftsession_status that the call returned */\n", "  char first[4];\n"),
    "an event has a member in between": (HEADER, "  int32_t kind;         /*", "  int64_t more; int32_t kind; /*"),
    "a member of an event is of another type": (HEADER, "  int32_t reason; ", "  int64_t reason; "),
    "progress is kept in less": (HEADER, "position[260]", "position[256]"),
    "a callback gets more": (HEADER, "typedef void (*swiftsession_log)(void *context,", "typedef void (*swiftsession_log)(void *context, int more,"),
}  # fmt: skip


def test_nothing_changed():
    done = check(ROOT / "Include", ROOT / "Include")
    assert done.returncode == 0 and "still runs" in done.stdout, done.stderr


@pytest.mark.parametrize("change", SAME)
def test_what_nobody_notices_passes(tmp_path, change):
    done = check(ROOT / "Include", changed(tmp_path / "new", *change))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT)
def test_what_a_compiled_program_notices_does_not(tmp_path, change):
    done = check(ROOT / "Include", changed(tmp_path / "new", *change))
    assert done.returncode == 1 and "notice this" in done.stderr, done.stdout


def test_another_version_node_is_another_library(tmp_path):
    done = check(ROOT / "Include", changed(tmp_path / "new", MAP, "SWIFTSESSION_0 {", "SWIFTSESSION_1 {"))
    assert done.returncode == 0 and "another library" in done.stdout


def test_it_compares_with_the_last_tag(tmp_path):
    (tmp_path / "Tools").mkdir()
    tool = shutil.copy(ROOT / "Tools" / "abi-check", tmp_path / "Tools")
    include = changed(tmp_path / "Include", HEADER, "SWIFTSESSION_INTERNAL = -18 ", "SWIFTSESSION_INTERNAL = -18 ")

    def git(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True)

    git("init")
    git("add", "-A")
    git("commit", "-m", "first")
    assert "no release is tagged" in check(tool=tool).stdout
    git("tag", "v1")
    assert "compiled against v1 still runs" in check(tool=tool).stdout
    (include / MAP).write_text((include / MAP).read_text().replace("    swiftsession_manager_ping;\n", ""))
    done = check(tool=tool)
    assert done.returncode == 1 and "swiftsession_manager_ping" in done.stderr
