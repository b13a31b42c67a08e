"""`python -m parley_workers` is one worker process. Which engine it becomes stands in the hello that Parley sends."""

from .serve import serve

# A new engine is one module, in engines/ or in a folder of its own, and one row here.
ENGINES = {
    "echo": "parley_workers.engines.echo",
    "kokoro": "parley_workers.engines.kokoro",
    "musetalk": "parley_workers.musetalk.worker",
    "pocketsphinx": "parley_workers.engines.pocketsphinx",
    "recordings": "parley_workers.engines.recordings",
    "whisper": "parley_workers.engines.whisper",
    "xtts": "parley_workers.engines.xtts",
}

if __name__ == "__main__":
    serve(ENGINES)
