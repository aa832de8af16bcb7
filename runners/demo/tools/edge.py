"""A stand-in's edge: what it says and how it ends when something is not as it should be."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence

from runners.cluster.errors import ApiError
from runners.demo.tools.flags import Unknown

Main = Callable[[Sequence[str]], int]


class NoContext(Exception):  # noqa: N818  it says what is the case
    """The kubeconfig can't be used, or has no such context; the text is what client-go says."""


class NoRepository(Exception):  # noqa: N818
    """There is no repository at an address, or it has no such commit; the text says which."""


class Failed(Exception):  # noqa: N818
    """The tool ends badly; the text is everything that it says on standard error."""

    def __init__(self, said: str, code: int = 1) -> None:
        super().__init__(said)
        self.code = code


def say(*lines: str) -> None:
    """Prints lines on standard error, at once."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def out(*lines: str) -> None:
    """Prints lines on standard output, at once: both may go into one file."""
    for line in lines:
        print(line, flush=True)


def run(tool: str, main: Main, argv: Sequence[str]) -> int:
    """Runs a stand-in's main and returns its exit code; whatever it can't do is said in its own words."""
    sign = "✗ " if tool == "flux" else "Error: "
    try:
        return main(argv)
    except Failed as error:
        say(str(error))
        return error.code
    except Unknown as error:
        say(f"{tool}: this is the demo's stand-in for {tool}, and it does not know {error}")
    except NoContext as error:
        head = "kubernetes client initialization failed" if tool == "flux" else "Kubernetes cluster unreachable"
        say(f"{sign}{head}: {error}")
    except (ApiError, NoRepository) as error:
        say(f"{sign}{error}")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Nobody reads on; Python would complain about it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
