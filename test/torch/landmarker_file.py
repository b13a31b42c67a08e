"""python test/torch/landmarker_file.py FILE, in the environment that has mediapipe: a face_landmarker.task out of the models
in mediapipe's own package. It opens and finds faces like the published one; but its mesh is of an older kind, whose points
the library reads in another order, so that only how many there are can be tested with it.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import mediapipe
from mediapipe.tasks.python.metadata.metadata_writers.metadata_writer import MetadataWriter

MODULES = Path(mediapipe.__file__).parent / "modules"


def described(model: str, mean: float, deviation: float) -> bytes:
    """The library wants to be told how a picture becomes numbers."""
    writer = MetadataWriter.create(bytearray((MODULES / model).read_bytes()))
    writer.add_general_info(Path(model).stem, "")
    writer.add_image_input([mean], [deviation])
    return bytes(writer.populate()[0])


def main() -> None:
    # Stored, not compressed: the library maps it into memory.
    with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr(
            "face_detector.tflite", described("face_detection/face_detection_short_range.tflite", 127.5, 127.5)
        )
        bundle.writestr("face_landmarks_detector.tflite", described("face_landmark/face_landmark.tflite", 0.0, 255.0))


if __name__ == "__main__":
    main()
