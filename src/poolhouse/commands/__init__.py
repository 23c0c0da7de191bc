"""What the command line says and does; nothing a service could not do without it."""
