"""A sample department at work: invented customers and a simulated staff that works only through REST."""
