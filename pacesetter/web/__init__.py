"""The web door: views by noun, templates, components and static files; server-rendered HTML and htmx.

Views parse, fetch through scope, call one verb or query and render. Nothing here saves rows or does sales maths; nobody imports me but conf.
"""
