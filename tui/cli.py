"""The command line: which arguments there are, and where each call goes.

Nothing heavy is imported before it is known to be needed: the first frame must not wait for it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from runners.session import Session

SCENARIOS = ("empty", "healthy", "upgrade", "disaster", "wiped", "operator")
"""What ``bedplate demo`` can begin with; the first is the one that is meant without a word."""
REHEARSED = ("recover",)
"""What ``bedplate rehearse`` walks."""
USAGE = 2
"""Exit code for usage and configuration."""


def run(args: Sequence[str]) -> int:
    """Runs one call of ``bedplate`` and returns its exit code."""
    options = _parser().parse_args(args)
    from runners.layers.unusable import UnusableError

    try:
        return int(options.call(options))
    except UnusableError as error:
        from runners.layers.outside_text import harmless

        for line in harmless(str(error)).splitlines():
            print(f"bedplate: {line}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        # Whoever read what is printed has read enough; nothing is left to be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with what argparse found."""
        self.exit(USAGE, f"{self.prog}: {message}; {self.prog} --help says more\n")


class _Version(argparse.Action):
    """Prints the version that is installed, and ends; nobody else waits for it to be looked up."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> NoReturn:
        """Ends the program with its version."""
        from importlib.metadata import version

        print(f"bedplate {version('bedplate')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bedplate",
        description="Run a Kubernetes cluster in two layers: a storage foundation by helmfile, GitOps by Flux.",
    )
    parser.set_defaults(call=_open)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version, and end")
    _cluster_arguments(parser)
    calls = parser.add_subparsers(title="calls", metavar="CALL")
    check = calls.add_parser(
        "check",
        help="print the verdicts; exit 0 healthy, 1 not healthy, 2 usage, 3 can't tell",
        description="Print the verdicts without a screen. Exit code: 0 healthy, 1 not healthy, 2 usage, 3 can't tell.",
    )
    # Defaults are suppressed so that an option before the call is not unsaid by the call's own default.
    _cluster_arguments(check, default=argparse.SUPPRESS)
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.add_argument("--schema", action="store_true", help="print the JSON Schema of what --json prints, and end")
    check.add_argument("--wait", metavar="TIME", type=duration, default=0.0, help="wait until healthy, at most so long")
    check.set_defaults(call=_check)
    _init_arguments(calls.add_parser("init", help="propose a bedplate.yaml for a repository, and write it after a yes"))
    survival = calls.add_parser(
        "survival",
        help="print or write the survival sheet: what recovery will need to know",
        description="Print what would come back if the cluster died now, and what recovery needs; no secret is in it.",
    )
    _cluster_arguments(survival, default=argparse.SUPPRESS)
    survival.add_argument("--write", metavar="FILE", type=Path, help="write it there instead, for your eyes only")
    survival.set_defaults(call=_survival)
    _demo_arguments(calls.add_parser("demo", help="the same program on a cluster that is played"))
    _rehearse_arguments(calls.add_parser("rehearse", help="walk your own recovery on a cluster that is played"))
    _plan_arguments(calls.add_parser("plan", help="print a walkthrough as a runbook, with the exact commands"))
    _runs_arguments(calls.add_parser("runs", help="list the runs of this machine; show, follow or interrupt one"))
    _report_arguments(calls.add_parser("report", help="print what happened, as Markdown"))
    return parser


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Look at a repository, say what was found and why, ask what it leaves open, and write bedplate.yaml after "
        "a yes. No tool is run and no cluster asked. Without a terminal the proposal is only printed."
    )
    _repository_argument(parser, argparse.SUPPRESS)
    parser.add_argument("--print", dest="print_only", action="store_true", help="only print the proposal; ask nothing")
    parser.add_argument(
        "--read-only", action="store_true", default=argparse.SUPPRESS, help="change nothing: only print"
    )
    parser.set_defaults(call=_init)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Show the program on an embedded cluster, with stand-ins for helmfile, helm and flux. No cluster, tool or file "
        "of yours is touched, and nothing is left behind."
    )
    parser.add_argument(
        "scenario", nargs="?", choices=SCENARIOS, default=SCENARIOS[0], help=f"{', '.join(SCENARIOS)} (the first)"
    )
    parser.add_argument("--read-only", action="store_true", default=argparse.SUPPRESS, help="change nothing")
    parser.set_defaults(call=_demo)


def _rehearse_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say what your recovery would have to do without, and walk it: your repository and your survival sheet on "
        "an embedded cluster, with stand-ins for the tools. Nothing of yours is touched; that it was rehearsed goes "
        "to your journal. Without a terminal only what would be missing is printed. Exit code: 0 nothing is missing, "
        "1 something is, 2 usage."
    )
    parser.add_argument("walkthrough", metavar="WALKTHROUGH", choices=REHEARSED, help=", ".join(REHEARSED))
    _repository_argument(parser, argparse.SUPPRESS)
    parser.add_argument("--sheet", metavar="FILE", type=Path, help="the survival sheet, instead of bedplate.yaml's")
    parser.set_defaults(call=_rehearse)


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Print a walkthrough as a runbook in Markdown, with the exact commands for this repository and this context. "
        "No cluster is asked."
    )
    _cluster_arguments(parser, default=argparse.SUPPRESS)
    parser.add_argument("walkthrough", metavar="WALKTHROUGH", help="its name; a wrong one lists them all")
    parser.add_argument("component", metavar="COMPONENT", nargs="?", default="", help="what is upgraded")
    parser.set_defaults(call=_plan)


def _runs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "List the runs of this machine, newest first, whatever the repository. No cluster is asked."
    _repository_argument(parser, argparse.SUPPRESS)
    parser.set_defaults(call=_runs, what="list")
    calls = parser.add_subparsers(title="calls", metavar="CALL")
    for name, text in (
        ("show", "print what is known of a run, and its log"),
        ("follow", "print a run's log until it ends; exit with the tool's exit code"),
        ("interrupt", "send a run's tool one SIGINT, after a yes"),
    ):
        call = calls.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        call.add_argument("id", metavar="ID", help="a run's id or short id, or an unambiguous beginning of one")
        call.set_defaults(what=name)
        if name == "interrupt":
            call.add_argument("--yes", action="store_true", help="ask nothing")
            call.add_argument(
                "--read-only", action="store_true", default=argparse.SUPPRESS, help="change nothing: refuse"
            )


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Print what happened, from this machine's journal and runs, as Markdown, whatever the repository. "
        "No cluster is asked."
    )
    _repository_argument(parser, argparse.SUPPRESS)
    parser.add_argument(
        "--since", metavar="TIME", type=duration, default=7 * 86_400.0, help="how far back: 90m, 12h, 30d (7d)"
    )
    parser.set_defaults(call=_report)


def _cluster_arguments(parser: argparse.ArgumentParser, default: object = None) -> None:
    parser.add_argument("--context", metavar="NAME", default=default, help="the kubeconfig's context to use")
    parser.add_argument("--kubeconfig", metavar="FILE", type=Path, default=default, help="instead of $KUBECONFIG")
    _repository_argument(parser, Path.cwd() if default is None else default)
    parser.add_argument("--read-only", action="store_true", default=default or False, help="change nothing")


def _repository_argument(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument("-C", dest="repository", metavar="DIR", type=_folder, default=default, help="the repository")


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path.resolve()


def duration(text: str) -> float:
    """Seconds of ``90``, ``90s``, ``10m``, ``1h`` or ``7d``."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    if not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a time like 90s or 10m")
    return float(number) * units[unit]


def _open(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        options.json, options.schema, options.wait = False, False, 0.0
        print("bedplate: no terminal here, so this is what `bedplate check` says\n", file=sys.stderr)
        return _check(options)
    from tui.start import open_screen

    return open_screen(partial(_session, options))


def _init(options: argparse.Namespace) -> int:
    from tui.init import init

    on_a_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return init(options.repository, print_only=options.print_only or options.read_only or not on_a_terminal)


def _demo(options: argparse.Namespace) -> int:
    on_a_screen = sys.stdin.isatty() and sys.stdout.isatty()
    if not on_a_screen:
        print("bedplate: no terminal here, so this is what `bedplate check` says of the demo\n", file=sys.stderr)
    print(f"bedplate: setting up a cluster for the demo “{options.scenario}” …", file=sys.stderr, flush=True)
    from tui.demo import show_demo

    return show_demo(options.scenario, read_only=options.read_only, on_a_screen=on_a_screen)


def _rehearse(options: argparse.Namespace) -> int:
    from runners.layers.outside_text import harmless

    # Before anything else is imported: reading and rendering take seconds, and a blank terminal looks like a hang.
    where = harmless(str(options.repository))
    said = f"bedplate: reading {where} and trying its charts with helm; nothing is changed …"
    print(said, file=sys.stderr, flush=True)
    from tui.rehearse import rehearse

    on_a_screen = sys.stdin.isatty() and sys.stdout.isatty()
    return rehearse(options.walkthrough, options.repository, options.sheet, os.environ, on_a_screen=on_a_screen)


def _check(options: argparse.Namespace) -> int:
    if options.schema:
        from tui.check_data import schema_text

        print(schema_text(), end="", flush=True)
        return 0
    from tui.check import check

    return check(_session(options), as_json=options.json, wait=options.wait)


def _plan(options: argparse.Namespace) -> int:
    from tui.runbooks import print_runbook

    return print_runbook(
        options.walkthrough,
        options.component,
        os.environ,
        options.repository,
        options.kubeconfig,
        options.context or "",
    )


def _report(options: argparse.Namespace) -> int:
    from tui.report import print_report

    return print_report(os.environ, options.since)


def _survival(options: argparse.Namespace) -> int:
    from tui.survival import survival

    return survival(_session(options), options.write)


def _session(options: argparse.Namespace) -> Session:
    from tui.sessions import make_session

    return make_session(
        os.environ, options.repository, options.kubeconfig, options.context, read_only=options.read_only
    )


def _runs(options: argparse.Namespace) -> int:
    from tui.runs import follow, interrupt, show, show_list

    if options.what == "list":
        return show_list(os.environ)
    if options.what == "show":
        return show(os.environ, options.id)
    if options.what == "follow":
        return follow(os.environ, options.id)
    return interrupt(os.environ, options.id, yes=options.yes, read_only=options.read_only)
