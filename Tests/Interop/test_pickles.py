# SPDX-License-Identifier: Apache-2.0
"""Records that are pickles: read and written beside CPython's own pickle, and hostile ones, which execute nothing."""

import collections
import datetime
import io
import pickle
import pickletools
import random
import sqlite3
import sys
import uuid

import pytest
from markupsafe import Markup

import swiftsession

COOKIE, MALFORMED = swiftsession.Origin.COOKIE, swiftsession.Origin.MALFORMED
EAST = datetime.timezone(datetime.timedelta(hours=8))

#: Sessions that come back as they were, in which no text stands twice.
SESSIONS = [
    {"_permanent": True, "username": "jack"},
    {"n": [0, -1, 255, 256, 65_536, 2**31 - 1, -(2**31), 2**31, 2**63, 2**64, -(2**64), 10**60], "none": None},
    {"f": [0.1, -0.0, 1e16, 1e-5, float("inf"), 5e-324], "b": [True, False]},
    {"é": "日本語 \U0001f600 \ud800 \\u1234 a\nb\r\0\x1a\x7f", "raw": b"\x00\xff", "none": b""},
    {"t": (), "u": (1,), "v": (1, 2), "w": (1, 2, 3), "x": (1, 2, 3, 4), "l": [], "m": {}, "one": [(7,)]},
    {"many": list(range(2_500)), "map": {str(n): n for n in range(1_000)}, "more": {f"k{n}": n for n in range(1_001)}},
    {"long": "x" * 70_000, "bytes": b"y" * 65_536, "after": 1, "frames": [[f"z{n}", n] for n in range(9_000)]},
    {"when": datetime.datetime(2020, 1, 20, 16, 45, 0, 123456), "then": datetime.datetime(1, 1, 1)},
    {"utc": [datetime.datetime(2020, 1, day, tzinfo=datetime.timezone.utc) for day in (1, 2)]},
    {"east": datetime.datetime(2020, 1, 20, 16, 45, tzinfo=EAST)},
    {"ids": [uuid.UUID(int=n) for n in (0, 5, 2**31, 2**64 - 1, 2**127, 2**128 - 1)]},
    {"html": [Markup("<b>"), Markup("<i>")], "bytes": [b"a\xe9", b"\\"]},
]
#: What is kept as something else.
CONVERTED = [
    ({"s": {1}, "f": frozenset([2])}, {"s": [1], "f": [2]}),
    ({"b": bytearray(b"ab")}, {"b": b"ab"}),
    ({"d": datetime.date(2020, 1, 20), "t": datetime.time(1, 2, 3, 4)}, {"d": "2020-01-20", "t": "01:02:03.000004"}),
    ({"d": datetime.timedelta(-1, 86_399, 999_999)}, {"d": "-PT0.000001S"}),
    ({"d": datetime.timedelta(1, 2, 3), "z": datetime.timedelta()}, {"d": "P1DT2.000003S", "z": "P0D"}),
    ({"o": collections.OrderedDict(a=1), "q": collections.deque([1, 2], 5)}, {"o": {"a": 1}, "q": [1, 2]}),
    ({"d": collections.defaultdict(list, a=[1])}, {"d": {"a": [1]}}),
]
FORMATS = {"pickle0": 0, "pickle4": 4, "pickle5": 5}


class Store:
    """A SQLite store, and its file."""

    def __init__(self, folder, written="pickle4"):
        self.path = folder / "sessions.db"
        self.manager = swiftsession.SessionManager(
            SESSION_TYPE="sqlite",
            SESSION_SQLITE=self.path,
            SESSION_SERIALIZATION_FORMAT=written,
            SESSION_PERMANENT=False,
        )
        self.manager.prepare()

    def put(self, records):
        with sqlite3.connect(self.path) as connection:
            connection.executemany(
                "INSERT INTO sessions (session_id, data, expiry) VALUES (?, ?, '2999-01-01')",
                [(f"session:record-{number:08}", record) for number, record in enumerate(records)],
            )
        connection.close()

    def read(self, number=0):
        with self.manager.open(f"session=record-{number:08}") as session:
            return session.origin if not len(session) and session.is_new else dict(session)

    def records(self):
        connection = sqlite3.connect(self.path)
        rows = connection.execute("SELECT session_id, data FROM sessions ORDER BY session_id").fetchall()
        connection.close()
        return rows


@pytest.mark.parametrize("number", range(len(SESSIONS)))
def test_what_cpython_writes_is_read(number, tmp_path):
    store, values = Store(tmp_path), SESSIONS[number]
    store.put([pickle.dumps(values, version) for version in range(6)])
    for version in range(6):
        read = store.read(version)
        assert repr(read) == repr(values), version
        assert read == values


@pytest.mark.parametrize("values, expected", CONVERTED)
def test_what_has_no_type_of_ours(values, expected, tmp_path):
    store = Store(tmp_path)
    store.put([pickle.dumps(values, version) for version in range(6)])
    for version in range(6):
        assert store.read(version) == expected, version


@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("number", range(len(SESSIONS)))
def test_what_is_written_is_cpythons(number, written, tmp_path):
    store, values = Store(tmp_path, written), SESSIONS[number]
    with store.manager.open(None) as session:
        session.update(values)
        session.save()
    ((_, record),) = store.records()
    assert repr(pickle.loads(record)) == repr(values)
    # Python's own objects are not shared: the bytes are those of a pickler that met each but once.
    assert record == pickle.dumps(unshared(values), FORMATS[written])


def unshared(value):
    """A copy in which equal texts are different objects, but for the names that CPython has one of."""
    if isinstance(value, dict):
        return {unshared(key): unshared(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([unshared(item) for item in value])
    if type(value) is str:
        return "".join([value[:1], value[1:]]) if len(value) > 1 else value
    return value


@pytest.mark.parametrize("written", ("msgpack", "json"))
def test_a_pickle_is_stored_anew_in_the_format_that_is_written(written, tmp_path):
    store = Store(tmp_path, written)
    store.put([pickle.dumps({"username": "jack", "t": (1, 2)}, 4)])
    with store.manager.open("session=record-00000000") as session:
        session["more"] = 1
        session.save()
    ((_, record),) = store.records()
    assert not record.startswith(b"\x80\x04")
    assert store.read() == {"username": "jack", "t": [1, 2], "more": 1}


@pytest.mark.parametrize("written", ("msgpack", "pickle4"))
def test_what_cannot_be_read_stays_and_so_does_its_cookie(written, tmp_path, caplog):
    store = Store(tmp_path, written)
    record = pickle.dumps({"user": object()}, 4)
    store.put([record])
    with store.manager.open("session=record-00000000") as session:
        assert dict(session) == {}
        assert session.origin == MALFORMED
        assert "Set-Cookie" not in dict(session.save())
    assert "builtins object" in caplog.text or "plain data" in caplog.text
    with store.manager.open("session=record-00000000") as session:
        session["new"] = 1
        assert "record-00000000" not in dict(session.save())["Set-Cookie"]
    assert ("session:record-00000000", record) in store.records()


# ---- Hostile pickles ----


class Calls:
    """Pickles itself as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def gadgets(marker):
    """What is known to run code from a pickle, each leaving a marker."""
    touch = f"touch {marker}"
    python = f"open({str(marker)!r}, 'w')"
    lines = [
        b"cos\nsystem\n(V%b\ntR." % touch.encode(),
        b"cposix\nsystem\n(V%b\ntR." % touch.encode(),
        b"(S'%b'\nios\nsystem\n." % touch.encode(),  # INST
        b"(cos\nsystem\nV%b\no." % touch.encode(),  # OBJ
        b"csubprocess\nPopen\n((lV/bin/sh\naV-c\naV%b\natR." % touch.encode(),
        b"c__builtin__\neval\n(V%b\ntR." % python.encode(),
        b"cbuiltins\nexec\n(V%b\ntR." % python.encode(),
        b"c__builtin__\nopen\n(V%b\nVw\ntR." % str(marker).encode(),
        b"cbuiltins\ngetattr\n(cos\nsystem\nV__call__\ntR(V%b\ntR." % touch.encode(),
        b"cpickle\nloads\n(Ccos\nsystem\n.\ntR.",
        b"c_pickle\nloads\n(Vx\ntR.",
        b"ccopyreg\n__newobj__\n(csubprocess\nPopen\nV%b\ntR." % touch.encode(),
        b"ccopy_reg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR.",
        b"ccopyreg\n_reconstructor\n(cuuid\nUUID\ncos\nsystem\nNtR.",
        b"c__builtin__\n__import__\n(Vos\ntR.",
        b"cbuiltins\nmap\n(cos\nsystem\n(lV%b\natR." % touch.encode(),
        b"cfunctools\npartial\n(cos\nsystem\nV%b\ntR(tR." % touch.encode(),
        b"coperator\nattrgetter\n(Vsystem\ntR(cos\n\ntR.",
        b"ctypes\nFunctionType\n(tR.",
        b"cmarshal\nloads\n(Vx\ntR.",
        b"crunpy\n_run_code\n(V%b\n(dtR." % python.encode(),
        b"cplatform\npopen\n(V%b\ntR." % touch.encode(),
        b"cpty\nspawn\n(V/bin/sh\ntR.",
        b"cwebbrowser\nopen\n(Vfile:///\ntR.",
        b"ccollections\ndefaultdict\n(cos\nsystem\ntR.",
        b"ccollections\nOrderedDict\n(tR(dV__class__\ncos\nsystem\nsb.",  # BUILD sets what it likes
        b"cuuid\nUUID\n(tR(dV__class__\ncos\nsystem\nsb.",
        b"\x80\x02cuuid\nUUID\n)\x81}(U\x08__dict__cos\nsystem\nub.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c" + bytes([len(touch)]) + touch.encode() + b"\x85R.",
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c" + bytes([len(python)]) + python.encode() + b"\x85\x81.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93)}\x92.",  # NEWOBJ_EX
        b"\x80\x02\x82\x01.",  # EXT1
        b"\x80\x02\x83\x01\x00.",
        b"\x80\x02\x84\x01\x00\x00\x00.",
        b"\x80\x02Vx\nQ.",  # BINPERSID
        b"Px\n.",
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"\x80\x05\x97\x98.",
        # A name with dots reaches through modules; one that is put together on the stack hides.
        b"\x80\x04\x8c\x08datetime\x8c\x0fsys.modules.os.\x93.",
        b"\x80\x04\x8c\x08datetime\x8c\x18datetime.__class__.mro\x93)R.",
        b"cdatetime\ndatetime.__init__.__globals__\n.",
    ]
    lines += [
        pickle.dumps({"x": Calls(call, *arguments)}, version)
        for version in range(6)
        for call, arguments in (
            (__import__("os").system, (touch,)),
            (eval, (python,)),
            (exec, (python,)),
            (open, (str(marker), "w")),
            (__import__("subprocess").getoutput, (touch,)),
            (getattr, ("", "join")),
            (bytes, (10**12,)),
            (bytearray, (10**12,)),
            (datetime.timezone, (datetime.timedelta(seconds=1, microseconds=1),)),
        )
    ]
    # Within a map, so that they are met as records are.
    return lines + [b"}Vx\n" + line[:-1] + b"s." for line in lines if line[:1] != b"\x80"]


def bombs():
    """What would cost time or memory."""
    laughs = (
        b"\x80\x04(]\x94" + b"".join(b"]\x94(" + (b"h" + bytes([place])) * 10 + b"e" for place in range(30)) + b"t."
    )
    return [
        laughs,
        b"\x80\x04" + b"]" * 1_000_000 + b".",
        b"(" * 1_000_000 + b".",
        b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".",
        b"\x80\x04" + b"N\x85" * 500_000 + b".",
        b"\x80\x04N" + b"\x85" * 300_000 + b".",
        b"\x80\x04Nr\xff\xff\xff\xff.",
        b"\x80\x04Np99999999999999999999\n.",
        b"\x80\x04X\xff\xff\xff\xff.",
        b"\x80\x04\x8d" + b"\xff" * 8 + b".",
        b"\x80\x04\x8b\xff\xff\xff\x7f.",
        b"\x80\x04\x8b\x00\x00\x01\x00" + b"\xff" * 65_536 + b".",
        b"L" + b"9" * 1_000_000 + b"L\n.",
        b"F" + b"9" * 1_000_000 + b"\n.",
        b"\x80\x04\x95" + b"\xff" * 8 + b"}.",
        b"(d" + b"p0\n" * 1_200_000 + b".",
        b"\x80\x04}\x94\x8c\x01ah\x00s.",  # holds itself
        b"\x80\x04]\x94(h\x00h\x00e.",
        b"(lp0\n(g0\ntp1\na.",
        b"\x80\x04}(" + b"\x8a\xff" + b"\x7f" * 255 + b"Nu.",
    ]


def mutants(count):
    """Pickles with a few bytes changed, doubled, dropped, or spliced with others."""
    chance = random.Random(4)
    seeds = [pickle.dumps(values, version) for values in SESSIONS if len(str(values)) < 2_000 for version in range(6)]
    seeds += [pickle.dumps(values, version) for values, _ in CONVERTED for version in range(6)]
    seeds += 3 * seeds + [line for line in gadgets("/nowhere/at/all") if len(line) < 200]
    opcodes = [ord(opcode.code) for opcode in pickletools.opcodes]
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(data) + 1)
            way = chance.randrange(8)
            if way == 0:
                data[place:place] = bytes([chance.choice(opcodes)])
            elif way == 1 and place < len(data):
                data[place] = chance.choice(opcodes)
            elif way in (2, 6, 7) and place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            elif way == 3:
                del data[place : place + chance.randint(1, 4)]
            elif way == 4:
                other = chance.choice(seeds)
                start = chance.randrange(len(other))
                data[place:place] = other[start : start + chance.randint(1, 12)]
            else:
                data[place:place] = data[place : place + chance.randint(1, 16)]
        yield bytes(data)


def plain(value):
    """Whether a value of ours is nothing but data."""
    if isinstance(value, dict):
        return all(plain(key) and plain(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(plain, value))
    return type(value) in (str, int, float, bool, bytes, type(None), datetime.datetime, uuid.UUID, Markup)


def test_hostile_pickles_execute_nothing(tmp_path, caplog):
    marker = tmp_path / "marker"
    known = gadgets(marker)
    records = known + bombs() + list(mutants(10_000))
    store = Store(tmp_path)
    store.put(records)
    happened = []
    watching = True

    def watch(event, _arguments):
        if watching and event in ("os.system", "subprocess.Popen", "exec", "pickle.find_class", "import", "open"):
            happened.append(event)

    sys.addaudithook(watch)
    try:
        read = [store.read(number) for number in range(len(records))]
    finally:
        watching = False
    assert happened == []
    assert not marker.exists()
    assert set(map(repr, read[: len(known)])) == {repr(MALFORMED)}
    values = [found for found in read if isinstance(found, dict)]
    assert all(map(plain, values))
    assert all(found in (COOKIE, MALFORMED) for found in read if not isinstance(found, dict))
    # Were all read or none, nothing would be tested.
    assert 200 < len(values) < 9_500


def test_the_gadgets_are_real(tmp_path):
    """Python itself runs what the test above says would run."""
    marker = tmp_path / "marker"
    pickle.loads(gadgets(marker)[1])
    assert marker.exists()
    assert io.BytesIO(gadgets(marker)[0]).read(1) == b"c"
