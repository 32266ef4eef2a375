#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What was said on port 179, from a capture that may still be written.

  wire.py PCAP ADDRESS               messages of a neighbour's, as JSON
  wire.py PCAP ADDRESS --bytes NAME  the first session's bytes of each direction
                                     that has an UPDATE, to NAME-in.bin, NAME-out.bin

ADDRESS is the neighbour's; "in" is from it.
"""

import ipaddress
import json
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bgpwire as bgp  # noqa: E402

LINKS = {1: (14, 12), 113: (16, 14), 276: (20, 0)}
SYN, ACK = 2, 16


def packets(name):
    """(time, source, destination, TCP segment) of each whole packet."""
    with open(name, "rb") as file:
        data = file.read()
    if len(data) < 24:
        return
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") \
        else ">"
    skip, _ = LINKS[struct.unpack(order + "I", data[20:24])[0] & 0xffff]
    at = 24
    while at + 16 <= len(data):
        seconds, micro, length = struct.unpack(order + "III",
                                               data[at:at + 12])
        packet = data[at + 16 + skip:at + 16 + length]
        if at + 16 + length > len(data):
            return
        at += 16 + length
        if packet[0] >> 4 == 4:
            size = struct.unpack("!H", packet[2:4])[0]
            yield (seconds + micro / 1e6, packet[12:16], packet[16:20],
                   packet[(packet[0] & 15) * 4:size])
        elif packet[0] >> 4 == 6 and packet[6] == 6:
            size = struct.unpack("!H", packet[4:6])[0]
            yield (seconds + micro / 1e6, packet[8:24], packet[24:40],
                   packet[40:40 + size])


class Way:
    """One direction of a connection, put in order."""

    def __init__(self):
        self.next, self.early, self.data, self.stamps = None, {}, b"", []

    def add(self, when, seq, payload):
        if self.next is None:
            self.next = seq
        self.early[seq] = payload
        while True:
            ready = [s for s in self.early
                     if (self.next - s) & 0xffffffff < 1 << 31]
            if not ready:
                return
            for seq in ready:
                known = (self.next - seq) & 0xffffffff
                fresh = self.early.pop(seq)[known:]
                if fresh:
                    self.data += fresh
                    self.stamps.append((len(self.data), when))
                    self.next = (self.next + len(fresh)) & 0xffffffff

    def time_of(self, end):
        return next((when for upto, when in self.stamps if upto >= end), 0)


def connections(name, address):
    """[{"dialled": "us"|"peer", "in": Way, "out": Way}], in order."""
    wanted, found, open_ones = ipaddress.ip_address(address).packed, [], {}
    for when, source, target, segment in packets(name):
        if wanted not in (source, target) or len(segment) < 20:
            continue
        ports, seq = segment[:4], struct.unpack("!I", segment[4:8])[0]
        inward, flags = source == wanted, segment[13]
        key = ports if inward else ports[2:] + ports[:2]
        if flags & SYN and not flags & ACK:
            open_ones[key] = {"dialled": "peer" if inward else "us",
                              "in": Way(), "out": Way()}
            found.append(open_ones[key])
        if key not in open_ones:
            continue
        way = open_ones[key]["in" if inward else "out"]
        if flags & SYN:
            if way.next is None:
                way.next = (seq + 1) & 0xffffffff
            continue
        payload = segment[(segment[12] >> 4) * 4:]
        if payload:
            way.add(when, seq, payload)
    return found


def said(kind, body, length):
    text = {"type": bgp.KINDS.get(kind, str(kind)), "length": length}
    if kind == bgp.OPEN:
        text.update(bgp.read_open(body))
    elif kind == bgp.NOTIFICATION:
        text.update(code=body[0], subcode=body[1], data=body[2:].hex())
    elif kind == bgp.REFRESH:
        text.update(family=bgp.FAMILIES.get(body[1]), subtype=body[2])
    elif kind == bgp.UPDATE:
        update = bgp.read_update(body)
        text.update(announced=[p for p, _ in update["announced"]],
                    hops=sorted({h for _, h in update["announced"] if h}),
                    withdrawn=update["withdrawn"], ended=update["ended"],
                    attrs={str(k): v.hex()
                           for k, v in update["attrs"].items()})
    return text


def messages(name, address):
    found = []
    for number, conn in enumerate(connections(name, address)):
        for way in ("in", "out"):
            end = 0
            for kind, body, length in bgp.split(conn[way].data)[0]:
                end += length
                found.append(dict(said(kind, body, length), conn=number,
                                  dialled=conn["dialled"], dir=way,
                                  time=conn[way].time_of(end)))
    return sorted(found, key=lambda m: m["time"])


def main():
    name, address = sys.argv[1:3]
    if len(sys.argv) == 3:
        json.dump(messages(name, address), sys.stdout)
        return
    for conn in connections(name, address):
        if any(kind == bgp.UPDATE
               for kind, _, _ in bgp.split(conn["in"].data)[0]):
            for way in ("in", "out"):
                with open("%s-%s.bin" % (sys.argv[4], way), "wb") as file:
                    file.write(conn[way].data)
            return
    sys.exit("no session")


main()
