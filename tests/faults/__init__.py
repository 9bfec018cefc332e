"""What a whole process does when its surroundings fail; always on a SQLite file in a folder of its own."""
