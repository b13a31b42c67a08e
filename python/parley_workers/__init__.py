"""Worker processes of Parley: engines that need Python, each in its own process behind one wire (docs/workers.md)."""
