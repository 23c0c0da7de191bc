"""What a login leaves behind: session rows, tokens and the keys that sign them."""
