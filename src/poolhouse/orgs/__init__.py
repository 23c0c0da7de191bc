"""Organisations, departments and their members; a closure table answers every question of descent."""
