"""Documents for people outside the tier: offers as PDF, calendar files, mails about meetings, the payroll's CSV."""
