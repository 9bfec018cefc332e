"""The pages behind the workspace menu, one module per noun; addresses are gathered in urls.py."""
