#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Asks a Prometheus each query of a Grafana dashboard, as Grafana would with "All"
in its variables, and prints those that are refused or have no data.

  panels.py DASHBOARD.json URL INTERVAL

Fails if there is one, or if there is no query at all.
"""

import json
import sys
import urllib.parse
import urllib.request

VARIABLES = {"$instance": ".*", "$bundle": ".*"}


def ask(url, query):
    """The number of samples in the answer, and what is wrong in words."""
    where = url + "/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(where, timeout=10) as reply:
            answer = json.load(reply)
    except urllib.error.HTTPError as error:
        return 0, json.load(error).get("error", str(error))
    return len(answer["data"]["result"]), "no data"


def main():
    """Each query of each panel."""
    with open(sys.argv[1], encoding="utf-8") as file:
        board = json.load(file)
    asked = bad = 0
    for panel in board["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", sys.argv[3])
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            asked += 1
            count, words = ask(sys.argv[2], query)
            if not count:
                print(f"{panel['title']}: {query}: {words}")
                bad += 1
    print(f"{asked} queries, {bad} without data")
    return bad > 0 or asked == 0


if __name__ == "__main__":
    sys.exit(main())
