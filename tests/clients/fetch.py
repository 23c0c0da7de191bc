"""Fetches the packages of the clients and libraries that the suite drives.

python -m tests.clients.fetch          what is not there yet; names each client that is left out, and why
python -m tests.clients.fetch --lock   writes the checksums of the jars anew, from what Maven gives
"""

from __future__ import annotations

import sys

from tests.clients.libraries import LIBRARIES, WEBSITES
from tests.clients.matrix import CLIENTS
from tests.clients.packages import Jars, LeftOut


def main() -> None:
    for client in (*CLIENTS, *LIBRARIES):
        try:
            if "--lock" in sys.argv and isinstance(client.packages, Jars):
                client.packages.lock()
            client.packages.fetch()
        except LeftOut as reason:
            print(f"left out: {client.title}, a client that the tests drive: {reason}")
    for packages in WEBSITES.values():
        packages.fetch()


if __name__ == "__main__":
    main()
