"""The preparation of filmed avatars: from a video or a photo to the folder that callers and the worker read."""
