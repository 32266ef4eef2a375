#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A BGP neighbour that does wrong, and what comes of it.

  badpeer.py NS LOCAL REMOTE AS NAME SOCKET CYGNETCTL WHAT [ARGUMENT…]

speaks in namespace NS from LOCAL to REMOTE, which has it as neighbour NAME.

WHAT is
  notifications   each row of NOTIFICATIONS: the fault, and the answer byte for
                  byte (RFC 4271 section 4.5)
  collisions      two connections at once (section 6.8)
  verdicts        each row of VERDICTS: RFC 7606, seen in the kernel's routes
  refusal         refuses capabilities of ours (RFC 5492 section 3), and looks
                  at the OPEN that follows; and is refused itself
  gtsm            dials and listens with TTLs from afar, then from the link
                  (RFC 5082)
  sit [CAPS]      says "up", then what ends the session; CAPS: capabilities
                  beside the usual ones
  flood SECONDS   connections without end, as many as can be made
  loris SECONDS   connections that say next to nothing, an octet at a time
  garbage BYTES   junk in place of an OPEN, and whole messages of junk

The first five print "WHAT<TAB>EXPECTED<TAB>SEEN" lines. In the tables bytes
are hex, with spaces for the reader's eye.
"""

import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
PATIENCE = 20
PROTO = "110"


def octets(text):
    return bytes.fromhex(text)


def message(kind, body=b"", marker=b"\xff" * 16, length=None):
    return marker + struct.pack("!HB", length or 19 + len(body), kind) + body


def opening(asn, version=4, hold=9, identifier="0a090909", capabilities="",
            parameters=None):
    caps = octets(capabilities)
    if parameters is None:
        parameters = bytes([2, len(caps)]) + caps if caps else b""
    else:
        parameters = octets(parameters)
    return message(OPEN, struct.pack("!BHH", version, asn, hold)
                   + octets(identifier) + bytes([len(parameters)])
                   + parameters)


def update(attributes="", nlri="", withdrawn="", extra=0):
    """extra: what the attributes' length is too long"""
    a, n, w = octets(attributes), octets(nlri), octets(withdrawn)
    return message(UPDATE, struct.pack("!H", len(w)) + w
                   + struct.pack("!H", len(a) + extra) + a + n)


def later(*texts, **rest):
    """an UPDATE whose words are put in when there is a peer"""
    return lambda peer: update(*(peer.fill(text) for text in texts), **rest)


# -- the tables ---------------------------------------------------------------

IPV4, IPV6 = "0104 0001 00 01", "0104 0002 00 01"
ALL = IPV4 + IPV6 + "0200 4600 0600 0901 00"
ORIGIN, PATH = "40 01 01 00 ", "40 02 04 0201 {as} "
HOP = "40 03 04 {local} "
GOOD = ORIGIN + PATH + HOP
PREFIX = "18 0a6300"
# one more than the limit
MANY = " ".join("18 0a63%02x" % i for i in range(41))
HOP6 = "fd00000a001200000000000000000001"

# What is sent in OpenSent, in OpenConfirm or in Established, and the message
# that comes back, without its marker. {as}, {local}: ours.
NOTIFICATIONS = [
    # 1 Message Header Error (RFC 4271 section 6.1)
    ("1/1 marker", "opensent", message(KEEPALIVE, marker=b"\0" * 16),
     "0015 03 01 01"),
    ("1/1 marker later", "established",
     message(KEEPALIVE, marker=b"\xff" * 15 + b"\xfe"), "0015 03 01 01"),
    ("1/2 under 19", "opensent", message(OPEN, length=18),
     "0017 03 01 02 0012"),
    ("1/2 over 4096 before OPEN", "opensent", message(OPEN, length=4097),
     "0017 03 01 02 1001"),
    ("1/2 OPEN of 28", "opensent", message(OPEN, b"\0" * 9),
     "0017 03 01 02 001c"),
    ("1/2 UPDATE of 22", "established", message(UPDATE, b"\0" * 3),
     "0017 03 01 02 0016"),
    ("1/2 KEEPALIVE of 20", "established", message(KEEPALIVE, b"\0"),
     "0017 03 01 02 0014"),
    ("1/2 NOTIFICATION of 20", "established", message(NOTIFICATION, b"\6"),
     "0017 03 01 02 0014"),
    ("1/2 ROUTE-REFRESH of 22", "established", message(REFRESH, b"\0" * 3),
     "0017 03 01 02 0016"),
    ("1/3 type 0", "established", message(0), "0016 03 01 03 00"),
    ("1/3 type 99", "opensent", message(99), "0016 03 01 03 63"),
    # 2 OPEN Message Error (section 6.2)
    ("2/0 parameters cut", "opensent", {"parameters": "02 08"},
     "0015 03 02 00"),
    ("2/0 capability of a wrong length", "opensent",
     {"capabilities": "41 02 00fd"}, "0016 03 02 00 41"),
    ("2/1 version 3", "opensent", {"version": 3}, "0017 03 02 01 0004"),
    ("2/2 another AS", "opensent", {"asn": 64999}, "0015 03 02 02"),
    ("2/2 AS 0", "opensent", {"asn": 0}, "0015 03 02 02"),
    ("2/3 identifier 0", "opensent", {"identifier": "00000000"},
     "0015 03 02 03"),
    ("2/4 parameter 1", "opensent", {"parameters": "01 01 00"},
     "0016 03 02 04 01"),
    ("2/6 hold time 1", "opensent", {"hold": 1}, "0015 03 02 06"),
    ("2/6 hold time 2", "opensent", {"hold": 2}, "0015 03 02 06"),
    ("2/7 no family in common", "opensent",
     {"capabilities": "0104 0019 00 41"},
     "0021 03 02 07 0104 0001 00 01 0104 0002 00 01"),
    ("2/11 roles do not match", "opensent",
     {"capabilities": IPV4 + "0901 03"}, "0015 03 02 0b"),
    ("2/11 no role, which is asked for", "opensent", {"capabilities": IPV4},
     "0015 03 02 0b"),
    ("2/11 two roles", "opensent",
     {"capabilities": IPV4 + "0901 00 0901 04"}, "0015 03 02 0b"),
    # 3 UPDATE Message Error (section 6.3): what is left of it after RFC 7606.
    # Never 3/3: only beside a prefix is an attribute missing, and that one is
    # withdrawn. Never 3/7, which RFC 4271 took away: what came round to us is
    # passed over
    ("3/1 withdrawn too long", "established",
     message(UPDATE, octets("0040 0000")), "0015 03 03 01"),
    ("3/1 attributes too long", "established",
     later(GOOD, PREFIX, extra=90), "0015 03 03 01"),
    ("3/1 MP_UNREACH twice", "established",
     later("80 0f 03 0002 01 80 0f 03 0002 01"),
     "001b 03 03 01 80 0f 03 0002 01"),
    ("3/2 unknown well-known", "established",
     later(GOOD + "40 63 02 abcd", PREFIX), "001a 03 03 02 40 63 02 abcd"),
    ("3/4 flags", "established", later("80 01 01 00"),
     "0019 03 03 04 80 01 01 00"),
    ("3/5 length", "established", later("40 01 02 0000"),
     "001a 03 03 05 40 01 02 0000"),
    ("3/6 origin", "established", later("40 01 01 07"),
     "0019 03 03 06 40 01 01 07"),
    ("3/8 next hop ::1, without a prefix", "established",
     later(ORIGIN + PATH + "80 0e 15 0002 01 10 " + "00" * 15 + "01 00"),
     "002d 03 03 08 80 0e 15 0002 01 10 " + "00" * 15 + "01 00"),
    ("3/9 MP_REACH cut", "established",
     later(ORIGIN + PATH + "80 0e 05 0002 01 10 00"),
     "001d 03 03 09 80 0e 05 0002 01 10 00"),
    ("3/9 MP_REACH with a prefix of 129", "established",
     later(ORIGIN + PATH + "80 0e 16 0002 01 10 " + HOP6 + "00 81"),
     "002e 03 03 09 80 0e 16 0002 01 10 " + HOP6 + "00 81"),
    ("3/9 communities of 3", "established", later("c0 08 03 ffffff"),
     "001b 03 03 09 c0 08 03 ffffff"),
    ("3/10 prefix of 33", "established", later(GOOD, "21 0a63000000"),
     "0015 03 03 0a"),
    ("3/10 prefix cut", "established", later(GOOD, "18 0a63"),
     "0015 03 03 0a"),
    ("3/11 segment longer than the path", "established",
     later("40 02 04 0209 {as}"), "001c 03 03 0b 40 02 04 0209 {as}"),
    # 4 Hold Timer Expired
    ("4/0 silence", "silence", b"", "0015 03 04 00"),
    # 5 Finite State Machine Error (RFC 6608). 5/0 is left for events that are
    # no messages, which no peer can cause; unit_bgp has the table of them all
    ("5/1 UPDATE in OpenSent", "opensent", later(GOOD, PREFIX),
     "0016 03 05 01 02"),
    ("5/1 KEEPALIVE in OpenSent", "opensent", message(KEEPALIVE),
     "0016 03 05 01 04"),
    ("5/1 ROUTE-REFRESH in OpenSent", "opensent",
     message(REFRESH, octets("0001 00 01")), "0016 03 05 01 05"),
    ("5/2 OPEN in OpenConfirm", "openconfirm", {}, "0016 03 05 02 01"),
    ("5/2 UPDATE in OpenConfirm", "openconfirm", later(GOOD, PREFIX),
     "0016 03 05 02 02"),
    ("5/3 OPEN in Established", "established", {}, "0016 03 05 03 01"),
    # 6 Cease (RFC 4486, RFC 9003). 6/3, 6/6 and 6/9 are in the case, 6/5 in
    # `refusal`, 6/7 in `collisions`
    ("6/1 prefixes over the limit", "established",
     later(GOOD, MANY),
     "001c 03 06 01 0001 01 00000028"),
    ("6/2 shut down with a word", ["shutdown", "see you"], b"",
     "001d 03 06 02 07 73656520796f75"),
    ("6/4 reset", ["reset"], b"", "0015 03 06 04"),
    ("6/8 memory over the limit", "established", lambda peer: b"".join(
        update(peer.fill(GOOD) + "d0 63 f000 " + "%02x" % i * 0xf000,
               "18 0a63%02x" % i) for i in range(20)), "0015 03 06 08"),
    # 7 ROUTE-REFRESH Message Error (RFC 7313)
    ("7/1 BoRR of 5", "established",
     message(REFRESH, octets("0001 01 01 00")),
     "002d 03 07 01 ffffffffffffffffffffffffffffffff 0018 05 0001 01 01 00"),
    # 8/0, Send Hold Timer Expired, takes eight minutes at least (RFC 9687):
    # unit_bgp, in time of its own
]

MP6 = "80 0e 1c 0002 01 10 " + HOP6 + " 00 30 20010db80063 "

# Attributes that come with a prefix that is in the kernel (MP6: an IPv6 one),
# what becomes of it, and the words of the last error.
VERDICTS = [
    ("ORIGIN 7", "40 01 01 07" + PATH + HOP, "withdrawn",
     "ORIGIN: undefined origin: bytes 40 01 01 07"),
    ("ORIGIN of 2", "40 01 02 0000" + PATH + HOP, "withdrawn",
     "ORIGIN: attribute length wrong: bytes 40 01 02 00 00"),
    ("ORIGIN optional", "c0 01 01 00" + PATH + HOP, "withdrawn",
     "ORIGIN: attribute flags wrong: bytes c0 01 01 00"),
    ("no ORIGIN", PATH + HOP, "withdrawn", "attribute missing: bytes 01"),
    ("AS_PATH of an unknown segment", ORIGIN + "40 02 04 0901 {as}" + HOP,
     "withdrawn", "AS_PATH: malformed path: bytes 40 02 04 09 01"),
    ("AS_PATH with AS 0", ORIGIN + "40 02 06 0202 {as} 0000" + HOP,
     "withdrawn", "AS_PATH: malformed path"),
    ("AS_PATH of another first AS", ORIGIN + "40 02 04 0201 fde7" + HOP,
     "withdrawn", "AS_PATH: first AS is not the peer's"),
    ("NEXT_HOP 0.0.0.0", ORIGIN + PATH + "40 03 04 00000000", "withdrawn",
     "NEXT_HOP: next hop is no host's address: bytes 40 03 04 00 00 00 00"),
    ("NEXT_HOP of 3", ORIGIN + PATH + "40 03 03 a9fe0c", "withdrawn",
     "NEXT_HOP: attribute length wrong"),
    ("no NEXT_HOP", ORIGIN + PATH, "withdrawn", "attribute missing: bytes 03"),
    ("MED of 3", GOOD + "80 04 03 000001", "withdrawn",
     "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 03 00 00 01"),
    ("COMMUNITIES of 5", GOOD + "c0 08 05 fde9000100", "withdrawn",
     "COMMUNITIES: malformed attribute: bytes c0 08 05 fd e9 00 01 00"),
    ("EXTENDED_COMMUNITIES of 7", GOOD + "c0 10 07 0002fdea000000",
     "withdrawn", "EXTENDED_COMMUNITIES: malformed attribute"),
    ("LARGE_COMMUNITIES of 11", GOOD + "c0 20 0b" + "00" * 11, "withdrawn",
     "LARGE_COMMUNITIES: malformed attribute"),
    ("attribute longer than the list", GOOD + "c0 08 40 fde9", "withdrawn",
     ""),
    ("our own AS in the path", ORIGIN + "40 02 06 0202 {as} {theirs}" + HOP,
     "withdrawn", None),
    ("MP_REACH by ::1", ORIGIN + PATH
     + MP6.replace(HOP6, "00" * 15 + "01"), "withdrawn",
     "MP_REACH_NLRI: next hop is no host's address"),
    ("MP_REACH with ORIGIN 7", "40 01 01 07" + PATH + MP6, "withdrawn",
     "ORIGIN: undefined origin"),
    ("ATOMIC_AGGREGATE of 1", GOOD + "40 06 01 00", "kept",
     "ATOMIC_AGGREGATE: attribute length wrong: bytes 40 06 01 00"),
    ("AGGREGATOR of 5", GOOD + "c0 07 05 fdea0a0000", "kept",
     "AGGREGATOR: attribute length wrong: bytes c0 07 05 fd ea 0a 00 00"),
    ("AGGREGATOR of AS 0", GOOD + "c0 07 06 00000a000001", "kept",
     "AGGREGATOR: malformed attribute"),
    ("AS4_PATH cut", GOOD + "c0 11 03 020100", "kept", "AS4_PATH: "),
    ("AS4_AGGREGATOR of 7", GOOD + "c0 12 07" + "00" * 7, "kept",
     "AS4_AGGREGATOR: malformed attribute"),
    ("LOCAL_PREF from outside", GOOD + "40 05 04 000000c8", "kept", None),
    ("LOCAL_PREF of 3 from outside", GOOD + "40 05 03 0000c8", "kept", None),
    ("ORIGINATOR_ID from outside", GOOD + "80 09 04 0a000009", "kept", None),
    ("COMMUNITIES twice", GOOD + "c0 08 04 fde90001 c0 08 04 fde90002",
     "kept", "COMMUNITIES: malformed attribute: bytes c0 08 04 fd e9 00 02"),
    ("unknown optional", GOOD + "c0 63 02 abcd", "kept", None),
    ("unknown well-known", GOOD + "40 63 02 abcd", "reset",
     "unknown well-known attribute: UPDATE Message Error/Unrecognized "
     "Well-known Attribute (3/2): bytes 40 63 02 ab cd"),
]


# -- the neighbour ------------------------------------------------------------

class Peer:
    """Both ends by name; one connection at a time."""

    def __init__(self, local, remote, asn, name, path, ctl):
        self.local, self.remote, self.asn = local, remote, asn
        self.name, self.path, self.command = name, path, ctl
        self.words = {"as": "%04x" % asn, "theirs": "fffa",
                      "local": socket.inet_aton(local).hex()}
        self.sock, self.data = None, b""
        self.ttl = 64

    def ctl(self, *words):
        run = subprocess.run([self.command, "-s", self.path, *words],
                             capture_output=True, text=True, check=False)
        return run.stdout + run.stderr

    def shown(self):
        told = json.loads(self.ctl("neighbor", self.name, "--json"))
        return told[0] if isinstance(told, list) else told

    def fill(self, what):
        """bytes of a table's cell: hex in them is not, words are put in"""
        for word, value in self.words.items():
            what = what.replace("{%s}" % word, value)
        return what

    def connect(self):
        """A connection that is spoken on: the other side may still be busy
        with the last one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.close()
            self.data = b""
            self.sock = socket.socket()
            self.sock.settimeout(PATIENCE)
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, self.ttl)
            try:
                self.sock.bind((self.local, 0))
                self.sock.connect((self.remote, 179))
                if self.next() and self.last[18] == OPEN:
                    return True
            except OSError:
                pass
            time.sleep(0.05)
            self.ctl("neighbor", self.name, "start")
        return False

    def close(self):
        if self.sock:
            self.sock.close()
            self.sock = None

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            pass

    def next(self):
        """Takes a message into .last; False at the end."""
        while len(self.data) < 19 or \
                len(self.data) < struct.unpack("!H", self.data[16:18])[0]:
            try:
                more = self.sock.recv(65536)
            except OSError:
                return False
            if not more:
                return False
            self.data += more
        length = struct.unpack("!H", self.data[16:18])[0]
        self.last, self.data = self.data[:length], self.data[length:]
        return True

    def until(self, kind):
        while self.next():
            if self.last[18] == kind:
                return True
        return False

    def establish(self, hold=9, capabilities=ALL, identifier="0a090909"):
        if not self.connect():
            return False
        self.send(opening(self.asn, hold=hold, capabilities=capabilities,
                          identifier=identifier))
        if not self.until(KEEPALIVE):
            return False
        self.send(message(KEEPALIVE))
        return True

    def ending(self):
        """the NOTIFICATION that ends it, whole, in hex; what follows it"""
        if not self.until(NOTIFICATION):
            return "no NOTIFICATION"
        seen = self.last.hex()
        self.sock.settimeout(5)
        return seen + (" and more" if self.next() else "")


def spaced(data):
    return " ".join("%02x" % octet for octet in data)


def commit(peer, stage, fault):
    """sends the fault in the stage; false: it could not be reached"""
    if isinstance(stage, list):
        if not peer.establish():
            return False
        peer.ctl("neighbor", peer.name, *stage)
        return True
    if isinstance(fault, dict):
        fault = opening(**{"asn": peer.asn, "capabilities": ALL
                           if "parameters" not in fault else "", **fault})
    if stage == "opensent":
        if not peer.connect():
            return False
    elif stage == "openconfirm":
        if not peer.connect():
            return False
        peer.send(opening(peer.asn, capabilities=ALL))
        if not peer.until(KEEPALIVE):
            return False
    elif not peer.establish(hold=3 if stage == "silence" else 9):
        return False
    peer.send(fault)
    return True


def notifications(peer):
    for name, stage, fault, expected in NOTIFICATIONS:
        peer.ctl("neighbor", peer.name, "start")
        if callable(fault):
            fault = fault(peer)
        expected = "ff" * 16 + peer.fill(expected).replace(" ", "")
        if not commit(peer, stage, fault):
            print(name, expected, "no session", sep="\t", flush=True)
            continue
        print(name, expected, peer.ending(), sep="\t", flush=True)
        peer.close()
        # in words, with the offending bytes
        told = octets(expected)[19:]
        if isinstance(stage, list):
            # what came after may be the last error by now
            seen = peer.shown()["last_notification"]
            print(name + ": shown", told[:2].hex() + " sent",
                  "%02x%02x %s" % (seen["code"], seen["subcode"],
                                   seen["direction"]), sep="\t", flush=True)
            continue
        words = "(%d/%d)" % (told[0], told[1])
        if told[2:]:
            words += ": bytes " + spaced(told[2:])
        seen = peer.shown()["last_error"]
        print(name + ": shown", words,
              words if seen.startswith("sent ") and seen.endswith(words)
              else seen, sep="\t", flush=True)


def collisions(peer):
    """Both dial: the connection of the higher identifier stays."""
    for name, identifier, stays in (("6/7 ours is the lower identifier",
                                     "0a090909", "theirs"),
                                    ("6/7 ours is the higher identifier",
                                     "dffffffe", "ours")):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((peer.local, 179))
        listener.listen(8)
        listener.settimeout(PATIENCE)
        peer.ctl("neighbor", peer.name, "start")
        theirs = Peer(peer.local, peer.remote, peer.asn, peer.name,
                      peer.path, peer.command)
        theirs.sock = listener.accept()[0]
        theirs.sock.settimeout(PATIENCE)
        theirs.until(OPEN)
        peer.connect()
        peer.send(opening(peer.asn, capabilities=ALL, identifier=identifier))
        lost, kept = (peer, theirs) if stays == "theirs" else (theirs, peer)
        print(name, "ff" * 16 + "0015030607", lost.ending(), sep="\t",
              flush=True)
        if kept is theirs:
            kept.send(opening(peer.asn, capabilities=ALL,
                              identifier=identifier))
        kept.until(KEEPALIVE)
        kept.send(message(KEEPALIVE))
        print(name + ": the other stands", "Established",
              becomes("Established", lambda: peer.shown()["state"]),
              sep="\t", flush=True)
        peer.ctl("neighbor", peer.name, "reset")
        kept.close()
        lost.close()
        listener.close()


def offered(peer):
    """the capabilities of the OPEN that came last, by number"""
    data, codes = peer.last[29:], []
    while len(data) >= 2:
        kind, size = data[0], data[1]
        inside, data = data[2:2 + size], data[2 + size:]
        while kind == 2 and len(inside) >= 2:
            codes.append(inside[0])
            inside = inside[2 + inside[1]:]
    return sorted(set(codes))


def refusal(peer):
    """Unsupported Capability names what the next OPEN is to leave out."""
    for name, refused, gone in (
            ("2/7 on graceful restart", "40 02 0078", {64}),
            ("2/7 on two capabilities", "06 00 46 00", {6, 70})):
        peer.ctl("neighbor", peer.name, "start")
        peer.connect()
        before = offered(peer)
        print(name + ": it was offered", True, gone <= set(before),
              sep="\t", flush=True)
        peer.send(message(NOTIFICATION, octets("02 07" + refused)))
        peer.close()
        # not `start`: by that, a person has all offered again
        seen = becomes(sorted(set(before) - gone), lambda: answered(peer))
        print(name + ": and is not any more", sorted(set(before) - gone),
              seen, sep="\t", flush=True)
        peer.close()


    # never 6/5: who may not connect now would count it as a failure of his
    peer.ctl("neighbor", peer.name, "shutdown")
    print("6/5 is not said", b"", heard(peer), sep="\t", flush=True)


def heard(peer):
    """all that a connection gets until its end, which comes at once"""
    try:
        peer.sock = socket.socket()
        peer.sock.settimeout(PATIENCE / 4)
        peer.sock.bind((peer.local, 0))
        peer.sock.connect((peer.remote, 179))
        return peer.sock.recv(4096)
    except ConnectionError:
        return b""
    except OSError as error:
        return error
    finally:
        peer.close()


def gtsm(peer):
    """No connection comes about from afar, by neither side's dialling."""
    for ttl in (64, 254):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        listener.bind((peer.local, 179))
        listener.listen(8)
        peer.ctl("neighbor", peer.name, "start")
        sock = dial(peer, ttl)
        come = select.select([listener, sock], [sock], [], 2.5)
        print("TTL %d: we dial" % ttl, "no connection",
              "connected" if sock in come[1] else "no connection", sep="\t")
        print("TTL %d: we listen" % ttl, "no connection",
              "connected" if listener in come[0] else "no connection",
              sep="\t", flush=True)
        sock.close()
        listener.close()
    peer.ttl = 255
    peer.ctl("neighbor", peer.name, "start")
    peer.establish()
    print("TTL 255: a session", "Established",
          becomes("Established", lambda: peer.shown()["state"]), sep="\t",
          flush=True)
    peer.close()


def answered(peer):
    """what the OPEN offers that answers a connection"""
    try:
        peer.close()
        peer.data, peer.sock = b"", socket.socket()
        peer.sock.settimeout(PATIENCE)
        peer.sock.bind((peer.local, 0))
        peer.sock.connect((peer.remote, 179))
        return offered(peer) if peer.until(OPEN) else None
    except OSError:
        return None


def becomes(wanted, look):
    """what it is, at the latest after some seconds of waiting for `wanted`"""
    end = time.monotonic() + PATIENCE / 4
    while True:
        seen = look()
        if seen == wanted or time.monotonic() > end:
            return seen
        time.sleep(0.02)


def routed(prefix):
    family = "-6" if ":" in prefix else "-4"
    out = subprocess.run(["ip", "-n", "cyg-site", family, "route", "show",
                          "proto", PROTO, prefix], capture_output=True,
                         text=True, check=False).stdout
    return "kept" if out.strip() else "withdrawn"


def verdicts(peer):
    peer.ctl("neighbor", peer.name, "start")
    if not peer.establish():
        print("session for verdicts\tEstablished\tnone")
        return
    sessions = peer.shown()["established"]
    for name, attributes, verdict, words in VERDICTS:
        six = "80 0e" in attributes
        prefix = "2001:db8:63::/48" if six else "10.99.0.0/24"
        good = update(peer.fill(ORIGIN + PATH + (MP6 if six else HOP)),
                      "" if six else PREFIX)
        bad = update(peer.fill(attributes), "" if six else PREFIX)
        gone = update("80 0f 0a 0002 01 30 20010db80063") if six \
            else update(withdrawn=PREFIX)
        # what is to be withdrawn is there before, what is kept is not
        peer.send(gone if verdict == "kept" else good)
        before = "withdrawn" if verdict == "kept" else "kept"
        if becomes(before, lambda: routed(prefix)) != before:
            print(name, "a route to begin with", "none", sep="\t", flush=True)
            continue
        peer.send(bad)
        after = "withdrawn" if verdict == "reset" else verdict
        seen = becomes(after, lambda: routed(prefix))
        told = peer.shown()
        stands = told["state"] == "Established" and \
            told["established"] == sessions
        if verdict == "reset":
            expected, seen = "withdrawn, session over", \
                "%s, session %s" % (seen, "stands" if stands else "over")
        else:
            expected, seen = verdict + ", session stands", \
                "%s, session %s" % (seen, "stands" if stands else "over")
        print(name, expected, seen, sep="\t", flush=True)
        if words is not None:
            error = told["last_error"] or ""
            print(name + ": shown", words,
                  words if words in error else error, sep="\t", flush=True)
        if not stands and verdict != "reset":
            peer.ctl("neighbor", peer.name, "start")
            peer.establish()
            sessions = peer.shown()["established"]
    peer.close()


def sit(peer, more=""):
    peer.ctl("neighbor", peer.name, "start")
    if not peer.establish(capabilities=ALL + more):
        print("no session", flush=True)
        return
    print("up", flush=True)
    end = time.monotonic() + PATIENCE
    fed = time.monotonic()
    while time.monotonic() < end:
        if select.select([peer.sock], [], [], 0.5)[0]:
            if not peer.next():
                break
            if peer.last[18] == NOTIFICATION:
                print(peer.last.hex(), flush=True)
                return
        if time.monotonic() - fed > 2:
            peer.send(message(KEEPALIVE))
            fed = time.monotonic()
    print("no NOTIFICATION", flush=True)


# -- attacks ------------------------------------------------------------------

def dial(peer, ttl=64):
    sock = socket.socket()
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.bind((peer.local, 0))
    try:
        sock.connect((peer.remote, 179))
    except BlockingIOError:
        pass
    return sock


def flood(peer, seconds):
    """1,000 a second, each gone after some milliseconds"""
    begin, made, alive = time.monotonic(), 0, []
    while time.monotonic() < begin + float(seconds):
        due = int((time.monotonic() - begin) * 1000)
        while made < due:
            try:
                alive.append(dial(peer))
            except OSError:
                break
            made += 1
            if made % 200 == 0:
                peer.ctl("neighbor", peer.name, "start")
        while len(alive) > 20:
            alive.pop(0).close()
        time.sleep(0.002)
    print(int(made / (time.monotonic() - begin)))


def loris(peer, seconds):
    """an OPEN an octet at a time, on a few connections at once, and halves of
    messages that nothing follows"""
    end, socks, sent = time.monotonic() + float(seconds), [], 0
    words = opening(peer.asn, capabilities=ALL)
    while time.monotonic() < end:
        if len(socks) < 20:
            try:
                socks.append((dial(peer), sent))
            except OSError:
                pass
        for sock, begun in socks:
            at = sent - begun
            try:
                sock.send(words[at:at + 1])
            except OSError:
                pass
        sent += 1
        if sent % 10 == 0:
            peer.ctl("neighbor", peer.name, "start")
        time.sleep(0.05)
    print("done")


def garbage(peer, size):
    """junk from the first octet, then in a session as bodies of UPDATEs whose
    attributes are junk in a shape that costs no session"""
    size = int(size)
    peer.ctl("neighbor", peer.name, "start")
    peer.connect()
    peer.send(os.urandom(size))
    peer.close()
    peer.ctl("neighbor", peer.name, "start")
    if not peer.establish():
        print("no session")
        return
    sent = 0
    attributes = peer.fill("40 01 01 07" + PATH + HOP)
    while sent < size:
        junk = os.urandom(2000)
        body = attributes + "d0 63 %04x" % len(junk) + junk.hex()
        data = update(body, "18 0a6300 18 0a6301 18 0a6302")
        peer.sock.sendall(data)
        sent += len(data)
    peer.send(message(KEEPALIVE))
    print(becomes("Established", lambda: peer.shown()["state"]))
    peer.close()


def main():
    namespace, local, remote, asn, name, path, ctl, what = sys.argv[1:9]
    with open("/run/netns/" + namespace) as file:
        if ctypes.CDLL(None).setns(file.fileno(), 0x40000000) != 0:
            sys.exit("cannot enter " + namespace)
    peer = Peer(local, remote, int(asn), name, path, ctl)
    {"notifications": notifications, "collisions": collisions,
     "verdicts": verdicts, "refusal": refusal, "gtsm": gtsm, "sit": sit, "flood": flood,
     "loris": loris,
     "garbage": garbage}[what](peer, *sys.argv[9:])


main()
