#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the kernel lists of nftables in this network namespace, as it comes: for
the tests of the rules of others.

  record.py FILE
"""

import socket
import struct
import sys

NETLINK_NETFILTER = 12
NLM_F_DUMP, NLM_F_REQUEST = 0x300, 1
NLMSG_DONE, NLMSG_ERROR = 3, 2
NFTABLES = 10 << 8
GETTABLE, GETCHAIN, GETRULE, GETSET, NEWSET, GETSETELEM = 1, 4, 7, 10, 9, 13
SET_TABLE, SET_NAME = 1, 2
ELEMENTS_TABLE, ELEMENTS_SET = 1, 2


def attribute(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data \
        + bytes(-len(data) % 4)


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        yield kind, data[4:length]
        data = data[(length + 3) & ~3:]


def messages(data):
    while len(data) >= 16:
        length, kind = struct.unpack("=IH", data[:6])
        yield kind, data[:length]
        data = data[(length + 3) & ~3:]


def dump(sock, kind, family=0, body=b""):
    sock.send(struct.pack("=IHHIIBBH", 20 + len(body), NFTABLES | kind,
                          NLM_F_REQUEST | NLM_F_DUMP, 1, 0, family, 0, 0)
              + body)
    while True:
        for kind, message in messages(sock.recv(1 << 17)):
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                return
            yield kind, message + bytes(-len(message) % 4)


def main():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    taken = []
    for kind in GETTABLE, GETCHAIN, GETRULE, GETSET:
        taken += dump(sock, kind)
    for kind, message in list(taken):
        if kind == NFTABLES | NEWSET:
            of = dict(attributes(message[20:]))
            taken += dump(sock, GETSETELEM, message[16],
                          attribute(ELEMENTS_TABLE, of[SET_TABLE])
                          + attribute(ELEMENTS_SET, of[SET_NAME]))
    with open(sys.argv[1], "wb") as file:
        file.write(b"".join(message for _, message in taken))


main()
