"""What a company is recognised by: phone numbers in E.164, tax ids, e-mail addresses, web domains. Pure."""
