"""The tests. `make test` runs all but the soak tests; one file is `.venv/bin/pytest tests/test_lint.py`."""
