"""The order of custom fields that somebody chose; null for those that nobody has placed, which come last."""

UP = "alter table field_definitions add column place int;"

DOWN = "alter table field_definitions drop column place;"
