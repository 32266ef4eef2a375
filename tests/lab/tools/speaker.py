#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A BGP speaker that announces to the letter what a file says and writes down to
the letter what it hears: what stands behind the gateway, and behind its peers.

  speaker.py NS LOCAL REMOTE AS DIR

Dials REMOTE from LOCAL again and again. DIR/announce has a route a line,

  PREFIX NEXT-HOP [path=1,2,{3,4}] [origin=N] [FLAGS.KIND=HEX]…

where N*A in a path is A N times; what is over 4096 bytes is for those that can
read it. The file is read again whenever it changes.
DIR/table.json is what is heard now; DIR/events.log a line each for what came:
"up", "down", "+PREFIX", "-PREFIX", "refresh IPV".
"""

import ctypes
import json
import os
import re
import select
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bgpwire as bgp  # noqa: E402

HOLD = 90
ALIVE = 2
DEFAULT_FLAGS = {1: 0x40, 2: 0x40}


def hops(text):
    found = []
    for word in re.findall(r"\{[^}]*\}|[^,]+", text):
        if word.startswith("{"):
            found.append([int(x) for x in word[1:-1].split(",")])
        else:
            times, _, asn = word.rpartition("*")
            found += [int(asn)] * int(times or 1)
    return found


def route(line, asn):
    """(prefix, the UPDATE's bytes)"""
    words = line.split()
    path, attrs = [], {bgp.ORIGIN: (0x40, b"\0")}
    for word in words[2:]:
        key, _, value = word.partition("=")
        if key == "path":
            path = hops(value)
        elif key == "origin":
            attrs[bgp.ORIGIN] = (0x40, bytes([int(value)]))
        else:
            flags, _, kind = key.partition(".")
            attrs[int(kind)] = (int(flags, 16), bytes.fromhex(value))
    attrs[bgp.AS_PATH] = (0x40, bgp.path_bytes([asn] + path))
    return words[0], bgp.update(words[0], words[1], attrs)


class Speaker:
    def __init__(self, local, remote, asn, folder):
        self.local, self.remote, self.asn = local, remote, asn
        self.folder, self.sock = folder, None
        self.stamp, self.wanted, self.told, self.table = None, {}, {}, {}
        self.up, self.largest = False, 4096
        self.events = open(folder + "/events.log", "a", buffering=1)

    def event(self, text):
        self.events.write("%.3f %s\n" % (time.time(), text))

    def save(self):
        with open(self.folder + "/table.new", "w") as file:
            json.dump(self.table, file)
        os.rename(self.folder + "/table.new", self.folder + "/table.json")

    def look(self):
        """Reads the file if it changed, tells the difference."""
        stamp = os.stat(self.folder + "/announce").st_mtime_ns
        if stamp != self.stamp:
            self.stamp = stamp
            with open(self.folder + "/announce") as file:
                self.wanted = dict(route(x, self.asn) for x in file
                                   if x.strip())
        if not self.up:
            return
        for prefix in [p for p in self.told if p not in self.wanted]:
            self.sock.sendall(bgp.withdrawal(prefix))
            del self.told[prefix]
        for prefix, data in self.wanted.items():
            if self.told.get(prefix) != data and len(data) <= self.largest:
                self.sock.sendall(data)
                self.told[prefix] = data

    def heard(self, body, length):
        said = bgp.read_update(body)
        for prefix in said["withdrawn"]:
            if self.table.pop(prefix, None):
                self.event("-" + prefix)
        for prefix, hop in said["announced"]:
            attrs = said["attrs"]
            self.table[prefix] = {
                "next_hop": hop, "length": length,
                "path": bgp.path_text(attrs.get(bgp.AS_PATH, b"")),
                "attrs": {str(k): v.hex() for k, v in attrs.items()}}
            self.event("+" + prefix)

    def take(self, kind, body, length):
        if kind == bgp.OPEN:
            self.largest = 65535 if "6" in bgp.read_open(body)["caps"] \
                else 4096
            self.sock.sendall(bgp.message(bgp.KEEPALIVE))
        elif kind == bgp.KEEPALIVE and not self.up:
            self.up = True
            self.event("up")
            self.look()
            self.sock.sendall(bgp.end_of_rib(1) + bgp.end_of_rib(2))
        elif kind == bgp.UPDATE:
            self.heard(body, length)
        elif kind == bgp.REFRESH:
            family = bgp.FAMILIES.get(body[1])
            self.event("refresh " + str(family))
            for prefix, data in self.told.items():
                if (":" in prefix) == (family == "ipv6"):
                    self.sock.sendall(data)
        elif kind == bgp.NOTIFICATION:
            self.event("notification %d %d" % (body[0], body[1]))

    def session(self):
        family = socket.AF_INET6 if ":" in self.local else socket.AF_INET
        self.sock = socket.socket(family)
        self.sock.settimeout(3)
        self.sock.bind((self.local, 0))
        self.sock.connect((self.remote, 179))
        self.sock.settimeout(20)
        self.sock.sendall(bgp.opening(self.asn, HOLD, "10.255.%d.%d" % (
            self.asn >> 8 & 255, self.asn & 255)))
        data, alive = b"", time.monotonic()
        while True:
            if select.select([self.sock], [], [], 0.2)[0]:
                more = self.sock.recv(65536)
                if not more:
                    return
                found, data = bgp.split(data + more)
                for kind, body, length in found:
                    self.take(kind, body, length)
                self.save()
            self.look()
            if self.up and time.monotonic() - alive > ALIVE:
                alive = time.monotonic()
                self.sock.sendall(bgp.message(bgp.KEEPALIVE))

    def run(self):
        while True:
            try:
                self.session()
            except OSError:
                pass
            if self.up:
                self.event("down")
            self.up, self.told, self.table = False, {}, {}
            self.sock.close()
            self.save()
            time.sleep(0.3)


def main():
    namespace, local, remote, asn, folder = sys.argv[1:]
    with open("/run/netns/" + namespace) as file:
        if ctypes.CDLL(None).setns(file.fileno(), 0x40000000) != 0:
            sys.exit("cannot enter " + namespace)
    Speaker(local, remote, int(asn), folder).run()


main()
