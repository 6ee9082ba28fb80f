# SPDX-License-Identifier: Apache-2.0
"""Whole requests of Flask-Session 0.8 and 0.7 on files, step by step on ours: body, headers, names, bytes and modes."""

import hashlib
import warnings

import pytest
from cachelib import FileSystemCache, SimpleCache

import swiftsession
from flask_session_stand import Stand, assert_no_dead_differences, scenarios

FILES = ("fs080_filesystem.json", "fs080_cachelib.json", "fs070_filesystem.json")


class FilesystemStand(Stand):
    def __init__(self, scenario, folder, monkeypatch, kind):
        self.folder = folder / "sessions"
        settings = {"SESSION_FILE_DIR": self.folder}
        if kind == "cachelib":
            settings = {"SESSION_CACHELIB": FileSystemCache(str(self.folder))}
        super().__init__(scenario, monkeypatch, SESSION_TYPE=kind, **settings)
        self.prefix = self.app.config.get("SESSION_KEY_PREFIX", "session:")

    def rows(self):
        names = {self.name(ours): self.name(theirs) for ours, theirs in self.theirs.items()}
        return {
            names.get(file.name, file.name): [file.read_bytes().hex(), f"0o{file.stat().st_mode & 0o777:o}"]
            for file in self.folder.iterdir()
            if file.name != "lock.__wz_cache"  # which cachelib leaves alone
        }

    def name(self, sid):
        return hashlib.sha256((self.prefix + sid).encode()).hexdigest()


@pytest.mark.parametrize("scenario", scenarios(*FILES))
def test_every_step(scenario, tmp_path, monkeypatch, request):
    stand = FilesystemStand(
        scenario, tmp_path, monkeypatch, "cachelib" if "cachelib" in request.node.callspec.id else "filesystem"
    )
    for step in scenario["steps"]:
        stand.check(step, {row["file"]: [row["hex"], row["mode"]] for row in step["store"]})


def test_the_table_of_differences_has_no_dead_lines():
    assert_no_dead_differences(*FILES)


@pytest.mark.parametrize("hashing", [hashlib.md5, hashlib.sha256])
def test_a_cache_beside_ours(hashing, tmp_path):
    """cachelib itself reads what is written, counts it, and finds it gone."""
    with warnings.catch_warnings(action="error"):
        cache = FileSystemCache(str(tmp_path), threshold=3, mode=0o640, hash_method=hashing)
        manager = swiftsession.SessionManager(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache)
    sessions = []
    for number in range(3):
        with manager.open(None) as session:
            session["n"] = number
            session.save()
            sessions.append(f"session:{session.id}")
    assert [cache.get(key) for key in sessions] == [{"_permanent": True, "n": number} for number in range(3)]
    assert cache._file_count == 3
    cache.set(sessions[0], {"n": "theirs"}, 100)
    with manager.open(f"session={sessions[0].partition(':')[2]}") as session:
        assert dict(session) == {"n": "theirs"}
        session["ours"] = (1, 2)
        session.save()
    assert cache.get(sessions[0]) == {"n": "theirs", "ours": (1, 2)}
    cache.delete(sessions[1])
    assert cache._file_count == 2
    with manager.open(f"session={sessions[1].partition(':')[2]}") as session:
        assert session.is_new
    with manager.open(f"session={sessions[2].partition(':')[2]}") as session:
        session.clear()
        session.save()
    assert cache.get(sessions[2]) is None and cache._file_count == 1
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o640}


def test_what_is_no_cache_of_files_is_refused(tmp_path):
    with pytest.raises(swiftsession.ConfigError, match="SESSION_CACHELIB is of type SimpleCache"):
        swiftsession.SessionManager(SESSION_TYPE="cachelib", SESSION_CACHELIB=SimpleCache())
    cache = FileSystemCache(str(tmp_path), hash_method=hashlib.sha1)
    with pytest.raises(swiftsession.ConfigError, match="digest of its own"):
        swiftsession.SessionManager(SESSION_TYPE="cachelib", SESSION_CACHELIB=cache)
