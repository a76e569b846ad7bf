"""What `--json` prints: each document as a type, of which `docs/schemas` is made and against which tests hold it."""
