#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Many UDP flows between two namespaces, both ways, and what each of them lost.

One process holds the sockets of both ends, so it knows each packet sent and
received without anything having to be merged. A flow is one pair of ports in
one direction. A gap is a time of more than three intervals in which a flow
received nothing although packets were sent.

  flows.py run --a NS,ADDR… --b NS,ADDR… --flows N --rate R [--tcp N]
               --state FILE [--ask FIFO]
  flows.py report --state FILE [--since MS]

"run" goes on until SIGTERM (or --duration), and leaves FILE at its end. With
several addresses of both families, the flows are dealt to the pairs in turn,
and so are N TCP connections each way at the same rate (streams.py). A report
is one JSON line; --since counts only gaps that ended after that time (ms of the
epoch), cut to it. "missing" is every packet not seen since the start, in gaps
or singly. While it runs, a line "MS OUT" written into FIFO leaves the report as
of now in the file OUT: in an emulated machine, to start Python for each look
would be what is measured. Without FIFO, FILE is rewritten twice a second.
"""

import argparse
import ctypes
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time

from streams import Stream

PACKET = struct.Struct("!IId")  # flow, sequence number, time sent
PADDING = b"\0" * 64
CLONE_NEWNET = 0x40000000


def enter(namespace):
    """Moves this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/run/netns/" + namespace) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns " + namespace)


class Flow:
    """One direction of one pair of ports."""

    def __init__(self, number, label, sock, target):
        self.number = number
        self.label = label
        self.sock = sock
        self.target = target
        self.sent = 0
        self.received = 0
        self.highest = 0
        self.refused = 0
        self.last = None
        self.gaps = []

    def send(self, now):
        self.sent += 1
        try:
            self.sock.sendto(
                PACKET.pack(self.number, self.sent, now) + PADDING, self.target)
        except OSError:
            # no route or a guard's drop: a packet lost like any other
            self.refused += 1

    def receive(self, sequence, now, least):
        if self.last is None:
            if sequence > 1:
                self.gaps.append((START, now, sequence - 1))
        elif now - self.last > least:
            missing = max(0, sequence - self.highest - 1)
            if missing:
                self.gaps.append((self.last, now, missing))
        self.last = now
        self.received += 1
        self.highest = max(self.highest, sequence)

    def state(self):
        return {"label": self.label, "sent": self.sent,
                "received": self.received, "refused": self.refused,
                "last": ms(self.last), "highest": self.highest,
                "gaps": [(ms(a), ms(b), n) for a, b, n in self.gaps]}


def ms(stamp):
    """Monotonic seconds as milliseconds of the epoch."""
    return None if stamp is None else round((stamp + EPOCH) * 1000)


def bound(namespace, kind, address, port):
    """A socket in that namespace."""
    enter(namespace)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    if kind == socket.SOCK_DGRAM:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind((address, port))
    return sock


def dealt(end, i):
    """The namespace and the address of the i-th of an end's sockets."""
    namespace, *addresses = end.split(",")
    return namespace, addresses[i % len(addresses)]


def flow_pairs(args, selector):
    """One flow each way for each pair of ports."""
    flows = []
    for i in range(args.flows):
        a, b = (bound(space, socket.SOCK_DGRAM, address, port + i)
                for (space, address), port in
                ((dealt(args.a, i), 20000), (dealt(args.b, i), 30000)))
        for here, there, label in ((a, b, "out"), (b, a, "in")):
            flows.append(Flow(len(flows), label, here, there.getsockname()))

    def arrived(sock, now, least):
        while True:
            try:
                data = sock.recv(256)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error that came back
            if len(data) >= PACKET.size:
                number, sequence, _ = PACKET.unpack_from(data)
                flows[number].receive(sequence, now, least)

    for flow in flows:
        selector.register(flow.sock, selectors.EVENT_READ, arrived)
    return flows


def stream_pairs(args, selector):
    """One TCP connection each way for each of --tcp."""
    def maker(end, i, port):
        space, address = dealt(end, i)
        return lambda: bound(space, socket.SOCK_STREAM, address, port)

    streams = []
    for i in range(args.tcp):
        for here, there, label in ((args.a, args.b, "out"),
                                   (args.b, args.a, "in")):
            streams.append(Stream(label, maker(here, i, 0),
                                  maker(there, i, 40000 + i), selector))
    return streams


def state_of(flows, streams, interval, now):
    return {"time": ms(now), "start": ms(START),
            "interval_ms": round(interval * 1000),
            "flows": [flow.state() for flow in flows],
            "streams": [{"label": s.label, "last": ms(s.last),
                         "received": s.received, "resets": s.resets,
                         "stalls": [(ms(a), ms(b)) for a, b in s.stalls]}
                        for s in streams]}


def save(path, what):
    with open(path + ".new", "w") as file:
        json.dump(what, file)
    os.rename(path + ".new", path)


def asked(fifo, state):
    """Answers whoever wrote into the FIFO."""
    try:
        lines = os.read(fifo, 4096).decode().splitlines()
    except BlockingIOError:
        return
    for line in lines:
        since, out = line.split(None, 1)
        save(out, figures(state(), int(since)))


def run(args):
    selector = selectors.DefaultSelector()
    flows = flow_pairs(args, selector)
    streams = stream_pairs(args, selector)
    senders = flows + streams
    interval = 1 / args.rate
    step = interval / len(senders)

    def state():
        return state_of(flows, streams, interval, time.monotonic())

    if args.ask:
        os.mkfifo(args.ask)
        # for writing too: so there is never an end of it
        fifo = os.open(args.ask, os.O_RDWR | os.O_NONBLOCK)
        selector.register(fifo, selectors.EVENT_READ,
                          lambda *_: asked(fifo, state))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    start = time.monotonic()
    end = start + args.duration if args.duration else float("inf")
    due, turn, saved, now = start, 0, start, start
    save(args.state, state())
    while not stopped and time.monotonic() < end:
        now = time.monotonic()
        while due <= now:
            senders[turn].send(now)
            turn = (turn + 1) % len(senders)
            due += step
            if now - due > 0.5:
                due = now  # a busy machine: go on, do not catch up
        receive_all(selector, max(0, due - now), 3 * interval)
        if now - saved > 0.5 and not args.ask:
            save(args.state, state())
            saved = now
    settle = time.monotonic() + 1
    while time.monotonic() < settle:
        receive_all(selector, 0.1, 3 * interval)
    last = state_of(flows, streams, interval, now)
    save(args.state, last)


def receive_all(selector, timeout, least):
    for key, _ in selector.select(timeout):
        key.data(key.fileobj, time.monotonic(), least)


def load(path):
    with open(path) as file:
        return json.load(file)


def open_gap(flow, state):
    """A gap that has not ended: silence until the last look."""
    last = flow["last"] or state["start"]
    missing = flow["sent"] - flow["highest"]
    if missing and state["time"] - last > max(1000, 5 * state["interval_ms"]):
        return [(last, state["time"], missing)]
    return []


def figures(state, since):
    """What there is to tell of it, of the time from then on."""
    outages, lost, stalled, received, missing = [], 0, 0, 0, 0
    by_way = {"out": 0, "in": 0}
    for flow in state["flows"]:
        silent = open_gap(flow, state)
        stalled += len(silent)
        received += flow["received"]
        missing += flow["highest"] - flow["received"]
        missing += sum(n for _, _, n in silent)
        longest = 0
        for begin, finish, packets in flow["gaps"] + silent:
            if finish > since:
                longest = max(longest, finish - max(begin, since))
                lost += packets
        outages.append(longest)
        by_way[flow["label"]] = max(by_way[flow["label"]], longest)
    return {
        "flows": len(outages), "sent": sum(f["sent"] for f in state["flows"]),
        "received": received, "interval_ms": state["interval_ms"],
        "hit": len([o for o in outages if o]), "outage_ms": max(outages),
        "lost": lost, "out_ms": by_way["out"], "in_ms": by_way["in"],
        "missing": missing, "stalled": stalled,
        "refused": sum(f["refused"] for f in state["flows"]),
        "tcp": tcp_figures(state, since)}


def tcp_figures(state, since):
    by_way = {"out": 0, "in": 0}
    stuck = 0
    for stream in state["streams"]:
        stalls = stream["stalls"]
        # one that has not ended
        last = stream["last"] or state["start"]
        if state["time"] - last > 3 * state["interval_ms"]:
            stalls = stalls + [(last, state["time"])]
            stuck += state["time"] - last > 1000
        for begin, finish in stalls:
            if finish > since:
                silent = finish - max(begin or state["start"], since)
                by_way[stream["label"]] = max(by_way[stream["label"]], silent)
    return {"streams": len(state["streams"]), "stall_ms": max(by_way.values()),
            "out_ms": by_way["out"], "in_ms": by_way["in"], "stuck": stuck,
            "bytes": sum(s["received"] for s in state["streams"]),
            "resets": sum(s["resets"] for s in state["streams"])}


def report(args):
    print(json.dumps(figures(load(args.state), args.since)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--a", required=True, metavar="NS,ADDR…")
    runner.add_argument("--b", required=True, metavar="NS,ADDR…")
    runner.add_argument("--flows", type=int, default=24)
    runner.add_argument("--rate", type=float, default=20)
    runner.add_argument("--duration", type=float, default=0)
    runner.add_argument("--tcp", type=int, default=0)
    runner.add_argument("--state", required=True)
    runner.add_argument("--ask", metavar="FIFO")
    reporter = commands.add_parser("report")
    reporter.add_argument("--state", required=True)
    reporter.add_argument("--since", type=int, default=0)
    args = parser.parse_args()
    run(args) if args.command == "run" else report(args)


START = time.monotonic()
EPOCH = time.time() - START
if __name__ == "__main__":
    sys.exit(main())
