"""Runs by itself, in the environment that has mediapipe; imports nothing of ours. Pictures in, points out:

    in:   a line "WIDTH HEIGHT", then WIDTH * HEIGHT * 3 bytes of RGB, again and again
    out:  {"ready": "mediapipe 0.10.21, face mesh"} or {"error": "..."},
          then for each picture {"faces": [[[x, y, z], ...]]}

An optional argument is a face_landmarker.task; without it the models of mediapipe's own wheel are used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

MOST_FACES = 2
# Below this a face is more often a pattern than a face; mediapipe's own default.
LEAST_CONFIDENCE = 0.5

Find = Callable[[Any], list[list[list[float]]]]


def from_the_wheel() -> tuple[str, Find]:
    import mediapipe

    # Each picture by itself: what follows is not always the next one of the video.
    mesh = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True,
        max_num_faces=MOST_FACES,
        refine_landmarks=True,
        min_detection_confidence=LEAST_CONFIDENCE,
    )

    def find(picture: Any) -> list[list[list[float]]]:
        faces = mesh.process(picture).multi_face_landmarks or []
        return [[[point.x, point.y, point.z] for point in face.landmark] for face in faces]

    return f"mediapipe {mediapipe.__version__}, face mesh", find


def from_a_file(path: str) -> tuple[str, Find]:
    import mediapipe
    from mediapipe.tasks import python as tasks
    from mediapipe.tasks.python import vision

    with open(path, "rb") as file:
        model = file.read()
    options = vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_buffer=model),
        num_faces=MOST_FACES,
        min_face_detection_confidence=LEAST_CONFIDENCE,
    )
    landmarker = vision.FaceLandmarker.create_from_options(options)

    def find(picture: Any) -> list[list[list[float]]]:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        faces = landmarker.detect(image).face_landmarks
        return [[[point.x, point.y, point.z] for point in face] for face in faces]

    return f"mediapipe {mediapipe.__version__}, {os.path.basename(path)}", find


def main() -> None:
    # Its native libraries print to standard output, too: the answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    try:
        import numpy

        name, find = from_a_file(sys.argv[1]) if len(sys.argv) > 1 else from_the_wheel()
    except Exception as error:
        answers.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
        return
    answers.write(json.dumps({"ready": name}) + "\n")
    while line := sys.stdin.buffer.readline():
        width, height = (int(part) for part in line.split())
        data = sys.stdin.buffer.read(width * height * 3)
        if len(data) < width * height * 3:
            return
        picture = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)
        answers.write(json.dumps({"faces": find(picture)}) + "\n")


if __name__ == "__main__":
    main()
