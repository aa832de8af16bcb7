"""The S3 probe: does this server store an object, give it back as it was, and delete it?

The server is reached by its URL, or, where it exists only inside the cluster, through a port-forward of its own.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from runners.layers.components.object_storage import OFFERS, S3, Offer
from runners.layers.findings import Finding, Severity
from runners.layers.jsons import mapping
from runners.layers.kinds.network import SERVICES, Port, Service
from runners.layers.probes import Answer, Outcome, Prospect
from runners.layers.settings import S3Settings
from runners.probes.base import Say, Scene
from runners.probes.s3_credentials import KEY, SECRET, Credentials, in_environment, in_secret
from runners.probes.s3_exchange import Place, exchange

if TYPE_CHECKING:
    from runners.cluster.connection import Connection

NAME = S3
_YAML = "bedplate.yaml"


@dataclass(frozen=True, slots=True)
class _Inside:
    """An endpoint inside the cluster."""

    namespace: str
    service: str
    port: int
    """The Service's, not the pod's."""
    tls: bool

    @property
    def arguments(self) -> tuple[str, ...]:
        scheme = "https" if self.tls else "http"
        return ("--service", f"{self.namespace}/{self.service}", "--port", str(self.port), "--scheme", scheme)


def prospect(scene: Scene) -> Prospect:
    """What the probe of a component would be called with, from bedplate.yaml and the Services that are seen."""
    s3 = scene.entry.s3 or S3Settings("")
    inside = _inside(s3.endpoint) if s3.endpoint else _derived(scene)
    findings = tuple(_against(s3, inside, scene.environ))
    if findings:
        return Prospect(findings=findings)
    where = inside.arguments if inside is not None else ("--endpoint", s3.endpoint)
    credentials = ("--credentials", s3.credentials) if s3.credentials else ()
    return Prospect((*where, "--bucket", s3.bucket, "--region", s3.region, *credentials))


def _against(s3: S3Settings, inside: _Inside | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    if not s3.bucket:
        remedy = "name a bucket in bedplate.yaml: s3: {bucket: NAME}"
        yield Finding(_YAML, Severity.BLOCKER, "names no bucket for the probe, and none is made unasked", remedy, False)
    if not (s3.credentials or (environ.get(KEY) and environ.get(SECRET))):
        remedy = f"name the Secret (s3: {{credentials: NAMESPACE/NAME}}), or set {KEY} and {SECRET}"
        yield Finding("credentials", Severity.BLOCKER, "are not known: neither a Secret nor variables", remedy, False)
    if not s3.endpoint and inside is None:
        text = "is not known: no Service that offers S3 is seen in its namespaces"
        yield Finding("endpoint", Severity.BLOCKER, text, "wait for it, or name it: s3: {endpoint: URL}", False)


def _inside(endpoint: str) -> _Inside | None:
    """The Service that a URL means by its name in the cluster's own DNS; None for any other."""
    parts = urlsplit(endpoint)
    names = (parts.hostname or "").removesuffix(".cluster.local").split(".")
    if len(names) != 3 or names[2] != "svc":
        return None
    tls = parts.scheme == "https"
    return _Inside(names[1], names[0], parts.port or (443 if tls else 80), tls)


def _derived(scene: Scene) -> _Inside | None:
    """The Service that the component offers S3 by."""
    offer = OFFERS.get(scene.entry.component, Offer())
    for service in offer.services(scene.rows.within(SERVICES, scene.entry.namespaces)):
        port = offer.port(service)
        if port is not None:
            return _Inside(service.namespace, service.name, port.number, _speaks_tls(service, port))
    return None


def _speaks_tls(service: Service, port: Port) -> bool:
    return port.number == 443 or "https" in port.name


def carry_out(arguments: Sequence[str], say: Say) -> Answer:
    """Makes the probe; it is told where by arguments, and gets credentials from a Secret or from the environment.

    Raises:
        runners.layers.unusable.UnusableError: the kubeconfig, or what it is told, can't be used.
    """
    asked = _parser().parse_args(arguments)
    environ = dict(os.environ)
    _forget_what_leads_astray()
    from runners.cluster.errors import ApiError

    try:
        with ExitStack() as until_the_end:
            return _carry_out(asked, environ, say, until_the_end)
    except ApiError as error:
        return Answer(Outcome.NOT_ASKED, str(error))


def _carry_out(asked: argparse.Namespace, environ: Mapping[str, str], say: Say, until_the_end: ExitStack) -> Answer:
    if asked.endpoint and not asked.credentials:
        say(f"bucket {asked.bucket} at {asked.endpoint}")
        return exchange(Place(asked.endpoint, asked.bucket, asked.region), in_environment(environ), say)
    from runners.cluster.connection import Connection
    from runners.cluster.endpoints import pod_behind
    from runners.cluster.kubeconfig import load
    from runners.cluster.port_forward import Forward, PodRefused

    access = load(environ)
    connection = Connection(access)
    until_the_end.callback(connection.close)
    credentials = _of_secret(connection, asked.credentials) if asked.credentials else in_environment(environ)
    if asked.endpoint:
        say(f"bucket {asked.bucket} at {asked.endpoint}")
        return exchange(Place(asked.endpoint, asked.bucket, asked.region), credentials, say)
    pod = pod_behind(connection, asked.service, asked.port)
    say(f"bucket {asked.bucket} at Service {asked.service}: forwarding to port {pod.port} of pod {pod.name}")
    forward = until_the_end.enter_context(Forward(access, pod.namespace, pod.name, pod.port))
    near = f"{asked.scheme}://127.0.0.1:{forward.port}"
    # A certificate that is right inside the cluster is made out to other names; the API server leads to the pod itself.
    answer = exchange(Place(near, asked.bucket, asked.region, trusts_any=True), credentials, say)
    if forward.trouble is not None and answer.outcome is not Outcome.WORKED:
        outcome = Outcome.FAILED if isinstance(forward.trouble, PodRefused) else Outcome.NOT_ASKED
        return Answer(outcome, str(forward.trouble), answer.remarks)
    return answer


def _of_secret(connection: Connection, secret: str) -> Credentials:
    namespace, _, name = secret.partition("/")
    found = connection.request("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")
    return in_secret(secret, mapping(found, "data"))


def _forget_what_leads_astray() -> None:
    """The person's own settings of AWS (another endpoint, a session's token) are for their own buckets."""
    for name in [name for name in os.environ if name.upper().startswith("AWS_")]:
        del os.environ[name]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--endpoint", default="")
    where.add_argument("--service", default="", help="namespace/name")
    parser.add_argument("--port", type=int, default=0, help="the Service's")
    parser.add_argument("--scheme", choices=("http", "https"), default="http")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--credentials", default="", help="namespace/name of a Secret; else the environment")
    return parser
