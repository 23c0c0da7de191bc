"""The command line."""


def main() -> None:
    """Entry point; the commands come with their domains."""
