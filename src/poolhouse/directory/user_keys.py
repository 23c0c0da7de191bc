"""Who has a key: an id, a username, an e-mail address, a phone number, an identity."""

from __future__ import annotations

from poolhouse.users.model import KeyKind

SPELLED: frozenset[KeyKind] = frozenset({"username", "email", "external_id"})
"""Looked up as they were given, for old rows may be spelled so, else by their stored spelling."""
PHONE_RANK = (
    "case when u.phone = any($2::text[]) and (u.phone_key is null or u.phone_key = $3) then 0 "
    "when u.phone_key = $3 then 1 else 2 end"
)


def source(kind: KeyKind, *, many: bool = False) -> str:
    """`users u where ...` over $1 = pool and $2 = the spellings of a key, best first; or, `many`, a list of keys.

    For `phone` $3 is the number's key, and $4 whether the country is known. `rank` orders what was found: a
    number as it is written by who has no other key, the number, then digits that are a number elsewhere.
    """
    if kind == "phone":
        return (
            "users u where u.pool_id = $1 and (u.phone_key = $3 or u.phone = any($2::text[]) "
            f"and (u.phone_key is null or not $4)) order by {PHONE_RANK} limit 2"
        )
    if kind == "identity":
        return (
            "user_identities i join users u on u.pool_id = i.pool_id and u.id = i.user_id "
            "where i.pool_id = $1 and i.user_id_in_idp = substr($2, strpos($2, ':') + 1) "
            "and split_part($2, ':', 1) in (i.provider, i.ext_idp_id) limit 1"
        )
    if many:
        return f"users u where u.pool_id = $1 and u.{kind} = any($2)"
    if kind in SPELLED:
        return (
            f"users u where u.pool_id = $1 and u.{kind} = any($2::text[]) "
            f"order by array_position($2::text[], u.{kind}) limit 1"
        )
    return f"users u where u.pool_id = $1 and u.{kind} = $2"
