"""Levelhead: a copilot for human support agents who face difficult customers."""
