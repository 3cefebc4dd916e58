"""A way to the tests' server that can be cut in the middle of a commit, as when a network goes.

It is cut once: what is sent on it that says COMMIT reaches the server, or does not, and nothing comes back.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playhead.location import Server
from tests import postgres


class Cable:
    """Passes on what is sent to the server and back. `cut` says when it is cut, `mended` whether it works then."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(postgres.ADDRESS)
        self._to = parts.hostname or "127.0.0.1", parts.port or 5432
        self._here = socket.create_server(("127.0.0.1", 0))
        user, _, _ = parts.netloc.rpartition("@")
        here = parts._replace(netloc=f"{user}@127.0.0.1:{self._here.getsockname()[1]}", query="sslmode=disable")
        self.place = Server(postgres.in_schema(here.geturl(), server.schema))
        self.cut = ""  # "before" or "after" the server has been told to commit
        self.mended = True
        self._works = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody is let in any more."""
        self._here.close()

    def mend(self) -> None:
        """It works again."""
        self._works = True

    def _accept(self) -> None:
        while self._here.fileno() >= 0:
            try:
                near, _ = self._here.accept()
            except OSError:  # it was closed
                return
            if self._works:
                threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()
            else:
                near.close()

    def _pass_on(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._to) as far, selectors.DefaultSelector() as either:
            either.register(near, selectors.EVENT_READ, far)
            either.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in either.select():
                    source: socket.socket = key.fileobj  # type: ignore[assignment]
                    if not (sent := source.recv(65536)):
                        return
                    if source is near and self.cut and b"COMMIT" in sent:
                        how, self.cut, self._works = self.cut, "", self.mended
                        if how == "after":
                            far.sendall(sent)
                            far.recv(65536)
                        return
                    key.data.sendall(sent)


@contextmanager
def cable(server: Server) -> Iterator[Cable]:
    """A cable to the server."""
    made = Cable(server)
    yield made
    made.close()
