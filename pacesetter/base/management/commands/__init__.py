"""Commands of Django's command line for those who work on Pacesetter."""
