# SPDX-License-Identifier: GPL-2.0-or-later
"""
TCP connections beside the flows: a record at a time from one end to the other.

A stall is a time of more than three intervals in which nothing arrived. A
connection that breaks (a reset, or an end that nobody asked for) is counted
and made anew. One that does not come about is tried again every half second,
so that the kernel's own pauses between SYNs are not what is measured.
"""

import socket

RECORD = b"\0" * 256
RETRY = 0.5


class Stream:
    """Sends from HERE to THERE: each makes TCP sockets at its end."""

    def __init__(self, label, here, there, selector):
        self.label = label
        self.make = here
        self.selector = selector
        self.sock = None
        self.accepted = None
        self.connected = False
        self.begun = -RETRY
        self.last = None
        self.received = 0
        self.resets = 0
        self.stalls = []
        self.listener = there()
        self.listener.listen(4)
        self.target = self.listener.getsockname()
        selector.register(self.listener, READ, self.accept)

    def send(self, now):
        if not self.connected:
            if now - self.begun >= RETRY:
                self.connect(now)
            return
        try:
            self.sock.send(RECORD)
        except BlockingIOError:
            pass  # what was sent before is not acknowledged yet
        except OSError:
            self.broken()

    def connect(self, now):
        self.drop("sock")
        self.begun = now
        try:
            self.sock = self.make()
            self.sock.connect(self.target)
        except BlockingIOError:
            pass
        except OSError:
            self.drop("sock")
            return
        self.selector.register(self.sock, WRITE, self.opened)

    def opened(self, sock, now, _):
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
            self.drop("sock")
            return
        self.connected = True
        self.selector.modify(sock, READ, self.ended)

    def ended(self, sock, now, _):
        """The other end never sends: this is an end or an error."""
        try:
            if sock.recv(256):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.broken()

    def broken(self):
        self.resets += 1
        self.drop("sock")

    def accept(self, listener, now, _):
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        self.drop("accepted")
        sock.setblocking(False)
        self.accepted = sock
        self.selector.register(sock, READ, self.arrived)

    def arrived(self, sock, now, least):
        try:
            data = sock.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop("accepted")
            return
        if self.last is None or now - self.last > least:
            self.stalls.append((self.last, now))
        self.last = now
        self.received += len(data)

    def drop(self, which):
        sock = getattr(self, which)
        if sock is None:
            return
        try:
            self.selector.unregister(sock)
        except KeyError:
            pass
        sock.close()
        setattr(self, which, None)
        if which == "sock":
            self.connected = False


READ, WRITE = 1, 2  # selectors.EVENT_READ and EVENT_WRITE
