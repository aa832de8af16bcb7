"""bedplate.yaml and discovery: what is understood, and the one line for what isn't."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.config import ConfigError, parse
from runners.layers.config_nodes import Mistake
from runners.layers.settings import ClaimSettings, FoundationEntry, S3Settings, Settings

ENTRIES = (
    FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),
    FoundationEntry("minio", "minio/helmfile.yaml", ("minio-operator", "minio-tenant"), after=("longhorn",)),
)
FOUND = Settings(origin="found 2 helmfiles, clusters/home", foundation=ENTRIES)

WHOLE = """\
version: 1
context: home
foundation:
  - component: longhorn
    helmfile: longhorn/helmfile.yaml
    environment: default
    namespaces: [longhorn-system]
  - component: minio
    helmfile: minio/helmfile.yaml
    namespaces: [minio-operator, minio-tenant]
    after: [longhorn]
keys:
  - {secret: longhorn-system/backup-credentials, from: {file: keys/backup.sops.yaml}, before: longhorn}
  - {secret: flux-system/sops-age, from: {command: "age-plugin x"}, before: flux}
gitops:
  bootstrap: github
  owner: someone
  repository: homelab
  path: clusters/home
  personal: true
  components: [metallb, cert-manager]
survival:
  write: ~/Documents/home.survival.yaml
"""


def test_the_whole_file() -> None:
    settings = parse(WHOLE, found=lambda: FOUND)
    assert [entry.component for entry in settings.foundation] == ["longhorn", "minio"]
    assert settings.foundation[1].after == ("longhorn",)
    assert settings.context == "home"
    assert settings.bootstrap is not None
    assert (settings.bootstrap.provider, settings.bootstrap.personal) == ("github", True)
    assert settings.gitops_components == ("metallb", "cert-manager")
    assert settings.keys[0].file == "keys/backup.sops.yaml"
    assert settings.origin == "bedplate.yaml"


def test_a_file_without_a_foundation_keeps_what_was_found() -> None:
    settings = parse(
        "version: 1\ngitops: {bootstrap: git, url: http://git/x, path: clusters/rig}\n", found=lambda: FOUND
    )
    assert [entry.component for entry in settings.foundation] == ["longhorn", "minio"]
    assert settings.bootstrap is not None
    assert settings.bootstrap.url == "http://git/x"
    assert "found 2 helmfiles, clusters/home" in settings.origin


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("", "bedplate.yaml:1: is empty; it needs at least version: 1"),
        ("version: 2\n", "bedplate.yaml:1: version must be 1, and is 2"),
        ("version: one\n", "bedplate.yaml:1: version must be a whole number"),
        ("context: home\n", "bedplate.yaml:1: version is missing"),
        ("version: 1\nfundation: []\n", "bedplate.yaml:2: unknown key fundation, did you mean foundation?"),
        ("version: 1\ncontext: [a]\n", "bedplate.yaml:2: context must be text"),
        ("version: 1\ncontext: a\ncontext: b\n", "bedplate.yaml:3: context stands here twice"),
        ("version: 1\nfoundation: {}\n", "bedplate.yaml:2: foundation must be a list"),
        (
            "version: 1\nfoundation:\n  - component: longhorn\n",
            "bedplate.yaml:3: foundation[0].helmfile is missing",
        ),
        (
            "version: 1\nfoundation:\n  - component: longhron\n    helmfile: x\n",
            "bedplate.yaml:3: foundation[0]: longhron is not a known component, did you mean longhorn?; "
            "any other name needs kind: workload",
        ),
        (
            "version: 1\nfoundation:\n  - {component: longhorn, helmfile: x}\n  - {component: longhorn, helmfile: y}\n",
            "bedplate.yaml:4: foundation[1]: longhorn stands here twice",
        ),
        (
            "version: 1\nfoundation:\n  - {component: longhorn, helmfile: x, after: [minio]}\n",
            "bedplate.yaml:3: foundation[0]: longhorn is after minio, which does not come before it",
        ),
        (
            "version: 1\ngitops:\n  bootstrap: githb\n",
            "bedplate.yaml:3: gitops.bootstrap can't be githb, did you mean github?",
        ),
        ("version: 1\ngitops:\n  personal: 3\n", "bedplate.yaml:3: gitops.personal must be true or false"),
        (
            "version: 1\nkeys:\n  - {secret: nowhere, from: {file: x}, before: flux}\n",
            "bedplate.yaml:3: keys[0].secret must be namespace/name, and is nowhere",
        ),
        (
            "version: 1\nkeys:\n  - {secret: a/b, from: {}, before: flux}\n",
            "bedplate.yaml:3: keys[0].from needs either a file or a command",
        ),
        (
            "version: 1\nfoundation:\n  - {component: longhorn, helmfile: x}\n"
            "keys:\n  - secret: a/b\n    from: {file: x}\n    before: longhron\n",
            "bedplate.yaml:7: keys[0].before can't be longhron, did you mean longhorn?",
        ),
        (
            "version: 1\nkeys:\n  - {secret: a/b, from: {file: x}, before: minio}\n",
            "bedplate.yaml:3: keys[0].before can't be minio (one of flux)",
        ),
        ("- a\n", "bedplate.yaml:1: the file must be a group of keys"),
        ("version: [\n", "bedplate.yaml:2: not valid YAML: expected the node content, but found '<stream end>'"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_line(source: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(source, found=lambda: Settings(origin="none"))
    assert str(caught.value).splitlines()[0] == line


def test_a_key_may_come_before_what_was_found() -> None:
    settings = parse("version: 1\nkeys:\n  - {secret: a/b, from: {file: x}, before: minio}\n", found=lambda: FOUND)
    assert settings.keys[0].before == "minio"


def test_every_mistake_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("version: 1\nkontext: a\ngitopps: {}\n", found=lambda: FOUND)
    assert [mistake.line for mistake in caught.value.mistakes] == [2, 3]


def mistakes(source: str) -> tuple[Mistake, ...]:
    """What is wrong with a file; nothing when it can be used."""
    try:
        settings = parse(source, found=lambda: FOUND)
    except ConfigError as error:
        return error.mistakes
    return () if settings.foundation else (Mistake(0, "lost the foundation that was found"),)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "foundation", "component", "helmfile", "gitops", "keys", "from", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_no_document_raises_anything_but_a_config_error(value: object) -> None:
    assert all(mistake.line >= 1 for mistake in mistakes(yaml.safe_dump(value)))


@given(st.text())
def test_no_text_raises_anything_but_a_config_error(source: str) -> None:
    assert all(mistake.line >= 1 for mistake in mistakes(source))


S3 = """\
version: 1
foundation:
  - component: {component}
    helmfile: store/helmfile.yaml
    {kind}
    s3: {s3}
"""


def s3_of(s3: str, component: str = "minio", kind: str = "") -> S3Settings | None:
    return parse(S3.format(component=component, kind=kind, s3=s3), found=lambda: FOUND).foundation[0].s3


def test_where_s3_is_probed() -> None:
    assert s3_of("{bucket: b1}") == S3Settings("b1")
    whole = "{bucket: b1, endpoint: 'https://s3.example.com:9000', credentials: store/keys, region: garage}"
    assert s3_of(whole) == S3Settings("b1", "https://s3.example.com:9000", "store/keys", "garage")
    assert s3_of("{bucket: b1}", "silo", "kind: workload") == S3Settings("b1")
    assert s3_of("{bucket: b1, endpoint: 'http://[::1]:9000/'}") == S3Settings("b1", "http://[::1]:9000/")


@pytest.mark.parametrize(
    ("s3", "says"),
    [
        ("{}", "foundation[0].s3.bucket is missing"),
        ("{bucket: ''}", "s3.bucket can't be a bucket's name: it is empty"),
        ("{bucket: a/b}", "s3.bucket can't be a bucket's name: a/b"),
        ("{bucket: b1, endpoint: s3.example.com}", "s3.endpoint must be http://HOST or https://HOST"),
        ("{bucket: b1, endpoint: ''}", "with a port where it needs one, and is empty"),
        ("{bucket: b1, endpoint: 'http://host/a-path'}", "s3.endpoint must be http://HOST"),
        ("{bucket: b1, endpoint: 'http://me:pass@host'}", "s3.endpoint must hold no credentials"),
        ("{bucket: b1, credentials: keys}", "s3.credentials must be namespace/name of a Secret, and is keys"),
        ("{bucket: b1, credentials: a/b/c}", "and is a/b/c"),
        ("{bucket: b1, secret: x}", "unknown key foundation[0].s3.secret"),
        ("{bucket: 7.5, region: [a]}", "s3.region must be text"),
    ],
)
def test_a_mistake_in_where_s3_is_probed(s3: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        s3_of(s3)
    assert says in str(caught.value)
    assert str(caught.value).startswith("bedplate.yaml:6:")
    assert "pass" not in str(caught.value)


CLAIM = S3.replace("s3: {s3}", "claim: {s3}")


def claim_of(claim: str, component: str = "longhorn", kind: str = "") -> ClaimSettings | None:
    return parse(CLAIM.format(component=component, kind=kind, s3=claim), found=lambda: FOUND).foundation[0].claim


def test_how_claims_are_probed() -> None:
    assert claim_of("{}") == ClaimSettings()
    assert claim_of("{class: fast, image: 'registry.home:5000/busybox@sha256:ab'}") == ClaimSettings(
        "fast", "registry.home:5000/busybox@sha256:ab"
    )
    assert claim_of("{class: ceph-block}", "rook", "kind: workload") == ClaimSettings("ceph-block")


@pytest.mark.parametrize(
    ("claim", "component", "says"),
    [
        ("{class: Fast}", "longhorn", "claim.class can't be a StorageClass's name: Fast"),
        ("{image: ''}", "longhorn", "claim.image can't be an image: it is empty"),
        ("{image: '--privileged x'}", "longhorn", "claim.image can't be an image"),
        ("{size: 1Gi}", "longhorn", "unknown key foundation[0].claim.size"),
        ("{}", "minio", "claim is for what serves claims, and minio does not"),
        ("{}", "rook", "claim must name the class that rook serves"),
    ],
)
def test_a_mistake_in_how_claims_are_probed(claim: str, component: str, says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        claim_of(claim, component, "kind: workload" if component == "rook" else "")


def test_s3_is_for_what_serves_it() -> None:
    with pytest.raises(ConfigError, match="s3 is for what serves S3, and longhorn does not"):
        s3_of("{bucket: b1}", "longhorn")
