"""`python -m parley_workers` is one worker process. Which engine it becomes stands in the hello that Parley sends."""

from .serve import serve

# A new engine is one module, in engines/ or in a folder of its own, and one row here.
ENGINES = {
    "echo": "parley_workers.engines.echo",
    "musetalk": "parley_workers.musetalk.worker",
    "pocketsphinx": "parley_workers.engines.pocketsphinx",
}

if __name__ == "__main__":
    serve(ENGINES)
