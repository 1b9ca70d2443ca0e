"""A sample department at work while everything around it is killed, frozen and restarted: `make chaos`."""
