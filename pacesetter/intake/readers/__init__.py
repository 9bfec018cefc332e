"""File formats: from bytes to batches of text cells with line numbers and a guessed schema. No Django, no models."""
