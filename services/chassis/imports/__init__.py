"""Taking in files of people: read as a whole, checked row by row, resumed after a crash, every row with a verdict."""
