"""The words of the command line: commands and options, and what is said when one is not known."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NoReturn

import attrs

from clmstate.errors import Diagnostic, InputError, did_you_mean

__all__ = ["COMMANDS", "Command", "Parser", "command_parser", "main_help", "one_of", "parse_command", "split_command"]

MODEL_HELP: Final = (
    "a file (models/contract.py), a module (models.contract), a frozen definition (contract.json), each with :Name, or a folder"
)

LOG_HELP: Final = "a log (.csv, .jsonl, .parquet, crm.sqlite:TABLE, crm.duckdb:TABLE), or a mapping (.toml)"

_WIDEST: Final = 100
_COMMON: Final = ("--json", "--no-color")
_SAID: Final = re.compile(r"argument (?:-\w/)?(?P<option>[^:]+): (?P<cause>.*)", re.DOTALL)


@attrs.frozen
class Command:
    """One command: where it is written, what it is for, and an example.

    Example:
        >>> COMMANDS["draw"].summary
        "draw a lifecycle as a journey, by team, or a customer's way"
    """

    module: str
    summary: str
    example: str


COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "new": Command("clmstate.cli.new", "start a model of your own, with tests", "clmstate new my_lifecycle"),
        "check": Command(
            "clmstate.cli.check", "look for mistakes in models, and prove what can be", "clmstate check models/dynamic"
        ),
        "show": Command(
            "clmstate.cli.show", "list phases and criteria in the business's words", "clmstate show models/dynamic/contract.py"
        ),
        "draw": Command(
            "clmstate.cli.draw",
            "draw a lifecycle as a journey, by team, or a customer's way",
            "clmstate draw models/dynamic/contract.py --out journey.svg",
        ),
        "deck": Command(
            "clmstate.cli.deck",
            "write slides for the all-hands, as shapes that can be edited",
            "clmstate deck models/dynamic/contract.py --out all-hands.pptx",
        ),
        "page": Command(
            "clmstate.cli.page",
            "write one HTML file to play with: map, rules, a customer's way, what if",
            "clmstate page models/dynamic/contract.py --log models/dynamic/acme.csv",
        ),
        "walk": Command(
            "clmstate.cli.walk",
            "walk a customer through a lifecycle, from a log or by hand",
            "clmstate walk models/dynamic/contract.py acme.csv",
        ),
        "replay": Command(
            "clmstate.cli.replay",
            "send all customers of a log through a model",
            "clmstate replay models/dynamic/customer.py log.csv --out results",
        ),
        "fleet": Command(
            "clmstate.cli.fleet",
            "look at a fleet: over time, funnel, survival, relapses, money",
            "clmstate fleet models/dynamic/contract.py log.csv --view survival --plot survival.svg",
        ),
        "backtest": Command(
            "clmstate.cli.backtest",
            "compare two versions of a model, or try a threshold, on the same customers",
            "clmstate backtest models/dynamic/contract.py log.csv --sweep adopted_at=0.6:0.9:0.05",
        ),
        "conform": Command(
            "clmstate.cli.conform",
            "compare the phase that a CRM recorded with the phase that the model gives",
            "clmstate conform models/dynamic/contract.py log.csv recorded.csv",
        ),
        "simulate": Command(
            "clmstate.cli.simulate",
            "make a log of synthetic customers",
            "clmstate simulate models/dynamic/contract.py log.csv --customers 500 --seed 7",
        ),
        "freeze": Command(
            "clmstate.cli.freeze",
            "write a definition as JSON that loads again without running code",
            "clmstate freeze models/dynamic/contract.py --out contract.json",
        ),
        "diff": Command(
            "clmstate.cli.diff",
            "say what makes one version differ from another, rule by rule",
            "clmstate diff git:HEAD~1 models/dynamic/contract.py",
        ),
        "roles": Command(
            "clmstate.cli.roles",
            "list for each team what it owns, leads and hands over",
            "clmstate roles models/dynamic/customer.py:Customer",
        ),
        "migrate": Command(
            "clmstate.cli.migrate",
            "carry customers over from one version to another",
            "clmstate migrate old.json models/dynamic/contract.py acme.json --as adoption=in_use",
        ),
        "approve": Command(
            "clmstate.cli.approve",
            "say who agrees to a model, and see whose approval is stale",
            'clmstate approve models/dynamic/contract.py --by "Dana, VP CS"',
        ),
        "testgen": Command(
            "clmstate.cli.testgen",
            "write tests that take every transition, and miss it by one step",
            "clmstate testgen models/dynamic/contract.py --out test_contract.py",
        ),
        "mutate": Command(
            "clmstate.cli.mutate",
            "plant small mistakes in a model, and name those that the tests miss",
            "clmstate mutate models/dynamic/contract.py tests/models",
        ),
        "gaps": Command(
            "clmstate.cli.gaps",
            "analyse gaps in four steps: current state, team input, risks, success gaps",
            "clmstate gaps models/gap_analysis/client.py --team models/gap_analysis/team_input.csv",
        ),
        "markets": Command(
            "clmstate.cli.markets",
            "list what differs between the target markets of a lifecycle",
            "clmstate markets models/management",
        ),
        "trace": Command(
            "clmstate.cli.trace",
            "list where each item of a list lives in models, and what shows it",
            "clmstate trace models/",
        ),
    }
)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are diagnostics."""

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_wide, **settings)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raises what argparse complains about."""
        missing = message.removeprefix("the following arguments are required: ")
        said = _SAID.fullmatch(message)
        if missing != message:
            raise self.refused("CLM343", "", f"{missing.upper()} is missing", self.usage_hint())
        if said is not None:
            cause, _, remedy = said["cause"].partition(" :: ")
            raise self.refused("CLM342", said["option"], cause, remedy or self.usage_hint())
        raise self.refused("CLM342", "", message, self.usage_hint())

    def refused(self, code: str, option: str, cause: str, remedy: str) -> InputError:
        """An error about one option, or about the line as a whole."""
        return InputError([Diagnostic(code, f"{self.prog} {option}".strip(), cause, remedy)])

    def refuse_empty(self, options: argparse.Namespace) -> None:
        """Refuses an empty value, as a variable of the shell leaves it that was never set."""
        for action in self._actions:
            given = getattr(options, action.dest, None)
            if given != action.default and (given == "" or (isinstance(given, list) and "" in given)):
                name = action.option_strings[-1] if action.option_strings else action.dest.upper()
                raise self.refused("CLM342", name, "its value is empty", "give it one, or leave it out; a variable may not be set")

    def usage_hint(self) -> str:
        """Where to read on."""
        return f"see {self.prog} --help"

    @property
    def known_options(self) -> list[str]:
        """Its long options."""
        return [name for action in self._actions for name in action.option_strings if name.startswith("--")]


def _wide(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=_width())


def _width() -> int:
    """As wide as the terminal, but no wider than reads well."""
    return min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)


def split_command(words: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the command, the command ("" if none), and what stands after it.

    Raises:
        InputError: CLM340, when there is no such command.

    Example:
        >>> split_command(["--no-color", "draw", "a.py"])
        ([], 'draw', ['a.py', '--no-color'])
        >>> split_command(["drow"])
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM340 clmstate: there is no command 'drow'. Did you mean 'draw'?
    """
    at = next((i for i, word in enumerate(words) if not word.startswith("-")), None)
    if at is None:
        return [word for word in words if word not in _COMMON], "", []
    name = words[at]
    if name == "help":
        return ["--help"], "", []
    if name not in COMMANDS:
        raise InputError([Diagnostic("CLM340", "clmstate", f"there is no command {name!r:.60}", did_you_mean(name, COMMANDS))])
    before = list(words[:at])
    moved = [word for word in before if word in _COMMON]
    return [word for word in before if word not in _COMMON], name, [*words[at + 1 :], *moved]


def command_parser(name: str) -> Parser:
    """The parser of a command, with the options that all commands have.

    Example:
        >>> command_parser("show").prog
        'clmstate show'
    """
    command = COMMANDS[name]
    described = f"{command.summary[0].upper()}{command.summary[1:]}."
    parser = Parser(prog=f"clmstate {name}", description=described, epilog=f"Example: {command.example}")
    parser.add_argument("--json", action="store_true", help="print JSON instead")
    parser.add_argument("--no-color", action="store_true", help="print without colours and styles (also: NO_COLOR=1)")
    return parser


def parse_command(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """The options of a command.

    Raises:
        InputError: CLM341 an unknown option, CLM342 a wrong value, CLM343 something is missing.

    Example:
        >>> parse_command(command_parser("show"), ["--josn"])
        Traceback (most recent call last):
        ...
        clmstate.errors.InputError: CLM341 clmstate show: there is no option '--josn'. Did you mean '--json'?
    """
    unknown = [word.partition("=")[0] for word in words if word.startswith("--") and len(word) > 2]
    unknown = [option for option in unknown if option not in parser.known_options]
    if unknown:
        faults = (
            Diagnostic("CLM341", parser.prog, f"there is no option {option!r:.60}", did_you_mean(option, parser.known_options))
            for option in dict.fromkeys(unknown)
        )
        raise InputError(faults)
    options, extra = parser.parse_known_args(list(words))
    if extra:
        what = "option" if extra[0].startswith("-") else "argument"
        raise parser.refused("CLM341", "", f"there is no place for the {what} {extra[0]!r:.60}", parser.usage_hint())
    parser.refuse_empty(options)
    return options


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """The type of an option that is one of some words; others are refused with near names.

    Example:
        >>> one_of(["light", "dark"])("light")
        'light'
    """
    known = tuple(choices)

    def chosen(word: str) -> str:
        if word not in known:
            raise argparse.ArgumentTypeError(f"{word!r:.60} is not one of its values :: {did_you_mean(word, known)}")
        return word

    return chosen


JOBS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Design": ("new", "check", "show", "walk", "roles", "markets", "gaps", "trace"),
        "Present": ("draw", "deck", "page"),
        "Test": ("testgen", "mutate"),
        "Replay": ("replay", "fleet", "backtest", "conform", "simulate"),
        "Keep versions": ("freeze", "diff", "migrate", "approve"),
    }
)
"""What commands are for, in the order in which a team needs them."""

_FOR_ALL: Final = "Options of all commands: --json, --no-color, --help. And: clmstate --version."
_FIRST_STEPS: Final = (
    "clmstate new my_lifecycle",
    "clmstate check my_lifecycle",
    "clmstate draw my_lifecycle --out journey.svg",
    "clmstate walk my_lifecycle my_lifecycle/acme.csv",
    "clmstate page my_lifecycle --log my_lifecycle/acme.csv",
)
"""What works in an empty folder, one after the other."""


def main_help() -> str:
    """What ``clmstate --help`` prints.

    Example:
        >>> main_help().splitlines()[0]
        'clmstate: customer lifecycles, designed, proved, drawn, tested and replayed from one definition.'
    """
    width = max(map(len, COMMANDS))
    lines = [
        "clmstate: customer lifecycles, designed, proved, drawn, tested and replayed from one definition.",
        "",
        "Usage: clmstate COMMAND MODEL ...",
    ]
    for job, names in JOBS.items():
        lines += ["", f"{job}:", *(f"  {name:<{width}}  {COMMANDS[name].summary}" for name in names)]
    lines += [
        "",
        *textwrap.wrap(f"MODEL is {MODEL_HELP}.", _width()),
        "",
        "To begin with, in an empty folder:",
        *(f"  {step}" for step in _FIRST_STEPS),
        "",
        *textwrap.wrap(f"clmstate COMMAND --help has an example of each. {_FOR_ALL}", _width()),
    ]
    return "\n".join(lines)
