"""Scripts in the form of Auth0's published examples, every line our own; a folder is as its tool lays it out."""
