"""Reports for people: a period beside the one before, tables that say the same on a page and in a file."""
