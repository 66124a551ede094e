#!/usr/bin/env python3
"""A viewer of a Germline server in one file, written from docs/protocol.md alone.

It lists the server's runs, then follows one: a line for each generation. Whatever becomes of the connection, no generation is missed or
told twice: the viewer says which one it saw last, and the server goes on behind it.

    pip install websockets msgpack
"""

import argparse
import json
import random
import sys
import time
from urllib.parse import unquote, urlsplit

import msgpack
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

PROTOCOL = 1
SUBPROTOCOL = "germline.v1"
LARGEST_MESSAGE = 17 << 20
ENDED = ("done", "stopped", "diverged", "failed")
# Refusals that are over in a moment; no second attempt mends the others.
PASSING = ("shutdown", "slow", "too-many", "internal", "disk")
FIRST_PAUSE, LONGEST_PAUSE = 1, 30  # seconds

EXAMPLES = """examples:
  viewer.py
  viewer.py --run mnist-4f21c0
  viewer.py --server http://192.168.1.20:4376/#k3J...
  viewer.py --server https://evolve.example.org --token-file viewer.token
"""


class Refused(Exception):
    """The server will not, and asking again does not help."""


class Lost(Exception):
    """The connection is gone: the next one goes on."""


def say(line):
    print(line, flush=True)


class Viewer:
    def __init__(self, server, token, run):
        self.server, self.token, self.run = server, token, run
        self.last = -1  # the generation seen last
        self.state = None
        self.recorded = 0  # generations that the run has
        self.digest = ""
        self.attempts = 0

    def follow(self):
        """Follows until the run ends, over as many connections as it takes."""
        while True:
            try:
                with self.open() as socket:
                    self.socket = socket
                    self.session()
                    return
            except (Lost, ConnectionClosed, OSError, InvalidHandshake) as error:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.attempts, 10)) * random.uniform(0.5, 1)
                self.attempts += 1
                say(f"connection lost ({error or type(error).__name__}); again in {pause:.1f} s")
                time.sleep(pause)

    def open(self):
        url = self.server.replace("http", "ws", 1) + "socket"
        try:
            return connect(url, subprotocols=[SUBPROTOCOL], compression=None, max_size=LARGEST_MESSAGE)
        except InvalidStatus as error:
            raise self.refusal(error.response) from None

    @staticmethod
    def refusal(response):
        """An upgrade that the server refuses has the reason in its body."""
        try:
            said = json.loads(response.body)["error"]
        except (ValueError, KeyError, TypeError):
            return Lost(f"HTTP {response.status_code}")
        return (Lost if said["code"] in PASSING else Refused)(f"{said['message']} ({said['code']})")

    # --- Messages ---------------------------------------------------------------------------------------------------------------

    def send(self, **message):
        self.socket.send(msgpack.packb(message))

    def receive(self):
        """The next message that is no error."""
        message = msgpack.unpackb(self.socket.recv())
        if message["type"] != "error":
            return message
        kind = Lost if message["code"] in PASSING else Refused
        raise kind(f"{message['message']} ({message['code']})")

    def session(self):
        self.send(type="hello", protocol=PROTOCOL, token=self.token, role="viewer")
        welcome = self.receive()
        self.attempts = 0
        if self.last < 0:
            say(f"germline {welcome['version']} at {self.server}")
        if self.run is None:
            self.run = self.choose()
        self.send(type="watch", topic=self.run, after=self.last)
        while True:
            message = self.receive()
            if message["type"] == "snapshot" and message["topic"] == self.run:
                self.look(message["value"])
            elif message["type"] == "changes" and message["topic"] == self.run:
                self.look(message["entries"].get(self.run))
            elif message["type"] == "generations" and message["run"] == self.run:
                for generation in message["generations"]:
                    self.show(generation)
            if self.state in ENDED and self.last + 1 >= self.recorded:
                say(f"{self.run} is {self.state}{self.digest}")
                return

    # --- What a viewer makes of them ----------------------------------------------------------------------------------------------

    def choose(self):
        """Prints the runs and names one: the newest that runs, else the newest. Waits where there is none yet."""
        self.send(type="watch", topic="runs")
        runs = {}
        while not runs:
            message = self.receive()
            if message["type"] == "snapshot":
                runs = message["value"]
            elif message["type"] == "changes":
                runs = {run: value for run, value in message["entries"].items() if value is not None}
            if not runs:
                say("there are no runs yet")
        self.send(type="unwatch", topic="runs")
        newest = sorted(runs.values(), key=lambda run: run["created"])
        for run in newest:
            best = number(run["best"])
            say(f"{run['id']:24} {run['state']:8} generation {run['generations']} of {run['horizon']}  best {best}")
        return next((run["id"] for run in reversed(newest) if run["state"] == "running"), newest[-1]["id"])

    def look(self, run):
        if run is None:
            raise Refused(f"run {self.run} was deleted")
        self.recorded = run["generations"]
        self.digest = f", digest {run['end']['digest']}" if run["end"] else ""
        if run["state"] != self.state:
            self.state = run["state"]
            failure = f": {run['failure']['message']}" if run["failure"] else ""
            if self.state not in ENDED or failure:
                say(f"{self.run} is {self.state}{failure}")

    def show(self, generation):
        self.last = generation["generation"]
        line = f"generation {self.last:5}  best {number(generation['best'])}  mean {number(generation['mean'])}"
        validation = generation["validation"]
        if validation:
            line += f"  validation {number(validation['loss'])}"
            if validation["accuracy"] is not None:
                line += f" ({validation['accuracy']:.1%})"
        say(f"{line}  evaluations {generation['evaluations']:,.0f}{'  new champion' if generation['champion'] else ''}")


def number(value):
    """Losses that are not finite come as nil."""
    return "-" if value is None else f"{value:.5f}"


def main():
    parser = argparse.ArgumentParser(
        description="Lists the runs of a Germline server and follows one, a line for each generation.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--server", default="http://127.0.0.1:4376", help="its address, with #TOKEN where it asks for one (default: %(default)s)")
    parser.add_argument("--token-file", help="a file that holds a viewer's token")
    parser.add_argument("--run", help="the run's id (default: the newest that runs)")
    options = parser.parse_args()
    address = urlsplit(options.server if "://" in options.server else f"http://{options.server}")
    token = unquote(address.fragment) or None
    if options.token_file:
        with open(options.token_file, encoding="utf-8") as file:
            token = file.read().strip()
    server = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}/"
    try:
        Viewer(server, token, options.run).follow()
    except Refused as error:
        sys.exit(f"viewer.py: {error}")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
