"""The claim probe as a person would make it with kubectl, for the printed plan."""

from __future__ import annotations

import shlex

import yaml

from runners.layers.claim_probe import objects
from runners.layers.claim_probe.images import PULLED
from runners.layers.claim_probe.objects import NAMESPACE, Trial
from runners.layers.jsons import Json

_SAID = "{.status.containerStatuses[0].state.terminated.message}"


class _Plain(yaml.SafeDumper):
    """Writes labels that are alike where they stand."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


def by_hand(context: str, nonce: str = "12345678") -> str:
    """The commands: what the last ``get`` prints has to be the nonce."""
    trial = Trial(nonce, "", PULLED)
    kubectl = shlex.join(("kubectl", "--context", context))
    here = f"{kubectl} --namespace {NAMESPACE}"
    wait = "wait --for=jsonpath={.status.phase}=Succeeded --timeout=180s"
    return "\n".join(
        (
            _applied(kubectl, objects.namespace(), objects.claim(trial), objects.writer(trial)),
            f"{here} {wait} pod/{trial.writer}",
            f"{here} delete pod/{trial.writer}",
            _applied(kubectl, objects.reader(trial)),
            f"{here} {wait} pod/{trial.reader}",
            f"{here} get pod/{trial.reader} -o jsonpath='{_SAID}'   # {nonce}",
            f"{kubectl} delete namespace {NAMESPACE}",
        )
    )


def _applied(kubectl: str, *made: Json) -> str:
    documents = yaml.dump_all(made, Dumper=_Plain, sort_keys=False, default_flow_style=None, width=110)
    return f"{kubectl} apply -f - <<'END'\n{documents}END"
