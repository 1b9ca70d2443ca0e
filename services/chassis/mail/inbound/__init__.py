"""Mail that comes in: taken from a door or a mailbox, kept, read apart from everything else, and told to its tier."""
