"""What can be wrong with a source, as a code for programs and a sentence for people."""

from __future__ import annotations

import errno

CODES = frozenset(
    {
        # The order itself.
        "bad_name",
        "name_taken",
        "no_consent",
        "bad_settings",
        # The source file.
        "not_a_video",
        "broken_video",
        "no_pictures",
        "too_short",
        "too_large",
        "shot_cut",
        # What it shows.
        "no_face",
        "two_faces",
        "face_too_small",
        "too_dark",
        "profile_view",
        "head_cut_off",
        # What the machine lacks.
        "bad_landmarks",
        "no_detector",
        "detector_failed",
        "no_models",
        "too_big",
        "disk_full",
        "not_written",
    }
)


class PreparationError(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        if code not in CODES:
            raise ValueError(f"{code} is no code of a preparation")
        self.code = code


class PreparationCancelled(Exception):
    """Somebody no longer wants the avatar."""


def writing_failed(error: OSError) -> PreparationError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PreparationError("disk_full", "The disk is full; nothing was kept.")
    return PreparationError("not_written", f"Writing failed: {error.strerror or error} ({error.filename}).")
