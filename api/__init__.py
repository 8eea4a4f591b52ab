"""The web layer: console and API over one `Copilot`."""
