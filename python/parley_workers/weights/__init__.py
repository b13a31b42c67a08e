"""Published weights: brought from the hub, checked, and remembered, so that nothing else ever takes their place unseen.

`python -m parley_workers.weights` brings those of the voices and of Whisper; MuseTalk has a command of its own.
"""
