# SPDX-License-Identifier: GPL-2.0-or-later
"""
BGP messages as bytes and as what they say, for the lab's speaker and for what
is read of captures. Written apart from src/bgp, so that a wrong reading there
is not repeated here.
"""

import ipaddress
import struct

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
KINDS = {OPEN: "OPEN", UPDATE: "UPDATE", NOTIFICATION: "NOTIFICATION",
         KEEPALIVE: "KEEPALIVE", REFRESH: "REFRESH"}
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF = 1, 2, 3, 4, 5
MP_REACH, MP_UNREACH = 14, 15
FAMILIES = {1: "ipv4", 2: "ipv6"}


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def split(data):
    """([(kind, body, length)…], rest): the whole messages in data."""
    found = []
    while len(data) >= 19:
        length, kind = struct.unpack("!HB", data[16:19])
        if length < 19 or data[:16] != MARKER:
            raise ValueError("not BGP: " + data[:19].hex())
        if len(data) < length:
            break
        found.append((kind, data[19:length], length))
        data = data[length:]
    return found, data


def capability(code, value=b""):
    return struct.pack("!BB", code, len(value)) + value


def opening(asn, hold, identifier):
    caps = (capability(1, b"\0\1\0\1") + capability(1, b"\0\2\0\1")
            + capability(2) + capability(6)
            + capability(65, struct.pack("!I", asn)))
    return message(OPEN, struct.pack(
        "!BHH4sBBB", 4, asn if asn < 65536 else 23456, hold,
        ipaddress.ip_address(identifier).packed, len(caps) + 2, 2, len(caps))
        + caps)


def read_open(body):
    asn, hold, identifier, length = struct.unpack("!xHH4sB", body[:10])
    params, caps = body[10:10 + length], {}
    while params:
        kind, length = params[0], params[1]
        value, params = params[2:2 + length], params[2 + length:]
        while kind == 2 and value:
            caps.setdefault(str(value[0]), []).append(
                value[2:2 + value[1]].hex())
            value = value[2 + value[1]:]
    if "65" in caps:
        asn = int(caps["65"][0], 16)
    return {"as": asn, "hold": hold, "caps": caps,
            "id": str(ipaddress.ip_address(identifier))}


def prefix_bytes(prefix):
    net = ipaddress.ip_network(prefix)
    return bytes([net.prefixlen]) + \
        net.network_address.packed[:(net.prefixlen + 7) // 8]


def prefixes(data, size):
    found = []
    while data:
        length, bits = (data[0] + 7) // 8, data[0]
        found.append("%s/%d" % (ipaddress.ip_address(
            data[1:1 + length].ljust(size, b"\0")), bits))
        data = data[1 + length:]
    return found


def attribute(flags, kind, value):
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value
    return struct.pack("!BBB", flags, kind, len(value)) + value


def path_bytes(hops):
    """hops: numbers, and lists of numbers for sets."""
    data, run = b"", []

    def flush():
        nonlocal data
        for start in range(0, len(run), 255):
            part = run[start:start + 255]
            data += struct.pack("!BB%dI" % len(part), 2, len(part), *part)
        run.clear()

    for hop in hops:
        if isinstance(hop, list):
            flush()
            data += struct.pack("!BB%dI" % len(hop), 1, len(hop), *hop)
        else:
            run.append(hop)
    flush()
    return data


def path_text(data, width=4):
    words = []
    while data:
        kind, count = data[0], data[1]
        numbers = struct.unpack("!%d%s" % (count, "IH"[width == 2]),
                                data[2:2 + count * width])
        data = data[2 + count * width:]
        text = " ".join(map(str, numbers))
        words.append("{%s}" % text if kind == 1 else text)
    return " ".join(words)


def attributes(data):
    found = {}
    while data:
        flags, kind = data[0], data[1]
        if flags & 0x10:
            length, at = struct.unpack("!H", data[2:4])[0], 4
        else:
            length, at = data[2], 3
        found[kind] = data[at:at + length]
        data = data[at + length:]
    return found


def reach(value):
    afi, length = struct.unpack("!HxB", value[:4])
    hop, nlri = value[4:4 + length], value[5 + length:]
    hop = ipaddress.ip_address(hop if length == 4 else hop[:16])
    return FAMILIES.get(afi), str(hop), prefixes(nlri, 4 if afi == 1 else 16)


def read_update(body):
    """What is announced, withdrawn or ended (an End-of-RIB's family)."""
    length, = struct.unpack("!H", body[:2])
    gone = prefixes(body[2:2 + length], 4)
    rest = body[2 + length:]
    length, = struct.unpack("!H", rest[:2])
    attrs = attributes(rest[2:2 + length])
    new = [(p, None) for p in prefixes(rest[2 + length:], 4)]
    if NEXT_HOP in attrs:
        hop = str(ipaddress.ip_address(attrs[NEXT_HOP]))
        new = [(p, hop) for p, _ in new]
    ended = "ipv4" if len(body) == 4 else None
    if MP_REACH in attrs:
        _, hop, more = reach(attrs.pop(MP_REACH))
        new += [(p, hop) for p in more]
    if MP_UNREACH in attrs:
        value = attrs.pop(MP_UNREACH)
        afi, = struct.unpack("!H", value[:2])
        gone += prefixes(value[3:], 4 if afi == 1 else 16)
        if len(value) == 3 and not attrs and not new:
            ended = FAMILIES.get(afi)
    return {"announced": new, "withdrawn": gone, "ended": ended,
            "attrs": attrs}


def update(prefix, hop, attrs):
    """attrs: {kind: (flags, value)}"""
    hop = ipaddress.ip_address(hop)
    nlri = b""
    attrs = dict(attrs)
    if ":" in prefix:
        attrs[MP_REACH] = (0x80, b"\0\2\1" + bytes([len(hop.packed)])
                           + hop.packed + b"\0" + prefix_bytes(prefix))
    else:
        attrs[NEXT_HOP] = (0x40, hop.packed)
        nlri = prefix_bytes(prefix)
    data = b"".join(attribute(attrs[k][0], k, attrs[k][1])
                    for k in sorted(attrs))
    return message(UPDATE, struct.pack("!HH", 0, len(data)) + data + nlri)


def withdrawal(prefix):
    if ":" in prefix:
        data = attribute(0x80, MP_UNREACH, b"\0\2\1" + prefix_bytes(prefix))
        return message(UPDATE, struct.pack("!HH", 0, len(data)) + data)
    data = prefix_bytes(prefix)
    return message(UPDATE, struct.pack("!H", len(data)) + data + b"\0\0")


def end_of_rib(afi):
    if afi == 1:
        return message(UPDATE, b"\0\0\0\0")
    data = attribute(0x80, MP_UNREACH, struct.pack("!HB", afi, 1))
    return message(UPDATE, struct.pack("!HH", 0, len(data)) + data)
