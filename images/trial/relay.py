#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins standard input and output, which are the guest's connection, with a port of this machine:
relay.py PORT. The emulator starts one for each connection."""
import os
import select
import socket
import sys


def main():
    try:
        host = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        return  # nobody listens: the guest sees its connection end
    ways = {0: host.fileno(), host.fileno(): 1}
    while ways:
        for end in select.select(list(ways), [], [])[0]:
            got = os.read(end, 65536)
            if not got:
                return
            view = memoryview(got)
            while view:
                view = view[os.write(ways[end], view):]


if __name__ == "__main__":
    try:
        main()
    except OSError:
        pass  # either end has gone; so does the other
