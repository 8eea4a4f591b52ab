"""How well messages are read: the figures that we quote, with their uncertainty, and where a build still errs."""
