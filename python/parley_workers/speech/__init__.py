"""What every voice in Python has in common: the method `speak`, clauses, sound, devices."""
