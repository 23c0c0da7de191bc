"""People in a pool: the model, the use cases, and the Directory contract with its three kinds."""
