"""The v2 wire: GraphQL at /graphql/v2 and REST under /api/v2."""
