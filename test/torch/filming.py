"""python test/torch/filming.py FOLDER: FOLDER/film.mp4, a short film of a drawn person, and FOLDER/landmarks.json,
where its face is.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "python"), str(Path(__file__).parents[2] / "python")]

import portrait  # noqa: E402

COUNT = 75


def main() -> None:
    folder = Path(sys.argv[1])
    shifts = [portrait.sway(index) for index in range(COUNT)]
    portrait.write_film(folder / "film.mp4", [portrait.draw_portrait(shift) for shift in shifts])
    portrait.write_landmarks(folder / "landmarks.json", [portrait.landmarks(shift) for shift in shifts])


if __name__ == "__main__":
    main()
