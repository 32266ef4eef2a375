#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The shell of a kept guest: the terminal joined to the guest's third serial line.

  console.py SOCKET            interactive; Ctrl-] leaves it
  console.py SOCKET CMD…       runs one command, its status is ours
"""

import os
import select
import socket
import sys
import termios
import tty

LEAVE = b"\x1d"


def interactive(line):
    """Bytes both ways until Ctrl-] or the end of the guest."""
    print("(Ctrl-] leaves the guest's shell)", flush=True)
    saved = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        line.sendall(b"\n")
        while True:
            ready, _, _ = select.select([0, line], [], [])
            if 0 in ready:
                typed = os.read(0, 1024)
                if not typed or LEAVE in typed:
                    return 0
                line.sendall(typed)
            if line in ready:
                data = line.recv(4096)
                if not data:
                    return 1
                os.write(1, data)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)
        print()


def one(line, command):
    """One command, between two marks that its echo does not contain."""
    begin, end = "cygnet-%d-begin" % os.getpid(), "cygnet-%d-end" % os.getpid()
    line.sendall(("stty -echo; printf '%%s-begin\\n' cygnet-%d; %s; "
                  "printf '\\n%%s-end %%s\\n' cygnet-%d $?; stty echo\n"
                  % (os.getpid(), command, os.getpid())).encode())
    seen = ""
    while end + " " not in seen or not seen.rsplit(end, 1)[1].endswith("\n"):
        data = line.recv(4096)
        if not data:
            return 1
        seen += data.decode(errors="replace").replace("\r", "")
        if end + " " in seen and "\n" in seen.rsplit(end, 1)[1]:
            break
    output, status = seen.split(begin + "\n", 1)[1].rsplit("\n" + end, 1)
    sys.stdout.write(output)
    return int(status.split()[0])


def main():
    line = socket.socket(socket.AF_UNIX)
    line.connect(sys.argv[1])
    if len(sys.argv) > 2:
        return one(line, " ".join(sys.argv[2:]))
    return interactive(line)


sys.exit(main())
