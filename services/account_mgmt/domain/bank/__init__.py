"""Bank statements: reading their files, and finding whose money it is. Pure."""
