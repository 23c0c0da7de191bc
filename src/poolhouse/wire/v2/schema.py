"""The interface of the v2 wire, read once from schema.graphql."""

from __future__ import annotations

from importlib.resources import files

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

SDL = files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8")
SCHEMA: GraphQLSchema = build_schema(SDL)


def _root(kind: GraphQLObjectType | None) -> GraphQLObjectType:
    if kind is None:
        raise RuntimeError("schema.graphql lacks a root type")
    return kind


QUERY = _root(SCHEMA.query_type)
MUTATION = _root(SCHEMA.mutation_type)
