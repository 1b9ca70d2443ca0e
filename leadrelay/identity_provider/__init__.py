"""The OIDC provider of the embedded stack: anybody may be anybody, so it is for development and demonstration only."""
