"""Whom a deletion or a change must tell is said once, in services/consequences.py, and nobody is left out."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import partial
from typing import Any, get_type_hints

import pytest

import poolhouse
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.services import consequences

TABLES = {
    "forget_users": consequences.FORGET_USERS,
    "forget_groups": consequences.FORGET_GROUPS,
    "forget_roles": consequences.FORGET_ROLES,
    "forget_nodes": consequences.FORGET_NODES,
    "forget_orgs": consequences.FORGET_ORGS,
    "forget_apps": consequences.FORGET_APPS,
    "erase_person": tuple(consequences.ERASE.values()),
    "user_changed": consequences.USER_CHANGED,
    "logins_ended": consequences.LOGINS_ENDED,
    "pool_created": consequences.POOL_CREATED,
}


def functions(name: str) -> Iterator[Any]:
    """Every function and method of the package that has this name."""
    for module_info in pkgutil.walk_packages(poolhouse.__path__, "poolhouse."):
        if module_info.name.endswith("__main__"):
            continue
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module_info.name:
                continue
            if inspect.isfunction(value) and value.__name__ == name:
                yield value
            elif inspect.isclass(value) and name in vars(value):
                yield vars(value)[name]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_domain_with_something_to_forget_is_told(name: str) -> None:
    told = {getattr(one, "__func__", one) for one in TABLES[name] if not isinstance(one, partial)}
    found = set(functions(name))
    assert {f"{one.__module__}.{one.__qualname__}" for one in found - told} == set()
    assert {f"{one.__module__}.{one.__qualname__}" for one in told - found} == set(), (
        "told, under another name"
    )


KINDS = {
    "USER": consequences.FORGET_USERS,
    "GROUP": consequences.FORGET_GROUPS,
    "ROLE": consequences.FORGET_ROLES,
    "NODE": consequences.FORGET_NODES,
    "ORG": consequences.FORGET_ORGS,
    "APPLICATION": consequences.FORGET_APPS,
}
KEPT = {
    "USERPOOL": "a pool is never deleted from within",
    "PERMISSION": "there are no such things",
    "AK_SK": "an account of an application, which goes by itself or in forget_apps",
}


@pytest.mark.parametrize("forget", list(functions("forget_targets")), ids=lambda one: one.__module__)
def test_every_kind_of_target_is_forgotten(forget: Any) -> None:
    """A domain that gives things to kinds of targets is told of the end of each of them, and of no kind twice."""
    kinds = get_type_hints(forget)["kind"]
    told = [
        (table, one.keywords["kind"])
        for table, rows in KINDS.items()
        for one in rows
        if isinstance(one, partial) and one.func is forget
    ]
    node = "ORG" if kinds is GrantTarget else "NODE"
    wanted = [(("NODE" if kind.name == node else kind.name), kind) for kind in kinds if kind.name not in KEPT]
    assert sorted(told) == sorted(wanted)


def test_nothing_forgets_in_words_of_its_own() -> None:
    """A function `forget_x` of a name that no table has would be told by nobody."""
    inner = {"forget_targets", "forget_attempts", "forget_unproven", "forget_signatures"}
    defined = set()
    for module_info in pkgutil.walk_packages(poolhouse.__path__, "poolhouse."):
        if not module_info.name.endswith("__main__"):
            module = importlib.import_module(module_info.name)
            defined |= {name for name in vars(module) if name.startswith("forget_")}
    assert defined - inner - set(TABLES) == set()
