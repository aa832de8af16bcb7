"""A session whose requests are answered by a scripted server on loopback; its watches are not started."""

from __future__ import annotations

from runners.cluster.connection import Connection
from tests.cluster.fake_api import FakeApi
from tests.cluster.support import access
from tests.tui.still_session import StillSession


def serve(session: StillSession, api: FakeApi) -> None:
    """Lets a session's requests go to a server."""
    session.connection.close()
    session.connection = Connection(access(api.url), limits=(10.0, 10.0))
