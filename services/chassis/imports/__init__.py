"""Importing the files people bring: inspected as a whole, taken row by row, resumed after a crash, each row judged."""
