# SPDX-License-Identifier: Apache-2.0
"""What a memcached held, told from what clients sent to it."""

import struct


def commands(wire):
    """What a client sent: each command's name, key and value."""
    data = b"".join(text.encode("latin-1") for direction, text in wire if direction == ">")
    while data[:1] == b"\x80":
        _, operation, key_size, extras, _, _, size, _, _ = struct.unpack_from(">BBHBBHIIQ", data)
        body, data = data[24 : 24 + size], data[24 + size :]
        name = {0x00: "get", 0x0C: "get", 0x01: "set", 0x04: "delete"}.get(operation, "other")
        assert name != "set" or body[:4] == bytes(4)
        yield name, body[extras : extras + key_size].decode(), body[extras + key_size :].hex()
    while data:
        line, _, data = data.partition(b"\r\n")
        name, key, *words = line.decode().split(" ")
        value = b""
        if name == "set":
            assert words[0] == "0"
            value, data = data[: int(words[2])], data[int(words[2]) + 2 :]
        yield name, key, value.hex()


def stores(steps):
    """What the server held after each step."""
    sent = [list(commands(step["wire"])) for step in steps]
    for number, step in enumerate(steps):
        # Nobody waits for the answer to "noreply": a late one was noted down with the next request, which reads first.
        while step["cookie"] is not None and sent[number] and sent[number][0][0] != "get":
            sent[number - 1].append(sent[number].pop(0))
    rows = {}
    for step in sent:
        for name, key, value in step:
            if name == "set":
                rows[key] = value
            elif name == "delete":
                rows.pop(key, None)
        yield dict(rows)
