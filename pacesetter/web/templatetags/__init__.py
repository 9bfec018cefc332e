"""The template tags and filters of the web: `{% load ui %}`."""
