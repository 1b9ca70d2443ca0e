"""Papers of the house: invoices and credit notes as PDF and as data, and the code that pays them."""
