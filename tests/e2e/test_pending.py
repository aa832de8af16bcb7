"""Exit 0 proves nothing: a release that is left pending is said so, and closes the next apply."""

from __future__ import annotations

import sys

import pytest

from tests.e2e.person import Person, card
from tests.e2e.place import Place

pytestmark = pytest.mark.rig

BEGIN_ANOTHER = '''\
"""Leaves the release as an upgrade does that was killed in the middle: a newer revision that is pending."""
import base64, gzip, json, subprocess

name, namespace = "sh.helm.release.v1.web.v", "{namespace}"
get = ["kubectl", "get", "secret", "-n", namespace, name + "2", "-o", "json"]
secret = json.loads(subprocess.run(get, capture_output=True, check=True).stdout)
release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
release["version"] = 3
release["info"]["status"] = "pending-upgrade"
packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode()))).decode()
secret["metadata"] = {{
    "name": name + "3",
    "namespace": namespace,
    "labels": {{**secret["metadata"]["labels"], "version": "3", "status": "pending-upgrade"}},
}}
secret["data"] = {{"release": packed}}
subprocess.run(["kubectl", "create", "-f", "-"], input=json.dumps(secret).encode(), check=True)
'''


def test_a_release_left_pending_is_said_although_helmfile_ended_0(place: Place) -> None:
    place.sync()
    place.write("web/begin.py", BEGIN_ANOTHER.format(namespace=place.namespace))
    place.helmfile(hooks=[{"events": ["postsync"], "command": sys.executable, "args": ["begin.py"]}])
    place.values(colour="blue")
    place.commit("Paint it blue, and begin another upgrade")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        person.confirms("Apply web", "Apply")
        person.sees("apply web ─ succeeded", seconds=60)
        person.sees("✔ apply web: ended 0")
        person.sees(f"✖ release {place.namespace}/web: revision 3 is pending-upgrade")
        assert place.release() == (3, "pending-upgrade")
        (ended,) = place.journal("ended")
        assert ended["exit_code"] == 0
        assert f"release {place.namespace}/web: revision 3 is pending-upgrade" in str(ended["found"])
        text = terminal.wait("the card to tell", lambda text: "healthy" not in card(text, "web"))
        assert "pending-upgrade" in text

        for key, title in (("a", "Apply web"), ("f", "Repair web")):
            terminal.press(key)
            person.is_refused(title, f"release {place.namespace}/web: is pending-upgrade")
            person.cancels(title)
    assert place.release() == (3, "pending-upgrade")
    assert len(place.runs.records()) == 1
