"""The claim probe: does the foundation's storage bind a claim, and give back what was written to it?"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence

from runners.layers.claim_probe import CLAIM
from runners.layers.claim_probe.objects import Trial
from runners.layers.claim_probe.prospect import claim_prospect
from runners.layers.probes import Answer, Outcome, Prospect
from runners.layers.settings import ClaimSettings
from runners.probes.base import Say, Scene

NAME = CLAIM


def prospect(scene: Scene) -> Prospect:
    """What the probe would be called with, from bedplate.yaml and the StorageClasses that are seen."""
    return claim_prospect(scene.rows, scene.entry.claim or ClaimSettings())


def carry_out(arguments: Sequence[str], say: Say) -> Answer:
    """Makes the probe on the cluster of the run's private kubeconfig.

    Raises:
        runners.layers.unusable.UnusableError: the kubeconfig can't be used.
    """
    asked = _parser().parse_args(arguments)
    from runners.cluster.errors import ApiError
    from runners.probes.claim_exchange import exchange
    from runners.probes.hands import hands

    trial = Trial(secrets.token_hex(16), asked.storage_class, asked.image)
    try:
        with hands(say) as cluster:
            return exchange(cluster, trial)
    except ApiError as error:
        return Answer(Outcome.NOT_ASKED, str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=NAME)
    parser.add_argument("--class", dest="storage_class", required=True, help="the StorageClass")
    parser.add_argument("--image", default="", help="else one that lies on the nodes")
    return parser
