"""Documents that customers receive: offers as PDF, meetings as calendar files."""
