"""The fuse box: Django's settings, root URLs and the WSGI entry. Boot settings are read from the environment here and nowhere else."""
