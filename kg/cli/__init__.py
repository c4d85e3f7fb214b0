"""The command line: one file for each group of commands, imported only when it is called."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from kg.problem import Failure

COMMANDS = {
    "build": ("kg.cli.build", "Turn the case files into a graph."),
    "check": ("kg.cli.check", "Check case files against the rules."),
    "explain": ("kg.cli.explain", "Say what a problem code means."),
    "evidence": ("kg.cli.evidence", "Say where the quotes of claims stand in the captured texts."),
    "query": ("kg.cli.query", "Ask the graph a question in SPARQL."),
    "search": ("kg.cli.search", "Find words in cases and their captured texts."),
    "export": ("kg.cli.export", "Write the graph to a file."),
    "push": ("kg.cli.push", "Bring a triple store up to date with the graph."),
    "diff": ("kg.cli.diff", "Compare the graph with what a triple store holds."),
    "pull": ("kg.cli.pull", "Fetch what was pushed to a triple store."),
    "stats": ("kg.cli.stats", "Say what is in the graph."),
    "processes": ("kg.cli.processes", "Import process catalogues."),
    "organisations": ("kg.cli.organisations", "Decide which names are one organisation."),
    "ontology": ("kg.cli.ontology", "Show, compare, draft and lock releases of the ontology."),
    "migrate": ("kg.cli.migrate", "Bring case files to another release of the ontology."),
    "retag": ("kg.cli.retag", "Decide what a migration left to a person."),
    "new": ("kg.cli.new", "Begin a new case file."),
    "schema": ("kg.cli.schema", "Write the JSON Schema that editors complete with."),
}
"""Name → module that defines ``command``, and the line that ``kg --help`` prints."""


class Commands(click.Group):
    """Knows the names of all commands, and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none, and click says so."""
        if cmd_name not in COMMANDS:
            return None
        return import_module(COMMANDS[cmd_name][0]).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="casegraph", prog_name="kg")
def kg() -> None:
    """Casegraph: a knowledge graph of evidence case files."""


def main() -> None:
    """Run a command; every failure is one message and an exit status, never a traceback."""
    gc.set_threshold(50_000)  # what a case leaves behind has no cycles, so looking for them often only takes time
    try:
        kg(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        _stop("stopped", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Failure as failure:
        _stop(str(failure), 2)
    except KeyboardInterrupt:
        _stop("stopped", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        _stop(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), 2)
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        _stop(f"this is a defect of kg: {type(error).__name__}: {error}\nSet KG_DEBUG=1 to see where.", 70)


def _stop(message: str, status: int) -> None:
    click.echo(f"kg: {message}", err=True)
    sys.exit(status)
