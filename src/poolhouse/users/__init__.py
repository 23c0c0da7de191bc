"""The person: the model, what each field may hold, and the translation of profiles. Imports no other domain."""
