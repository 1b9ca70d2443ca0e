"""Documents that leave the house: offers as PDF, meetings as calendar files."""
