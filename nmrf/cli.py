"""The commands of the service. Each is one function in the table `COMMANDS`."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nmrf import schema
from nmrf.core.clock import SimulatedClock, SystemClock
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, NotFound, ProblemError
from nmrf.core.roles import SYSTEM
from nmrf.settings import Settings, SettingsError, load_settings

Run = Callable[[Settings, argparse.Namespace], int]
OK, DRIFT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Command:
    """`name` is one word, or a group and a word. `arguments` go to argparse as they stand."""

    name: str
    help: str
    run: Run
    arguments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needs_database: bool = True


def _tools() -> Any:
    """Database, house and clock, as the web application has them."""
    from nmrf.app import create_app
    from nmrf.jobs.registry import Tools

    kept = create_app().extensions["nmrf"]
    return Tools(kept.database, kept.house, kept.clock)


# --- Setting up and serving ---------------------------------------------------------------------


def init(settings: Settings, args: argparse.Namespace) -> int:
    """Create or migrate the database, and open the first account."""
    if bool(args.admin) != bool(args.name):
        raise Invalid("give --admin and --name together")
    before, after = schema.upgrade(settings.database_url)
    if before == after:
        print(f"The database is at migration {after} already.")
    elif before:
        print(f"The database was brought from migration {before} to {after}.")
    else:
        print(f"The database was created, at migration {after}.")
    if args.admin:
        _open_first_account(args.admin, args.name)
    elif not before:
        print("Nobody has an account yet. Open the first one, an administrator's, with:")
        print('  nmrf init --admin you@example.org --name "Your Name"')
    return OK


def _open_first_account(email: str, name: str) -> None:
    from nmrf.accounts.service import bootstrap_administrator

    tools = _tools()
    with tools.database.writing() as session:
        ctx = Ctx(SYSTEM, tools.clock.now(), session, tools.house)
        person, link = bootstrap_administrator(ctx, name, email)
        days = tools.house.settings.invitation_days
        print(f"{person.name} is an administrator. Set a password within {days} days at:\n{link}")


def serve(settings: Settings, args: argparse.Namespace) -> int:
    """Run the web server until it is told to stop."""
    from nmrf.app import create_app
    from nmrf.serving import Server

    host, port = args.host or settings.host, settings.port if args.port is None else args.port
    shown = f"[{host}]" if ":" in host else host
    print(f"{settings.site_name}: http://{shown}:{port} (Ctrl-C ends it)", flush=True)
    Server(
        create_app,
        f"{shown}:{port}",
        workers=args.workers,
        threads=args.threads,
        with_jobs=args.with_jobs,
    ).run()
    return OK


# --- Jobs ---------------------------------------------------------------------------------------


def jobs_run(_settings: Settings, args: argparse.Namespace) -> int:
    """Run the scheduler until it is told to stop."""
    from nmrf.jobs.scheduler import Scheduler

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid() if args.until_parent_ends else None
    Scheduler(_tools()).serve(stop, parent)
    return OK


def jobs_once(_settings: Settings, args: argparse.Namespace) -> int:
    """Run one job now."""
    from nmrf.jobs.registry import JOBS
    from nmrf.jobs.runner import run_job

    if args.job not in JOBS:
        raise Invalid(f"there is no job “{args.job}”; “nmrf jobs list” names them")
    clock = SimulatedClock(_moment(args.now)) if args.now else None
    run = run_job(_tools(), JOBS[args.job], work_clock=clock)
    if not run.ok:
        print(f"nmrf: {args.job} failed: {run.error}", file=sys.stderr)
        return DRIFT
    done = ", ".join(f"{name} {n}" for name, n in run.done.items())
    print(f"{args.job}: {done or 'nothing to do'}")
    return OK


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            f"“{text}” is not a time; write it as in 2027-01-31T08:00+01:00", place="--now"
        ) from None
    if moment.tzinfo is None:
        raise Invalid(
            f"“{text}” has no time zone; write it as in 2027-01-31T08:00+01:00", place="--now"
        )
    return moment


def jobs_list(_settings: Settings, _args: argparse.Namespace) -> int:
    """List the jobs, when each is due and how it went last."""
    from nmrf.core.words import short_moment
    from nmrf.jobs.queries import last_runs
    from nmrf.jobs.registry import JOBS

    tools = _tools()
    zone = tools.house.settings.zone
    with tools.database.reading() as session:
        runs = last_runs(session)
    for name, job in JOBS.items():
        last = runs[name].last if name in runs else None
        how = "never ran"
        if last is not None:
            result = {True: "done", False: f"failed: {last.error}", None: "running"}[last.ok]
            how = f"{short_moment(last.started_at, zone)}, {result}"
        print(f"{name}\n    {job.what}\n    {job.when.words()}; {how}")
    return OK


# --- Definitions --------------------------------------------------------------------------------


def workflows_check(settings: Settings, _args: argparse.Namespace) -> int:
    """Check every definition file."""
    from nmrf.definitions import check

    findings = check(settings.workflows)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} mistakes in {settings.workflows}" if findings else "No mistakes.")
    return DRIFT if findings else OK


def workflows_show(settings: Settings, args: argparse.Namespace) -> int:
    """List the routes and practices, or tell one of them in sentences."""
    from nmrf.definitions import load
    from nmrf.definitions.telling import tell_practice, tell_route

    known = load(settings.workflows)
    if not args.id:
        for route in known.routes.values():
            print(f"route     {route.ref:24} {route.title}")
        for practice in known.practices.values():
            print(f"practice  {practice.id:24} {practice.title}")
        return OK
    told = []
    if args.id in known.practices:
        told.append("\n".join(tell_practice(known.practices[args.id], known.routes)))
    shown = known.route(args.id) or known.routes.get(args.id)
    if shown is not None:
        told.append("\n".join(tell_route(shown)))
    if not told:
        names = ", ".join(sorted({*known.routes, *known.practices}))
        raise Invalid(f"there is no route or practice “{args.id}”; there are: {names}")
    print("\n\n".join(told))
    return OK


# --- Imports ------------------------------------------------------------------------------------


def import_matrix(_settings: Settings, args: argparse.Namespace) -> int:
    """Import a list of recommendations into the cycle of a State and session."""
    import json

    from nmrf.recommendations.import_file import import_matrix_file, summary

    tools = _tools()
    opened = tools.database.reading if args.dry_run else tools.database.writing
    with opened() as session:
        ctx = Ctx(SYSTEM, tools.clock.now(), session, tools.house)
        report, warnings = import_matrix_file(
            ctx, Path(args.file), state=args.state, session=args.session, dry_run=args.dry_run
        )
    for warning in warnings:
        print(f"nmrf: {warning}", file=sys.stderr)
    if args.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print("\n".join(summary(report, dry_run=args.dry_run)))
    return OK


# --- Looking after it ---------------------------------------------------------------------------


def reconcile(_settings: Settings, _args: argparse.Namespace) -> int:
    """Verify the event log, and compare it with the status columns."""
    from nmrf.core.events import verify_chain
    from nmrf.reconcile import recompute

    tools = _tools()
    with tools.database.reading() as session:
        chain = verify_chain(session)
        report = recompute(session)
    if chain.broken_at is None:
        print(f"Events: {chain.length}, the chain holds.")
    else:
        where = f"at event {chain.broken_at}" if chain.broken_at else "at the end"
        print(f"Events: the chain is broken {where}: {chain.reason}.")
    for drift in report.drift:
        print(drift)
    print(f"Statuses: {report.rows} compared, {len(report.drift)} differ from the events.")
    return OK if chain.broken_at is None and not report.drift else DRIFT


def doctor(settings: Settings, _args: argparse.Namespace) -> int:
    """Examine the installation."""
    from nmrf.doctor import examine

    worst = OK
    for finding in examine(settings, SystemClock()):
        print(f"{finding.level:5} {finding.what}: {finding.said}")
        if finding.advice:
            print(f"      → {finding.advice}")
        if finding.level == "fail":
            worst = DRIFT
    return worst


def demo(settings: Settings, args: argparse.Namespace) -> int:
    """Fill a database with a believable cycle."""
    return _part("nmrf.demo")(settings, args)


def rehearse(settings: Settings, args: argparse.Namespace) -> int:
    """Play a cycle through on a simulated clock."""
    return _part("nmrf.rehearsal")(settings, args)


def _part(module: str) -> Run:
    """The function `run` of a part that a service in use can do without."""
    try:
        return importlib.import_module(module).run
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise NotFound("this installation does not hold that part") from error


COMMANDS = (
    Command(
        "init",
        "create the database or bring it to the newest migration",
        init,
        {
            "--admin": {"metavar": "EMAIL", "help": "open the first account, for this address"},
            "--name": {"metavar": "NAME", "help": "the name of that person"},
        },
        needs_database=False,
    ),
    Command(
        "serve",
        "run the web server",
        serve,
        {
            "--host": {"metavar": "HOST", "help": "instead of NMRF_HOST"},
            "--port": {"metavar": "PORT", "type": int, "help": "instead of NMRF_PORT"},
            "--workers": {"metavar": "N", "type": int, "default": 2, "help": "processes (2)"},
            "--threads": {"metavar": "N", "type": int, "default": 8, "help": "threads in each (8)"},
            "--with-jobs": {"action": "store_true", "help": "also run the scheduler"},
        },
    ),
    Command(
        "jobs run",
        "run the scheduler",
        jobs_run,
        {"--until-parent-ends": {"action": "store_true", "help": argparse.SUPPRESS}},
    ),
    Command(
        "jobs once",
        "run one job now",
        jobs_once,
        {
            "job": {"metavar": "JOB", "help": "its name, such as mail.send"},
            "--now": {"metavar": "TIME", "help": "as if it were this time: 2027-01-31T08:00+01:00"},
        },
    ),
    Command("jobs list", "list the jobs and how they went", jobs_list),
    Command("workflows check", "check every definition file", workflows_check, {}, False),
    Command(
        "workflows show",
        "list routes and practices, or tell one in sentences",
        workflows_show,
        {"id": {"metavar": "NAME", "nargs": "?", "help": "its id, such as denmark"}},
        needs_database=False,
    ),
    Command(
        "import matrix",
        "import a list of recommendations",
        import_matrix,
        {
            "file": {
                "metavar": "FILE",
                "help": "Word list, UHRI export or template",
            },
            "--state": {
                "metavar": "CODE",
                "required": True,
                "help": "the State under review, such as SVN",
            },
            "--session": {
                "metavar": "N",
                "type": int,
                "required": True,
                "help": "its session of the Working Group; a cycle is opened if there is none",
            },
            "--dry-run": {"action": "store_true", "help": "only say what would happen"},
            "--json": {"action": "store_true", "help": "print the result as JSON"},
        },
    ),
    Command("reconcile", "verify the event log and the statuses", reconcile),
    Command("doctor", "examine the installation", doctor, {}, False),
    Command(
        "demo",
        "set up a demonstration with fictional people",
        demo,
        {"--reset": {"action": "store_true", "help": "begin anew"}},
        needs_database=False,
    ),
    Command(
        "rehearse",
        "play a cycle through on a simulated clock",
        rehearse,
        {
            "--practice": {
                "metavar": "NAME",
                "default": "standard",
                "help": "standard, slovenia …",
            },
            "--matrix": {"metavar": "FILE", "required": True, "help": "a Word list of OHCHR"},
            "--state": {"metavar": "CODE", "required": True, "help": "of three letters, as SVN"},
            "--session": {"metavar": "N", "type": int, "required": True, "help": "such as 48"},
            "--out": {"metavar": "DIR", "required": True, "help": "where the documents go"},
        },
        needs_database=False,
    ),
)
GROUPS = {
    "import": "files from elsewhere",
    "jobs": "what the service does by itself",
    "workflows": "the definitions of routes and practices",
}


def parser() -> argparse.ArgumentParser:
    """The parser for all commands."""
    top = argparse.ArgumentParser(
        prog="nmrf",
        description="Reporting and follow-up of the Universal Periodic Review.",
        epilog="Settings are NMRF_… variables; docs/operator.md names them all.",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, Any] = {}
    for command in COMMANDS:
        group, _space, word = command.name.rpartition(" ")
        if group and group not in groups:
            parent = commands.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = parent.add_subparsers(metavar="COMMAND", required=True)
        place = groups[group] if group else commands
        one = place.add_parser(word, help=command.help, description=command.run.__doc__)
        for name, options in command.arguments.items():
            one.add_argument(name, **options)
        one.set_defaults(command=command)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command. Exit status: 0 all is well, 1 something is wrong, 2 it could not be done."""
    args = parser().parse_args(argv)
    command: Command = args.command
    try:
        settings = load_settings()
        if command.needs_database:
            schema.require_head(settings.database_url)
        return command.run(settings, args)
    except (ProblemError, SettingsError) as error:
        for line in str(error).splitlines():
            print(f"nmrf: {line}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
