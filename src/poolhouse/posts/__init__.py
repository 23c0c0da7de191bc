"""Posts: the positions of an organisation, which departments have them and which users hold them."""
