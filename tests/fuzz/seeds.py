#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Seeds out of captures: what a real BGP peer sent, as inputs of the targets.

  seeds.py OUT AS FILE…

Each FILE is one direction of a TCP connection's bytes; AS is the peer's in it,
which becomes that of the targets' first peer. Writes OUT/bgp_message,
OUT/bgp_open, OUT/bgp_update and OUT/bgp_session; what of it is new is for
libFuzzer to say: fuzz_NAME -merge=1 corpus/NAME OUT/NAME.
"""

import hashlib
import os
import struct
import sys

OPEN, UPDATE, REFRESH = 1, 2, 5
WORLD_AS = struct.pack("!I", 65002)
# what the targets' records are: bgp_records.h
RECORD_UPDATE, RECORD_MESSAGE, RECORD_OPEN, RECORD_CONNECTED = 1, 2, 4, 5
AT_ONCE = 12


def messages(data):
    """(type, body) as long as they are in order; a capture may end anywhere"""
    while len(data) >= 19 and data[:16] == b"\xff" * 16:
        length = struct.unpack("!H", data[16:18])[0]
        if length < 19 or length > len(data):
            return
        yield data[18], data[19:length]
        data = data[length:]


def record(what, argument=0, body=b""):
    return struct.pack("!BBH", what, argument, len(body)) + body


def record_of(kind, body):
    if kind == UPDATE:
        return record(RECORD_UPDATE, 0, body)
    return record(RECORD_MESSAGE, kind, body)


def seeds(taken):
    """(target, input)"""
    for kind, body in taken:
        if kind == OPEN:
            # the AS that is expected follows it
            yield "bgp_open", b"\x08" + body
        yield "bgp_message", bytes([0x0d, kind]) + body
    told = [record_of(kind, body) for kind, body in taken
            if kind in (UPDATE, REFRESH)]
    for at in range(0, len(told), AT_ONCE):
        part = b"".join(told[at:at + AT_ONCE])
        yield "bgp_update", part
        yield "bgp_session", record(RECORD_CONNECTED, 1) \
            + record(RECORD_OPEN, 0x7e) + part


def main():
    out, asn = sys.argv[1], struct.pack("!I", int(sys.argv[2]))
    for name in sys.argv[3:]:
        with open(name, "rb") as file:
            taken = [(kind, body.replace(asn, WORLD_AS))
                     for kind, body in messages(file.read())]
        for target, data in seeds(taken):
            folder = os.path.join(out, target)
            os.makedirs(folder, exist_ok=True)
            digest = hashlib.sha1(data).hexdigest()
            with open(os.path.join(folder, digest), "wb") as file:
                file.write(data)


main()
