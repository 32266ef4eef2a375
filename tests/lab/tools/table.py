#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A BGP speaker with a large table, sent from bytes that are made beforehand, so
that it is no limit.

  table.py NS LOCAL REMOTE AS ROUTES

Dials REMOTE from LOCAL and keeps the session. SIGUSR1 announces all, five
prefixes an UPDATE with a path of their own; SIGUSR2 withdraws them. Writes
"up", "announced", "withdrawn" and "down", each when it is so.
"""

import ctypes
import os
import select
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bgpwire as bgp  # noqa: E402

FIRST = 20 << 24
TOGETHER = 5
WITHDRAWN = 800


def enter(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/run/netns/" + namespace) as file:
        if libc.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + namespace)


def nlri(first, count):
    return b"".join(b"\x18" + struct.pack("!I", FIRST + (i << 8))[:3]
                    for i in range(first, first + count))


def announcement(asn, hop, routes):
    messages = []
    for first in range(0, routes, TOGETHER):
        path = [asn, 64512 + first % 900, 64512 + first // 900 % 900]
        attrs = (bgp.attribute(0x40, bgp.ORIGIN, b"\0")
                 + bgp.attribute(0x40, bgp.AS_PATH, bgp.path_bytes(path))
                 + bgp.attribute(0x40, bgp.NEXT_HOP, socket.inet_aton(hop)))
        messages.append(bgp.message(
            bgp.UPDATE, b"\0\0" + struct.pack("!H", len(attrs)) + attrs
            + nlri(first, min(TOGETHER, routes - first))))
    return b"".join(messages)


def withdrawal(routes):
    messages = []
    for first in range(0, routes, WITHDRAWN):
        gone = nlri(first, min(WITHDRAWN, routes - first))
        messages.append(bgp.message(
            bgp.UPDATE, struct.pack("!H", len(gone)) + gone + b"\0\0"))
    return b"".join(messages)


def say(word):
    print(word, flush=True)


def session(sock, asn, local, tables, wanted):
    """Until the peer ends it."""
    sock.setblocking(False)
    out = bgp.opening(asn, 90, local) + bgp.message(bgp.KEEPALIVE)
    data, said, alive = b"", None, time.monotonic() + 10
    while True:
        if wanted and not out:
            word = wanted.pop(0)
            out, said = memoryview(tables[word]), word
        ready, room, _ = select.select([sock], [sock] if out else [], [], 0.05)
        if ready:
            try:
                more = sock.recv(65536)
            except OSError:
                return
            if not more:
                return
            kinds, data = bgp.split(data + more)
            if any(kind == bgp.NOTIFICATION for kind, _, _ in kinds):
                return
            if any(kind == bgp.OPEN for kind, _, _ in kinds):
                say("up")
        if room:
            try:
                out = out[sock.send(out[:65536]):]
            except OSError:
                return
            if not out and said:
                say(said)
                said = None
        if not out and time.monotonic() > alive:
            out = bgp.message(bgp.KEEPALIVE)
            alive = time.monotonic() + 10


def main():
    namespace, local, remote, asn, routes = sys.argv[1:6]
    enter(namespace)
    tables = {"announced": announcement(int(asn), local, int(routes)),
              "withdrawn": withdrawal(int(routes))}
    wanted = []
    signal.signal(signal.SIGUSR1, lambda *_: wanted.append("announced"))
    signal.signal(signal.SIGUSR2, lambda *_: wanted.append("withdrawn"))
    say("ready")
    while True:
        try:
            sock = socket.create_connection((remote, 179), 5, (local, 0))
        except OSError:
            time.sleep(0.5)
            continue
        session(sock, int(asn), local, tables, wanted)
        say("down")
        sock.close()
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
