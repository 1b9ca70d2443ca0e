"""What a stack of containers needs before its first start: secrets that nobody knows, and certificates of its own."""
