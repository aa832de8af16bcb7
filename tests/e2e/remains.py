"""What outlives a cluster: Git, what lies on the backup target, etcd's data, the keys, and the survival sheet."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from runners.demo.homelab import ACCESS_KEY, BUCKET
from runners.demo.s3 import S3Server
from tests.e2e.desk import Desk
from tests.e2e.person import ROOT
from tests.rig.cluster import Rig
from tests.rig.flux import COMPONENTS, bootstrap
from tests.rig.git_server import GitServer, git
from tests.rig.played import PlayedCluster
from tests.rig.repository import CLUSTER, commit_all, write_repository
from tests.rig.waiting import until

SHEET = "home.survival.yaml"
PACE = 0.2
BEDPLATE_YAML = """\
version: 1
context: rig
foundation:
  - {{component: longhorn, helmfile: longhorn/helmfile.yaml, namespaces: [longhorn-system]}}
  - component: minio
    helmfile: minio/helmfile.yaml
    namespaces: [minio-operator, minio-tenant]
    after: [longhorn]
    s3: {{bucket: {bucket}, endpoint: "{s3}", credentials: minio-tenant/minio-tenant-env-configuration}}
keys:
  - {{secret: longhorn-system/backup-credentials, from: {{file: keys/backup.yaml}}, before: longhorn}}
  - {{secret: flux-system/sops-age, from: {{command: cat keys/age.yaml}}, before: flux}}
gitops:
  bootstrap: git
  url: {url}
  username: {user}
  path: {path}
  branch: main
  token_auth: true
  allow_insecure_http: true
  controllers: [{controllers}]
  components: [metallb, cert-manager, haproxy-ingress, monitoring]
survival: {{write: ~/{sheet}}}
"""
_KEY = """\
apiVersion: v1
kind: Namespace
metadata: {{name: {namespace}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
stringData: {{key: not-a-real-one}}
"""
_JOBS = """\
apiVersion: longhorn.io/v1beta2
kind: RecurringJob
metadata: {name: nightly, namespace: longhorn-system}
spec: {name: nightly, task: backup, cron: "0 2 * * *", groups: [default], retain: 7, concurrency: 1}
"""
_HOOK = """\
    hooks:
      - events: [postsync]
        showlogs: true
        command: sh
        args: [-c, "for try in $(seq 60); do kubectl apply -f jobs.yaml && exit; sleep 1; done; exit 1"]
"""
"""Until the server knows the kind; kubectl's own wait fails at once on a CRD that has no status yet."""


class SurvivorsDesk(Desk):
    """A desk with a repository of its own, and a shell."""

    def __init__(self, home: Path, environ: Mapping[str, str], user: str) -> None:
        """Takes the home, in which the repository is, what the shell has besides, and the user's name."""
        super().__init__(home, home / "repository", environ, user=user)
        self.home = home
        own = home / "bin"
        own.mkdir()
        (own / "bedplate").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "bedplate.py"}" "$@"\n')
        (own / "bedplate").chmod(0o755)
        self._shell = {**self.environ, "PATH": f"{own}:{self.environ['PATH']}"}

    def types(self, line: str) -> str:
        """What a person types into a shell in their repository; returns what it says.

        Raises:
            AssertionError: it failed; the text has what it said.
        """
        done = subprocess.run(["sh", "-c", line], cwd=self.repository, env=self._shell, capture_output=True, text=True)
        assert done.returncode == 0, f"{line} ended {done.returncode}: {done.stderr}{done.stdout}"
        return done.stdout


class Remains:
    """A context manager; on entering, a cluster lives, is backed up, and dies."""

    def __init__(self) -> None:
        """Nothing is there yet."""
        self.folder = Path(tempfile.mkdtemp(prefix="bedplate-remains-"))
        self.vault, self.etcd = self.folder / "backups.json", self.folder / "etcd"
        self._stack = ExitStack()
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """A healthy cluster with claims, backups and a survival sheet; then it is gone."""
        with self._stack:
            self.server = self._stack.enter_context(GitServer(self.folder / "git"))
            self._s3 = self._stack.enter_context(S3Server(ACCESS_KEY, [BUCKET]))
            self._write_repository()
            with PlayedCluster(storage_delay=0, pace=0, vault=self.vault, etcd=self.etcd) as cluster:
                self._live(cluster.rig)
            self._kept = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the servers, and removes what remained."""
        self._kept.close()

    def desk(self, home: Path, rig: Rig, *, user: str = "") -> SurvivorsDesk:
        """Somebody's desk: a clone, the keys, and the sheet where there is one, with the kubeconfig of a cluster."""
        home.mkdir()
        git("clone", "--quiet", str(self.server.bare), str(home / "repository"), cwd=home)
        front_door = self.server.url.replace("//", f"//{self.server.user}:{self.server.password}@")
        git("remote", "set-url", "origin", front_door, cwd=home / "repository")
        shutil.copytree(self.folder / "repository" / "keys", home / "repository" / "keys")
        if (self.folder / SHEET).exists():
            shutil.copy(self.folder / SHEET, home / SHEET)
        return SurvivorsDesk(home, {**rig.environ, "GIT_PASSWORD": self.server.password}, user)

    @property
    def claims(self) -> dict[str, str]:
        """Of each claim, by ``namespace/name``, the volume that it was bound to."""
        return {f"{each['namespace']}/{each['name']}": each["volume"] for each in self._sheet["claims"]}

    @property
    def backups(self) -> dict[str, str]:
        """Of each volume the URL of its backup."""
        return {each["longhorn_volume"]: each["backup"] for each in self._sheet["claims"]}

    @property
    def _sheet(self) -> Any:
        return yaml.safe_load((self.folder / SHEET).read_text())

    def _write_repository(self) -> None:
        config = BEDPLATE_YAML.format(
            url=self.server.url,
            user=self.server.user,
            path=CLUSTER,
            controllers=COMPONENTS.replace(",", ", "),
            s3=self._s3.url,
            bucket=BUCKET,
            sheet=SHEET,
        )
        repository = self.folder / "repository"
        extra = {"bedplate.yaml": config, "longhorn/jobs.yaml": _JOBS, ".gitignore": "keys/\n"}
        write_repository(repository, extra=extra)
        with (repository / "longhorn" / "helmfile.yaml").open("a") as helmfile:
            helmfile.write(_HOOK)
        commit_all(repository, "Have backups made each night")
        self.server.push(repository)
        for file, namespace, name in (
            ("backup.yaml", "longhorn-system", "backup-credentials"),
            ("age.yaml", "flux-system", "sops-age"),
        ):
            (repository / "keys").mkdir(exist_ok=True)
            (repository / "keys" / file).write_text(_KEY.format(namespace=namespace, name=name))

    def _live(self, rig: Rig) -> None:
        desk = self.desk(self.folder / "first", rig)
        get = partial(objects, rig)
        desk.types("kubectl --context rig apply -f keys/backup.yaml -f keys/age.yaml")
        desk.types("helmfile --kube-context rig -f longhorn/helmfile.yaml sync")
        until("storage", lambda: get("storageclasses"))
        desk.types("helmfile --kube-context rig -f minio/helmfile.yaml sync")
        until(
            "minio", lambda: [each.get("status", {}).get("currentState") for each in get("tenants")] == ["Initialized"]
        )
        done = bootstrap(rig, self.server)
        assert done.returncode == 0, done.stderr
        until("claims", lambda: [each.get("status", {}).get("phase") for each in get("pvc")] == ["Bound"] * 5)
        until("backups", lambda: len(get("backups.longhorn.io")) == len(get("lhv")) == 5)
        until("services", lambda: len(ready(get("kustomizations"))) == 5)
        desk.types(f"bedplate survival --write ~/{SHEET}")
        shutil.copy(desk.home / SHEET, self.folder / SHEET)


def objects(rig: Rig, what: str) -> Any:
    """Every object of a kind, in all namespaces."""
    return json.loads(rig.kubectl("get", what, "-A", "-o", "json"))["items"]


def ready(found: Any) -> set[str]:
    """The names of those that say that they are ready."""
    return {
        each["metadata"]["name"]
        for each in found
        for condition in each.get("status", {}).get("conditions", [])
        if (condition["type"], condition["status"]) == ("Ready", "True")
    }
