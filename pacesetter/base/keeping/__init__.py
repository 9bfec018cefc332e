"""Keeping the company safe: one file that holds all of it, its way back, and a doctor who looks for what is broken."""
