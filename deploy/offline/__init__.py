"""Runs docker-compose.yml for real without Docker and without a registry: podman, and images of Debian and wheels.

`deploy/offline/run` is the one command; docs/operations.md says which image takes which place, and what is not tried.
"""
