"""What several people of this tier edit, and which row is held while one of them does (ADR 38)."""

from __future__ import annotations

from services.chassis.edits import Kind

CUSTOMER = Kind("customer", "customers")
REFUSALS = Kind("what never to offer", "customers")
PERSON = Kind("person", "people", parent=("customers", "customer_id"))
NEED = Kind("need", "needs", parent=("customers", "customer_id"))
ORDER = Kind("order", "orders")
CONTRACT = Kind("contract", "contracts", parent=("customers", "customer_id"))
INVOICE = Kind("invoice", "invoices")
TRANSFER = Kind("bank transfer", "bank_transfers")
STATEMENT = Kind("bank statement", "bank_statements")
MERGE = Kind("merge", "customer_merges")
PRODUCT = Kind("product", "products")
ENTITY = Kind("legal entity", "legal_entities")
ACCOUNT_MANAGER = Kind("account manager", "account_managers")
ABSENCE = Kind("absence", "absences")
MAIL_TEMPLATE = Kind("mail template", "mail_templates", called="mail-template:")
POLICY = Kind("policy", "policies", whole=True)
