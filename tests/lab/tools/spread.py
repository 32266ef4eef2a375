#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Which link each of many flows goes by.

  spread.py --from NS,ADDR… --to ADDR… --at NS,LINK… --flows N [--for SECONDS]

Sends N UDP flows of one packet for each pair of addresses of one family, over
and over for so long (once by default), and listens on the links where they
arrive. One line "PAIR PORT LINK" for each flow, in order, with the link that its
last packet came by, and "-" for one that never came.
"""

import argparse
import ctypes
import select
import socket
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
FIRST_PORT = 20000
TO_PORT = 9


def enter(namespace):
    """Moves this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/run/netns/" + namespace) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns " + namespace)


def ears(where):
    """A socket for each link: {socket: link}."""
    namespace, *links = where.split(",")
    enter(namespace)
    found = {}
    for link in links:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                             socket.htons(ETH_P_ALL))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        sock.bind((link, ETH_P_ALL))
        sock.setblocking(False)
        found[sock] = link
    return found


def port_of(packet):
    """(family, source port) of one of ours; None: another packet."""
    if not packet:
        return None
    version = packet[0] >> 4
    if version == 4 and len(packet) >= 28 and packet[9] == socket.IPPROTO_UDP:
        start = 4 * (packet[0] & 15)
    elif version == 6 and len(packet) >= 48 and \
            packet[6] == socket.IPPROTO_UDP:
        start = 40
    else:
        return None
    here, there = struct.unpack_from("!HH", packet, start)
    return (version, here) if there == TO_PORT else None


def listen(sockets, seen, wait):
    end = time.monotonic() + wait
    while True:
        left = end - time.monotonic()
        ready, _, _ = select.select(list(sockets), [], [], max(0, left))
        for sock in ready:
            try:
                packet, (_, _, kind, *_) = sock.recvfrom(64)
            except OSError:
                continue  # its link is down
            what = port_of(packet)
            if what and kind != socket.PACKET_OUTGOING:
                seen[what] = sockets[sock]
        if left <= 0:
            return


def pairs(args):
    """Sockets' addresses by family: {4: (from, to), 6: …}."""
    namespace, *ours = args.sender.split(",")
    enter(namespace)
    found = {}
    for here in ours:
        for there in args.to.split(","):
            version = 6 if ":" in here else 4
            if (":" in there) == (":" in here):
                found[version] = (here, there)
    return found


def senders(found, flows):
    """A bound socket for each flow."""
    out = []
    for version, (here, there) in sorted(found.items()):
        family = socket.AF_INET6 if version == 6 else socket.AF_INET
        for i in range(flows):
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.bind((here, FIRST_PORT + i))
            sock.setblocking(False)
            out.append((sock, (there, TO_PORT)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    parser.add_argument("--from", dest="sender", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--at", required=True)
    parser.add_argument("--flows", type=int, default=256)
    parser.add_argument("--for", dest="seconds", type=float, default=0)
    args = parser.parse_args()
    sockets, seen = ears(args.at), {}
    found = pairs(args)
    flows = senders(found, args.flows)
    end = time.monotonic() + args.seconds
    while True:
        for i, (sock, to) in enumerate(flows):
            try:
                sock.sendto(b"flow", to)
            except OSError:
                pass  # an error that came back, or no route: not seen
            if i % 32 == 31:
                listen(sockets, seen, 0.001)
        listen(sockets, seen, 0.3)
        if time.monotonic() >= end:
            break
    for version in sorted(found):
        for i in range(args.flows):
            link = seen.get((version, FIRST_PORT + i), "-")
            print(version, FIRST_PORT + i, link)


if __name__ == "__main__":
    sys.exit(main())
