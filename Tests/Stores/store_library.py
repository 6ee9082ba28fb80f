# SPDX-License-Identifier: Apache-2.0
"""swiftsession_store_* through ctypes, and as a program: store_library.py FILE TIMES adds 1 so many times."""

import ctypes
import sys
from ctypes import byref, c_char, c_char_p, c_int32, c_int64, c_size_t, c_void_p
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ctypes.CDLL(str(ROOT / ".build" / "swiftsession" / "libswiftsession.so.0"))


class Record(ctypes.Structure):
    _fields_ = (("status", c_int32), ("native", c_int32), ("message", c_char * 248))


class StoreError(Exception):
    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


LIBRARY.swiftsession_status_name.restype = c_char_p


def call(function, *arguments):
    error = Record()
    if LIBRARY[f"swiftsession_{function}"](*arguments, byref(error)):
        name = LIBRARY.swiftsession_status_name(error.status).decode()
        raise StoreError(name, error.message.decode())


def data(content: bytes):
    return c_char_p(content), c_size_t(len(content))


class Store:
    def __init__(self, **settings: str):
        config, self.handle = c_void_p(), c_void_p()
        call("config_new", byref(config))
        try:
            for name, value in settings.items():
                call("config_set", config, name.encode(), value.encode())
            call("store_open", config, byref(self.handle))
        finally:
            LIBRARY.swiftsession_config_free(config)

    def close(self):
        LIBRARY.swiftsession_store_free(self.handle)
        self.handle = c_void_p()

    def load(self, key: bytes) -> tuple[bytes, bytes]:
        record, token, size, token_size = c_void_p(), c_void_p(), c_size_t(), c_size_t()
        call("store_load", self.handle, *data(key), byref(record), byref(size), byref(token), byref(token_size))
        try:
            return ctypes.string_at(record, size.value), ctypes.string_at(token, token_size.value)
        finally:
            LIBRARY.swiftsession_free(record)
            LIBRARY.swiftsession_free(token)

    def create(self, key: bytes, record: bytes, time_to_live: int = 3600):
        call("store_create", self.handle, *data(key), *data(record), c_int64(time_to_live))

    def replace(self, key: bytes, record: bytes, token: bytes, time_to_live: int = 3600):
        call("store_replace", self.handle, *data(key), *data(record), c_int64(time_to_live), *data(token))

    def touch(self, key: bytes, time_to_live: int = 3600):
        call("store_touch", self.handle, *data(key), c_int64(time_to_live))

    def remove(self, key: bytes):
        call("store_remove", self.handle, *data(key), None, c_size_t(0))


def store_at(path, timeout: float = 120) -> Store:
    """On a SQLite file, .db, or else a folder."""
    if str(path).endswith(".db"):
        return sqlite(path, timeout)
    return Store(SESSION_TYPE="filesystem", SESSION_FILE_DIR=str(path), SESSION_TIMEOUT=str(timeout))


def sqlite(path, timeout: float = 120) -> Store:
    return Store(SESSION_TYPE="sqlite", SESSION_SQLITE=str(path), SESSION_TIMEOUT=str(timeout))


def count(store: Store) -> int:
    return int.from_bytes(store.load(b"k")[0][:8], "little")


def add(store: Store):
    while True:
        record, token = store.load(b"k")
        number = int.from_bytes(record[:8], "little") + 1
        try:
            return store.replace(b"k", number.to_bytes(8, "little") + record[8:], token)
        except StoreError as error:
            if error.name != "CONFLICT":
                raise


def main(path: str, times: str):
    store = store_at(path)
    try:
        store.create(b"k", bytes(64))
    except StoreError as error:
        if error.name != "EXISTS":
            raise
    for _ in range(int(times)):
        add(store)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
