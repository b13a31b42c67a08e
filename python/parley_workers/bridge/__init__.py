"""One text in, one WAV file out, for scripts: no gateway, no wire, and nothing that stays warm."""
