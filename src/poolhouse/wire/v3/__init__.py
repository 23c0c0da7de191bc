"""The v3 wire: REST under /api/v3 with tokens or signatures."""
