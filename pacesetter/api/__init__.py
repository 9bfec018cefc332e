"""The API door: /api/v1 by noun. Thin: parse, fetch through scope, verb or query, answer.

Sign in with `Authorization: Bearer <token>` or with the web's session. Errors are problem+json (RFC 9457).
"""

from pacesetter.api.door import api

__all__ = ["api"]
