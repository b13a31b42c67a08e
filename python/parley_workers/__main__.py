"""`python -m parley_workers` is one worker process. Which engine it becomes stands in the hello that Parley sends."""

from .serve import serve

# A new engine is one module in engines/ and one row here.
ENGINES = {
    "echo": "parley_workers.engines.echo",
    "pocketsphinx": "parley_workers.engines.pocketsphinx",
}

if __name__ == "__main__":
    serve(ENGINES)
