"""The API door: /api/v1 by noun. Thin: parse, fetch through scope, verb or query, answer."""

from ninja import NinjaAPI

api = NinjaAPI(title="Pacesetter", version="1", urls_namespace="api")
