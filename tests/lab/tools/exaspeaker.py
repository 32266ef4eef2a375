#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
A process of ExaBGP's: it has ExaBGP announce by every session what speaker.py
would announce behind another daemon, and writes down what ExaBGP heard.

  exaspeaker.py DIR UP              as the process, for what changes later
  exaspeaker.py DIR UP --static NAME    routes of a session, for the configuration

DIR/neighbors has a session a line: NAME ADDRESS HOP4 HOP6 AS PREFERENCE, the AS
that paths begin with ("-": none) and the LOCAL_PREF of the fourth route ("-").
UP/announce is as for speaker.py; "own" in place of a next hop: it is the
peer's own network.
DIR/commands is handed to ExaBGP line by line as it grows. DIR/table-NAME.json
is what was heard by a session, UP/table.json that by l4; DIR/states.json the
sessions' states; DIR/events.log a line each for a NOTIFICATION.
"""

import ipaddress
import json
import os
import select
import sys

EXTENDED_LENGTH = 0x10
NAMES = {"1": "origin", "4": "med", "5": "local-preference"}
ORIGINS = {"igp": "00", "egp": "01", "incomplete": "02"}


def announcement(line, hop4, hop6, asn, own, preference):
    """(prefix, words of ExaBGP's "announce route")"""
    words = line.split()
    prefix, path, said = words[0], [own], []
    for word in words[2:]:
        key, _, value = word.partition("=")
        if key == "path":
            value = value.replace("{", "( ").replace("}", " )")
            for hop in value.replace(",", " ").split():
                times, _, number = hop.rpartition("*")
                path += [number] * int(times or 1)
        elif key == "origin":
            said.append("origin " + ["igp", "egp", "incomplete"][int(value)])
        elif key == "c0.8":
            said.append("community [ %s ]" % " ".join(units(value, 8, "0x")))
        elif key == "c0.16":
            said.append("extended-community [ %s ]"
                        % " ".join(units(value, 16, "0x")))
        elif key == "c0.32":
            said.append("large-community [ %s ]" % " ".join(
                ":".join(str(int(u[i:i + 8], 16)) for i in (0, 8, 16))
                for u in units(value, 24)))
        elif key == "c0.7":
            said.append("aggregator ( %d:%s )" % (
                int(value[:8], 16), ipaddress.ip_address(
                    bytes.fromhex(value[8:]))))
        elif key == "40.6":
            said.append("atomic-aggregate")
    if words[1] == "own":
        path = []
    if ".77.4." in prefix:
        said.append("med 55" if preference == "-"
                    else "local-preference " + preference)
    if ".77.8." in prefix and asn != "-":
        wide = "0x4004fffb%s" % ("4c0f0d18" if asn.endswith("*")
                                 else "4b3ebc20")
        said.append("extended-community [ %s ]" % wide)
    path = [asn.rstrip("*")] * (asn != "-") + path
    return prefix, "next-hop %s as-path [ %s ] %s" % (
        hop6 if ":" in prefix else hop4, " ".join(path), " ".join(said))


def wanted(session, behind):
    """{prefix: words} of a session"""
    with open(behind + "/announce") as file:
        return dict(announcement(x, *session[2:]) for x in file if x.strip())


def units(text, size, before=""):
    return [before + text[i:i + size] for i in range(0, len(text), size)]


def told(attribute):
    """ExaBGP's attributes as speaker.py has them."""
    path = " ".join(map(str, attribute.get("as-path", [])))
    if attribute.get("as-set"):
        path += " {%s}" % " ".join(map(str, attribute["as-set"]))
    attrs = {"1": ORIGINS.get(attribute.get("origin"))}
    for kind in ("4", "5"):
        if NAMES[kind] in attribute:
            attrs[kind] = "%08x" % attribute[NAMES[kind]]
    attrs["8"] = "".join("%04x%04x" % tuple(c)
                         for c in attribute.get("community", []))
    attrs["16"] = "".join("%016x" % c["value"]
                          for c in attribute.get("extended-community", []))
    attrs["32"] = "".join("%08x%08x%08x" % tuple(c)
                          for c in attribute.get("large-community", []))
    if "aggregator" in attribute:
        asn, _, speaker = str(attribute["aggregator"]).partition(":")
        attrs["7"] = "%08x%s" % (int(asn),
                                 ipaddress.ip_address(speaker).packed.hex())
    return {"path": path, "attrs": {k: v for k, v in attrs.items() if v}}


class Speaker:
    def __init__(self, folder, behind):
        self.folder, self.behind = folder, behind
        self.stamp, self.done = os.stat(behind + "/announce").st_mtime_ns, 0
        self.names, self.said, self.tables, self.states = {}, {}, {}, {}
        self.sessions = []
        with open(folder + "/neighbors") as file:
            for line in file:
                session = line.split()
                self.sessions.append(session)
                self.names[session[1]] = session[0]
                self.tables[session[0]] = {}
                self.said[session[0]] = wanted(session, behind)
        self.events = open(folder + "/events.log", "a", buffering=1)
        self.save(None)

    def write(self, name, what):
        with open(name + ".new", "w") as file:
            json.dump(what, file)
        os.rename(name + ".new", name)

    def save(self, name):
        self.write(self.folder + "/states.json", self.states)
        if name:
            self.write("%s/table-%s.json" % (self.folder, name),
                       self.tables[name])
        self.write(self.behind + "/table.json", self.tables.get("l4", {}))

    def command(self, text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def look(self):
        stamp = os.stat(self.behind + "/announce").st_mtime_ns
        if stamp != self.stamp:
            self.stamp = stamp
            for session in self.sessions:
                self.announce(session)
        if os.path.exists(self.folder + "/commands"):
            with open(self.folder + "/commands") as file:
                lines = file.read().splitlines()
            for line in lines[self.done:]:
                self.command(line)
            self.done = len(lines)

    def announce(self, session):
        name, address = session[:2]
        new, said = wanted(session, self.behind), self.said[name]
        for prefix in [p for p in said if p not in new]:
            self.command("neighbor %s withdraw route %s %s" % (
                address, prefix, said.pop(prefix)))
        for prefix, words in new.items():
            if said.get(prefix) != words:
                said[prefix] = words
                self.command("neighbor %s announce route %s %s" % (
                    address, prefix, words))

    def update(self, name, update):
        table = self.tables[name]
        for prefixes in update.get("withdraw", {}).values():
            for nlri in prefixes:
                table.pop(nlri["nlri"], None)
        for hops in update.get("announce", {}).values():
            for hop, prefixes in hops.items():
                for nlri in prefixes:
                    table[nlri["nlri"]] = dict(
                        told(update.get("attribute", {})), next_hop=hop)

    def take(self, line):
        try:
            said = json.loads(line, strict=False)
        except ValueError:
            # ExaBGP puts a NOTIFICATION's bytes as they are into a reason
            self.events.write("unreadable %r\n" % line)
            return
        neighbor = said.get("neighbor", {})
        name = self.names.get(neighbor.get("address", {}).get("peer"))
        if not name:
            return
        if said["type"] == "state":
            self.states[name] = neighbor["state"]
            if neighbor["state"] == "down":
                self.tables[name] = {}
            self.events.write("%s state %s %s\n" % (
                name, neighbor["state"], neighbor.get("reason", "")))
        elif said["type"] == "update":
            self.update(name, neighbor.get("message", {}).get("update", {}))
        elif said["type"] == "notification":
            n = neighbor["notification"]
            self.events.write("%s %s %s/%s %s\n" % (
                name, neighbor["direction"], n["code"], n["subcode"],
                n["data"]))
        self.save(name)

    def run(self):
        data = b""
        while True:
            if select.select([0], [], [], 0.2)[0]:
                more = os.read(0, 1 << 20)
                if not more:
                    return
                data += more
                while b"\n" in data:
                    line, data = data.split(b"\n", 1)
                    if line.startswith(b"{"):
                        self.take(line)
            self.look()


def main():
    folder, behind = sys.argv[1:3]
    if len(sys.argv) == 3:
        Speaker(folder, behind).run()
        return
    with open(folder + "/neighbors") as file:
        session = next(x.split() for x in file
                       if x.split()[0] == sys.argv[4])
    for prefix, words in wanted(session, behind).items():
        print("\t\troute %s %s;" % (prefix, words))


main()
