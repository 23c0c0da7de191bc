"""What makes bash, zsh and fish complete commands, options and what an option may be, written from the table."""

from __future__ import annotations

from collections.abc import Iterator

from poolhouse.client import table
from poolhouse.client.model import Arg, Command
from poolhouse.client.parsing import options_of


def script(shell: str) -> str:
    """For `poolhouse completion SHELL`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _first() -> list[str]:
    return sorted({*table.GROUPS, *table.alone()})


def _second(group: str) -> list[str]:
    return sorted(name.partition(" ")[2] for name in table.below(group))


def _arguments(command: Command) -> tuple[Arg, ...]:
    return *command.args, *options_of(command)


def _options(command: Command) -> list[str]:
    return [*(arg.name for arg in _arguments(command) if not arg.positional), "--help"]


def values(arg: Arg) -> tuple[str, ...]:
    """Those it may be, where there are so many and no more; a shell takes a value with a space in it for two."""
    return ("yes", "no") if arg.kind == "yes" else tuple(one for one in arg.choices if " " not in one)


def _bash() -> str:
    return f"""_poolhouse() {{
  local words="" current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local command="${{COMP_WORDS[1]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{" ".join([*_first(), "--help", "--version"])}" -- "$current"))
    return
  fi
  case "$command" in
{_indented(_groups())}
  esac
  case "$current" in
    -*) ;;
    *) case "$command $before" in
{_indented(_choices(), "      ")}
    esac ;;
  esac
  if [ -z "$words" ]; then
    case "$command" in
{_indented(_all_options(), "      ")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _poolhouse poolhouse
"""


def _groups() -> Iterator[str]:
    """The second word; with a group the command is both."""
    for group in table.GROUPS:
        yield f'{group}) command="{group} ${{COMP_WORDS[2]}}"'
        yield f'  if [ "$COMP_CWORD" -eq 2 ]; then words="{" ".join([*_second(group), "--help"])}"; fi ;;'


def _choices() -> Iterator[str]:
    for command in table.COMMANDS.values():
        for arg in _arguments(command):
            if values(arg):
                before = command.name.rpartition(" ")[2] if arg.positional else arg.name
                yield f'"{command.name} {before}") words="{" ".join(values(arg))}" ;;'


def _all_options() -> Iterator[str]:
    for command in table.COMMANDS.values():
        yield f'"{command.name}") words="{" ".join(_options(command))}" ;;'


def _indented(lines: Iterator[str], indent: str = "    ") -> str:
    return "\n".join(f"{indent}{line}" for line in lines)


def _zsh() -> str:
    """zsh runs the one for bash."""
    return f"autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n{_bash()}"


def _fish() -> str:
    lines = ["complete -c poolhouse -f"]
    lines.append(f"complete -c poolhouse -n __fish_use_subcommand -a '{' '.join(_first())}'")
    for group in table.GROUPS:
        seen = f"__fish_seen_subcommand_from {group}"
        names = " ".join(_second(group))
        lines.append(
            f"complete -c poolhouse -n '{seen}; and not __fish_seen_subcommand_from {names}' -a '{names}'"
        )
    for command in table.COMMANDS.values():
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.name.split())
        for arg in _arguments(command):
            given = f" -xa '{' '.join(values(arg))}'" if values(arg) else ""
            file = " -rF" if arg.kind in ("path", "json", "statements") else ""
            if arg.positional and (given or file):
                lines.append(f"complete -c poolhouse -n '{seen}'{given.replace(' -xa', ' -a') or ' -F'}")
            elif not arg.positional:
                lines.append(
                    f"complete -c poolhouse -n '{seen}' -l {arg.name.removeprefix('--')}{given}{file}"
                )
    return "\n".join(lines) + "\n"
