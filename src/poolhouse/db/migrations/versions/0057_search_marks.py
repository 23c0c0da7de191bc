"""What somebody writes into a field of theirs ends no field of the search key.

The control characters that stand between the fields of a key were kept where they stood in a name, too. So a nickname
could say an e-mail and a telephone number to whoever searched by field, and push its owner's own out of their places.
They are blanks now, in a key and in what is looked for.
"""

_TEXTS = (
    *("username", "nickname", "email", "phone", "name"),
    *("company", "given_name", "family_name", "middle_name", "profile", "preferred_username"),
)
_OF = (*_TEXTS, "phone_key")
_MARKS = r"E'\x1c\x1d\x1e\x1f'"


def _joined(names: tuple[str, ...], *, plain: bool) -> str:
    fields = (f"coalesce({name}, '')" for name in names)
    return " || chr(31) || ".join(f"translate({one}, {_MARKS}, '    ')" if plain else one for one in fields)


def _functions(*, plain: bool) -> str:
    keyword = f"translate(keyword, {_MARKS}, '    ')" if plain else "keyword"
    return rf"""
create or replace function poolhouse_search_text({", ".join(f"{name} text" for name in _OF)}) returns text
  language sql immutable parallel safe
  return poolhouse_search_key({_joined(_TEXTS[:5], plain=plain)} || chr(31) || chr(29)
    || {_joined(_TEXTS[5:], plain=plain)} || chr(31) || chr(28) || coalesce(phone_key, ''));
create or replace function poolhouse_search_pattern(keyword text) returns text
  language sql immutable parallel safe
  return '%' || replace(replace(replace(poolhouse_search_key({keyword}), '\', '\\'), '%', '\%'), '_', '\_') || '%';
"""


_WRONG = r"""
update user_search s set search_key = poolhouse_search_text({key}) from users u
  where u.pool_id = s.pool_id and u.id = s.user_id and u.created_at = s.created_at
    and s.search_key !~ E'^([^\x1c\x1d\x1f]*\x1f){{5}}\x1d([^\x1c\x1d\x1f]*\x1f){{6}}\x1c[^\x1c\x1d\x1f]*$';
""".format(key=", ".join(f"u.{name}" for name in _OF))
"""A key with marks of its owner's has more of them than a key has."""

UP = (_functions(plain=True), _WRONG)
DOWN = _functions(plain=False)
