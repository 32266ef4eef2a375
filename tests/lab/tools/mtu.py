#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The kernel's own MTU of each kind of tunnel, against a computed one.

  mtu.py FROM TO <TABLE

TABLE is what tests/lab/kernel/mtu prints. Between the ends of a veth, wan0 in
both namespaces, an SA is put for each of its lines, with an XFRM interface
at either end whose MTU is far above, or with --link the computed one. Then UDP
goes from FROM to TO with "do not fragment", IPv4 and IPv6: as many bytes as
computed, and one more. A line for each of both:

  SUITE OUTER ENCAP INNER COMPUTED KERNEL ARRIVED REFUSED SEALED ROOM

KERNEL is what the kernel gives as the path's MTU after it has refused, ARRIVED
how many bytes came out at the far end, REFUSED the size that was not sent, or
"-". SEALED are the outer packets seen on the wire and their size, as "1x1498",
and ROOM the underlay's MTU.
"""

import argparse
import ctypes
import errno
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PORT = 7000
ENCAP_PORT = 4500
FIRST_SPI = 0x1000
IP_MTU_DISCOVER, IP_MTU = 10, 14
IPV6_MTU_DISCOVER, IPV6_MTU = 23, 24
PMTUDISC_DO = 2
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
OUTER = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
ANY = {4: "0.0.0.0/0", 6: "::/0"}


def enter(namespace):
    """Moves this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), namespace)


def batch(namespace, lines):
    """Has iproute2 do them all."""
    subprocess.run(["ip", "-n", namespace, "-batch", "-"], check=True,
                   text=True, input="\n".join(lines) + "\n")


class Row:
    """A combination: an SA, an interface at either end, two destinations."""

    def __init__(self, number, line):
        name, outer, encap, mtu, _, _, algorithms = line.split("\t")
        self.number, self.name = number, name
        self.outer, self.encap = int(outer), int(encap)
        self.mtu, self.algorithms = int(mtu), algorithms
        self.spi = FIRST_SPI + number
        self.to = {4: f"10.0.{number}.1", 6: f"fd00:0:0:{number:x}::1"}

    def sa(self):
        """As `ip xfrm` wants it, the same at both ends."""
        words = []
        for algorithm in self.algorithms.split():
            kind, name, length, *icv = algorithm.split(":")
            key = bytes((self.number + i) % 251 for i in range(int(length)))
            words += [kind, name, f"0x{key.hex()}" if key else '""', *icv]
        if self.encap:
            words += ["encap", "espinudp", str(ENCAP_PORT), str(ENCAP_PORT),
                      "0.0.0.0" if self.outer == 4 else "::"]
        near, far = OUTER[self.outer]
        return (f"xfrm state add src {near} dst {far} proto esp spi {self.spi}"
                f" reqid {self.number} mode tunnel flag af-unspec"
                f" if_id {self.number} {' '.join(words)}")

    def policies(self, direction):
        """For both families inside."""
        near, far = OUTER[self.outer]
        return [f"xfrm policy add dir {direction} src {any_} dst {any_}"
                f" if_id {self.number} tmpl src {near} dst {far} proto esp"
                f" reqid {self.number} mode tunnel" for any_ in ANY.values()]

    def link(self):
        """Its XFRM interface, whose MTU is no limit."""
        return [f"link add x{self.number} mtu 9000 type xfrm"
                f" if_id {self.number}", f"link set x{self.number} up"]

    def routes(self):
        """Where its destinations are."""
        return [f"route add {self.to[4]}/32 dev x{self.number}",
                f"route add {self.to[6]}/128 dev x{self.number}"]


def open_far(namespace):
    """What receives: by family, and what sees the wire."""
    enter(namespace)
    sockets = {}
    for family, where in ((4, socket.AF_INET), (6, socket.AF_INET6)):
        for port in (PORT, ENCAP_PORT):
            sock = socket.socket(where, socket.SOCK_DGRAM)
            if family == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if port == ENCAP_PORT:
                sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP,
                                UDP_ENCAP_ESPINUDP)
            sock.bind(("0.0.0.0" if family == 4 else "::", port))
            sock.settimeout(5)
            sockets[family, port] = sock
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                         socket.htons(ETH_P_ALL))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    wire.bind(("wan0", ETH_P_ALL))
    wire.setblocking(False)
    return sockets, wire


def spi_of(packet):
    """Of a whole packet of ESP, in UDP or not; None for anything else."""
    if packet[0] >> 4 == 4:
        protocol, start = packet[9], (packet[0] & 15) * 4
        if struct.unpack("!H", packet[6:8])[0] & 0x3fff:
            return None
    else:
        protocol, start = packet[6], 40
    if protocol == socket.IPPROTO_UDP:
        start += 8
    elif protocol != socket.IPPROTO_ESP:
        return None
    return struct.unpack("!I", packet[start:start + 4])[0]


def drain(wire):
    """Sizes of what was on the wire, by SPI."""
    seen = {}
    while True:
        try:
            packet, address = wire.recvfrom(65536)
        except BlockingIOError:
            return seen
        if address[2] != socket.PACKET_OUTGOING and len(packet) > 48:
            seen.setdefault(spi_of(packet), []).append(len(packet))


def refuses(sock, size):
    """True once the kernel refuses it: the first may have been taken, and
    dropped by the tunnel's interface, which then told of it by ICMP."""
    for _ in range(50):
        try:
            sock.send(bytes(size))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            return True
        time.sleep(0.01)
    return False


def measure(row, inner, receiver):
    """(KERNEL, ARRIVED, REFUSED)"""
    headers = 28 if inner == 4 else 48
    if inner == 4:
        where, level = socket.AF_INET, socket.IPPROTO_IP
        discover, get = IP_MTU_DISCOVER, IP_MTU
    else:
        where, level = socket.AF_INET6, socket.IPPROTO_IPV6
        discover, get = IPV6_MTU_DISCOVER, IPV6_MTU
    with socket.socket(where, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(level, discover, PMTUDISC_DO)
        sock.connect((row.to[inner], PORT))
        sock.send(bytes(row.mtu - headers))
        try:
            arrived = len(receiver.recv(65536)) + headers
        except TimeoutError:
            arrived = "-"
        refused = row.mtu + 1 if refuses(sock, row.mtu + 1 - headers) else "-"
        return sock.getsockopt(level, get), arrived, refused


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("near")
    parser.add_argument("far")
    args = parser.parse_args()
    rows = [Row(i, line.rstrip("\n")) for i, line in enumerate(sys.stdin, 1)]
    batch(args.near, [line for row in rows for line in
                      [row.sa()] + row.policies("out") +
                      row.link() + row.routes()])
    batch(args.far, [line for row in rows for line in
                     [row.sa()] + row.policies("in") + row.link()])
    sockets, wire = open_far(args.far)
    enter(args.near)
    room = int(subprocess.run(
        ["ip", "-n", args.near, "-o", "link", "show", "wan0"], check=True,
        text=True, capture_output=True).stdout.split(" mtu ")[1].split()[0])
    drain(wire)
    lost = 0
    for row in rows:
        for inner in (4, 6):
            kernel, arrived, refused = measure(row, inner,
                                               sockets[inner, PORT])
            lost += arrived == "-"
            if lost == 5:
                sys.exit("too many did not arrive")
            sealed = drain(wire).get(row.spi, [])
            print(row.name, row.outer, row.encap, inner, row.mtu, kernel,
                  arrived, refused,
                  f"{len(sealed)}x{max(sealed, default=0)}", room)
    for end in (args.near, args.far):
        batch(end, [f"link del x{row.number}" for row in rows] +
              ["xfrm state flush", "xfrm policy flush"])


if __name__ == "__main__":
    main()
