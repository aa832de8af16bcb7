"""Which files that Flux applies are encrypted, and by whom they are applied."""

from __future__ import annotations

import pytest

from runners.layers.discovery.reach import FluxRoot, flux_reached
from runners.layers.encrypted import ROOT, encrypted_files, is_encrypted

CIPHER = "ENC[AES256_GCM,data:aGk=,iv:aaaa,tag:bbbb,type:str]"
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata:
  name: tokens
  namespace: apps
stringData:
  token: {CIPHER}
sops:
  age:
    - recipient: age1xyz
  mac: {CIPHER}
"""
PLAIN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words, namespace: apps}\ndata: {sops: yes}\n"
APPS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  decryption: {provider: sops, secretRef: {name: sops-age}}
"""


@pytest.mark.parametrize(
    ("source", "encrypted"),
    [
        (SECRET, True),
        (f'{{"data": "{CIPHER}",\n"sops": {{}}}}', True),
        (PLAIN, False),
        ("creation_rules: [{age: age1xyz}]\n", False),
        (f"# sops writes {CIPHER}\nkind: Secret\n", False),
    ],
)
def test_what_sops_has_encrypted(source: str, encrypted: bool) -> None:
    assert is_encrypted(source) is encrypted


def test_each_file_stands_with_whoever_applies_it() -> None:
    files = {
        "clusters/home/apps.yaml": APPS,
        "clusters/home/token.yaml": SECRET.replace("tokens", "own"),
        "apps/tokens.yaml": SECRET,
        "apps/words.yaml": PLAIN,
        "keys/backup.sops.yaml": SECRET,
    }
    reached = flux_reached(files, FluxRoot("clusters/home"))
    assert encrypted_files(files, reached.objects) == {
        ROOT: ("clusters/home/token.yaml",),
        "flux-system/apps": ("apps/tokens.yaml",),
    }
