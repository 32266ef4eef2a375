#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A thousand bad clients of the control socket at once: silent ones, half-written
requests, requests without an end, and readers that never read. Who is refused
tries again, until standard input ends.

  crowd.py SOCKET
"""

import select
import socket
import sys

CROWD = 1000
WORDS = [
    b"",
    b'{"v":1,"comm',
    b'{"v":1,"command":"status"}\n' * 200,
    b'{"v":1,"command":"metrics"}\n' * 200,
    b'{"v":1,"command":"' + b"x" * 60000,
]


def join(path, number):
    """One of them; None: the socket takes nobody just now."""
    client = socket.socket(socket.AF_UNIX)
    client.setblocking(False)
    try:
        client.connect(path)
        client.send(WORDS[number % len(WORDS)])
    except (BlockingIOError, BrokenPipeError, ConnectionError):
        client.close()
        return None
    return client


def main():
    """Fills up what the daemon has closed."""
    crowd = [None] * CROWD
    said = False
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        for number, client in enumerate(crowd):
            if client is None or select.select([client], [], [], 0)[0]:
                # never read: what is readable may be an end, or an answer
                if client and number % len(WORDS) in (2, 3):
                    continue
                if client:
                    client.close()
                crowd[number] = join(sys.argv[1], number)
        if not said:
            print("there", flush=True)
            said = True
    return 0


if __name__ == "__main__":
    sys.exit(main())
