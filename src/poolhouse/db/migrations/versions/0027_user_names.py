"""By what a store that knows no ids finds a user: Auth0's functions take an e-mail or a username."""

UP = """
alter table user_states add column known_as text;
comment on column user_states.known_as is
  'The e-mail or username by which scripts in the form of Auth0, which know no ids, find the user.';
"""

DOWN = "alter table user_states drop column known_as;"
