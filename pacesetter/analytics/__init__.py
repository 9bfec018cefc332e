"""Numbers for people: measuring a metric within one's scope, and the targets set for it."""
