"""What makes bash, zsh and fish complete commands and options, written from the table."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.client import table
from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.parsing import options_of
from poolhouse.client.words import say

SHELLS = ("bash", "zsh", "fish")


def script(words: Sequence[str]) -> str:
    """For `poolhouse completion SHELL`. Raises Stopped."""
    if len(words) != 1 or words[0] not in SHELLS:
        said = (
            "用法：poolhouse completion bash|zsh|fish，例如 source <(poolhouse completion bash)",
            "usage: poolhouse completion bash|zsh|fish; for example: source <(poolhouse completion bash)",
        )
        raise Stopped(say(said), USAGE)
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[words[0]]()


def _first() -> list[str]:
    return sorted({*table.GROUPS, *(name for name in table.OTHERS if " " not in name)})


def _second(group: str) -> list[str]:
    return sorted(name.partition(" ")[2] for name in table.below(group))


def _options(name: str) -> list[str]:
    command = table.COMMANDS[name]
    return [arg.name for arg in (*command.args, *options_of(command)) if not arg.positional]


def _bash() -> str:
    cases = "".join(f'    {group}) words="{" ".join(_second(group))}" ;;\n' for group in table.GROUPS)
    options = "".join(f'    "{name}") words="{" ".join(_options(name))}" ;;\n' for name in table.COMMANDS)
    return f"""_poolhouse() {{
  local words="" at=$COMP_CWORD
  if [ "$at" -eq 1 ]; then words="{" ".join(_first())}"
  elif [ "$at" -eq 2 ]; then case "${{COMP_WORDS[1]}}" in
{cases}  esac
  else case "${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}" in
{options}  esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[at]}}"))
}}
complete -o default -F _poolhouse poolhouse
"""


def _zsh() -> str:
    """zsh runs the one for bash."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash()}"


def _fish() -> str:
    lines = ["complete -c poolhouse -f"]
    lines.append(f"complete -c poolhouse -n __fish_use_subcommand -a '{' '.join(_first())}'")
    for group in table.GROUPS:
        seen = f"__fish_seen_subcommand_from {group}"
        names = " ".join(_second(group))
        lines.append(
            f"complete -c poolhouse -n '{seen}; and not __fish_seen_subcommand_from {names}' -a '{names}'"
        )
    for name in table.COMMANDS:
        group, _, verb = name.partition(" ")
        seen = f"__fish_seen_subcommand_from {group}; and __fish_seen_subcommand_from {verb}"
        lines += [
            f"complete -c poolhouse -n '{seen}' -l {option.removeprefix('--')}" for option in _options(name)
        ]
    return "\n".join(lines) + "\n"
