#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Many UDP flows between two namespaces, both ways, and what each of them lost.

One process holds the sockets of both ends, so it knows each packet sent and
received without anything having to be merged. A flow is one pair of ports in
one direction. A gap is a time of more than three intervals in which a flow
received nothing although packets were sent.

  flows.py run --a NS,ADDR… --b NS,ADDR… --flows N --rate R --state FILE
  flows.py report --state FILE [--since MS]

"run" goes on until SIGTERM (or --duration), and rewrites FILE twice a second.
With several addresses of both families, the flows are dealt to the pairs in
turn. "report" prints one JSON line; --since counts only gaps that ended after
that time (ms of the epoch), cut to it, as seen at the end of the run so far.
"missing" is every packet not seen since the start, in gaps or singly.
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


def sockets(namespace, addresses, flows, port):
    """A bound socket for each flow, in that namespace."""
    enter(namespace)
    made = []
    for i in range(flows):
        address = addresses[i % len(addresses)]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((address, port + i))
        made.append(sock)
    return made


def save(path, flows, interval, now):
    """The state as of the last packet sent."""
    state = {"time": ms(now), "start": ms(START),
             "interval_ms": round(interval * 1000),
             "flows": [flow.state() for flow in flows]}
    with open(path + ".new", "w") as file:
        json.dump(state, file)
    os.rename(path + ".new", path)


def run(args):
    a_ns, *a_addresses = args.a.split(",")
    b_ns, *b_addresses = args.b.split(",")
    a_socks = sockets(a_ns, a_addresses, args.flows, 20000)
    b_socks = sockets(b_ns, b_addresses, args.flows, 30000)
    flows = []
    selector = selectors.DefaultSelector()
    for a, b in zip(a_socks, b_socks):
        for here, there, label in ((a, b, "out"), (b, a, "in")):
            selector.register(here, selectors.EVENT_READ)
            flows.append(Flow(len(flows), label, here, there.getsockname()))
    interval = 1 / args.rate
    step = interval / len(flows)
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    start = time.monotonic()
    end = start + args.duration if args.duration else float("inf")
    due, turn, saved, now = start, 0, start, start
    while not stopped and time.monotonic() < end:
        now = time.monotonic()
        while due <= now:
            flows[turn].send(now)
            turn = (turn + 1) % len(flows)
            due += step
            if now - due > 0.5:
                due = now  # a busy machine: go on, do not catch up
        receive_all(selector, flows, max(0, due - now), 3 * interval)
        if now - saved > 0.5:
            save(args.state, flows, interval, now)
            saved = now
    settle = time.monotonic() + 1
    while time.monotonic() < settle:
        receive_all(selector, flows, 0.1, 3 * interval)
    save(args.state, flows, interval, now)


def receive_all(selector, flows, timeout, least):
    for key, _ in selector.select(timeout):
        now = time.monotonic()
        while True:
            try:
                data = key.fileobj.recv(256)
            except BlockingIOError:
                break
            except OSError:
                continue  # an ICMP error that came back
            if len(data) >= PACKET.size:
                number, sequence, _ = PACKET.unpack_from(data)
                flows[number].receive(sequence, now, least)


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


def report(args):
    state = load(args.state)
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
            if finish > args.since:
                longest = max(longest, finish - max(begin, args.since))
                lost += packets
        outages.append(longest)
        by_way[flow["label"]] = max(by_way[flow["label"]], longest)
    hit = [o for o in outages if o]
    print(json.dumps({
        "flows": len(outages), "sent": sum(f["sent"] for f in state["flows"]),
        "received": received, "interval_ms": state["interval_ms"],
        "hit": len(hit), "outage_ms": max(outages), "lost": lost,
        "out_ms": by_way["out"], "in_ms": by_way["in"],
        "missing": missing, "stalled": stalled,
        "refused": sum(f["refused"] for f in state["flows"])}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--a", required=True, metavar="NS,ADDR…")
    runner.add_argument("--b", required=True, metavar="NS,ADDR…")
    runner.add_argument("--flows", type=int, default=24)
    runner.add_argument("--rate", type=float, default=20)
    runner.add_argument("--duration", type=float, default=0)
    runner.add_argument("--state", required=True)
    reporter = commands.add_parser("report")
    reporter.add_argument("--state", required=True)
    reporter.add_argument("--since", type=int, default=0)
    args = parser.parse_args()
    run(args) if args.command == "run" else report(args)


START = time.monotonic()
EPOCH = time.time() - START
if __name__ == "__main__":
    sys.exit(main())
