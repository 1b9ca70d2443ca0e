"""Documents of tier 3: invoices and credit notes as PDF and as data, the code that pays them, texts of mails."""
