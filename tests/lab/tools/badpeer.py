#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A BGP neighbour that does one thing wrong, and the NOTIFICATION it gets.

  badpeer.py NS LOCAL REMOTE AS FAULT

Connects from LOCAL to REMOTE until it is spoken to, commits FAULT, and prints
"CODE SUBCODE" of the NOTIFICATION received (RFC 4271 section 4.5), or "none".
"""

import ctypes
import socket
import struct
import sys
import time

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
LIMIT = 60


def message(kind, body=b"", marker=MARKER, length=None):
    return marker + struct.pack("!HB", length or 19 + len(body), kind) + body


def opening(asn, version=4, hold=9, identifier="10.9.9.9"):
    return message(OPEN, struct.pack(
        "!BHH4sB", version, asn, hold, socket.inet_aton(identifier), 0))


def attribute(kind, value, flags=0x40, length=None):
    return struct.pack("!BBB", flags, kind,
                       len(value) if length is None else length) + value


def update(attributes, nlri, length=None):
    return message(UPDATE, struct.pack(
        "!HH", 0, len(attributes) if length is None else length)
        + attributes + nlri)


def path(asn, next_hop):
    return (attribute(1, b"\0")
            + attribute(2, struct.pack("!BBH", 2, 1, asn))
            + attribute(3, socket.inet_aton(next_hop)))


def faults(asn, local):
    """name: (what is sent in place of an OPEN, what after Established)"""
    good = opening(asn)
    prefix = b"\x18\x0a\x63\x00"
    return {
        "marker": (message(KEEPALIVE, marker=b"\0" * 16), None),
        "short": (message(OPEN, length=18), None),
        "long": (message(OPEN, length=5000), None),
        "type": (message(99), None),
        "keepalive-length": (good, message(KEEPALIVE, b"\0")),
        "version": (opening(asn, version=3), None),
        "as": (opening(asn + 1), None),
        "identifier": (opening(asn, identifier="0.0.0.0"), None),
        "hold": (opening(asn, hold=1), None),
        "early": (update(path(asn, local), prefix), None),
        "attributes": (good, update(path(asn, local), prefix, length=4000)),
        "network": (good, update(path(asn, local), b"\x21\x0a\x63\x00\x00\x00")),
        "again": (good, good),
    }


class Reader:
    def __init__(self, sock):
        self.sock, self.data = sock, b""

    def next(self):
        """(kind, body), or None at the end of the connection."""
        while len(self.data) < 19 or \
                len(self.data) < struct.unpack("!H", self.data[16:18])[0]:
            try:
                more = self.sock.recv(4096)
            except OSError:
                return None
            if not more:
                return None
            self.data += more
        length = struct.unpack("!H", self.data[16:18])[0]
        taken, self.data = self.data[:length], self.data[length:]
        return taken[18], taken[19:]


def attempt(local, remote, first, second):
    """None: not spoken to, try again."""
    sock = socket.socket()
    sock.settimeout(5)
    try:
        sock.bind((local, 0))
        sock.connect((remote, 179))
        reader = Reader(sock)
        sock.sendall(first)
        spoken = False
        while True:
            got = reader.next()
            if got is None:
                return "none" if spoken else None
            kind, body = got
            if kind == NOTIFICATION:
                if body[0] == 6 and not (spoken and second is None):
                    return None  # Cease: not now, or a collision
                return "%d %d" % (body[0], body[1])
            if kind == OPEN:
                spoken = True
                if second is not None:
                    sock.sendall(message(KEEPALIVE))
            elif kind == KEEPALIVE and second is not None:
                sock.sendall(second)
    except OSError:
        return None
    finally:
        sock.close()


def main():
    namespace, local, remote, asn, fault = sys.argv[1:]
    with open("/run/netns/" + namespace) as file:
        if ctypes.CDLL(None).setns(file.fileno(), 0x40000000) != 0:
            sys.exit("cannot enter " + namespace)
    first, second = faults(int(asn), local)[fault]
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        seen = attempt(local, remote, first, second)
        if seen is not None:
            print(seen)
            return
        time.sleep(0.5)
    print("none")


main()
