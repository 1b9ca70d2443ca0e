"""The mail door takes mail in by SMTP, LMTP or from a mailbox, and hands it to the tier whose mail it answers."""
