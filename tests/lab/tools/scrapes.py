#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
HTTP requests as nobody should send them: each gets its status, and meanwhile one
that is good is answered. Prints what did not come out so.

  scrapes.py PORT
"""

import socket
import sys

REQUESTS = [
    (b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", b"200"),
    (b"HEAD /metrics HTTP/1.0\r\n\r\n", b"200"),
    (b"GET / HTTP/1.1\r\n\r\n", b"404"),
    (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", b"404"),
    (b"POST /metrics HTTP/1.1\r\nContent-Length: 9\r\n\r\n", b"405"),
    (b"GET /metrics HTTP/2.0\r\n\r\n", b"505"),
    (b"\x16\x03\x01\x02\x00\x01\x00\n\n", b"400"),
    (b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 3000, b"431"),
]


def dial():
    """A connection to the socket that systemd would hold."""
    return socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)


def answer(request):
    """All that comes for a request."""
    with dial() as client:
        got = b""
        try:
            client.sendall(request)
            while True:
                more = client.recv(65536)
                if not more:
                    return got
                got += more
        except ConnectionError:
            # the rest of a request that was not read
            return got


def main():
    """Every one of them, beside clients that say nothing or half of it."""
    bad = 0
    idle = [dial() for _ in range(8)]
    for client in idle[4:]:
        client.sendall(b"GET /metr")
    for request, status in REQUESTS:
        got = answer(request)
        if got.split(b" ")[1:2] != [status] or b"etc/passwd" in got:
            print(f"{request[:40]!r}: {got[:80]!r} is not {status!r}")
            bad += 1
    for client in idle:
        client.close()
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
