"""What Leadrelay is deployed with."""
