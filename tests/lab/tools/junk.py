#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Junk on the control socket: each must get one error reply or an end of the
connection, and nothing else. Prints what did not.

  junk.py SOCKET
"""

import json
import socket
import sys

JUNK = {
    "words": b"hello gateway\n",
    "nothing": b"\n",
    "zeros": b"\0" * 4096 + b"\n",
    "bytes": bytes(range(256)).replace(b"\n", b"") * 4 + b"\n",
    "a number": b"1\n",
    "a list": b"[]\n",
    "an object of nothing": b"{}\n",
    "half an object": b'{"v":1,"command":\n',
    "no such command": b'{"v":1,"command":"explode"}\n',
    "command not a word": b'{"v":1,"command":{}}\n',
    "arguments not an object": b'{"v":1,"command":"routes","args":7}\n',
    "prefix that is none":
        b'{"v":1,"command":"routes","args":{"prefix":"10.0.0.0/99"}}\n',
    "another version": b'{"v":77,"command":"status"}\n',
    "deep": b"[" * 5000 + b"\n",
    "a line too long": b"x" * 200000 + b"\n",
    "no end of line": b'{"v":1,"command":"status"}',
}


def reply(path, junk):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(5)
    sock.connect(path)
    try:
        sock.sendall(junk)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    data = b""
    try:
        while True:
            more = sock.recv(65536)
            if not more:
                break
            data += more
    except ConnectionResetError:
        pass
    sock.close()
    return data.decode()


def fault(text):
    """What is wrong with the reply to junk; None: nothing."""
    lines = text.splitlines()
    if not lines:
        return None
    if len(lines) != 1:
        return "%d lines of reply" % len(lines)
    answer = json.loads(lines[0])
    if answer.get("ok") is not False or not answer.get("error"):
        return "not refused: " + lines[0][:200]
    return None


bad = 0
for name, junk in JUNK.items():
    try:
        wrong = fault(reply(sys.argv[1], junk))
    except (OSError, ValueError) as error:
        wrong = repr(error)
    if wrong:
        bad += 1
        print("%s: %s" % (name, wrong))
sys.exit(bad != 0)
