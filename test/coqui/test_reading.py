"""What XTTS is given of a text."""

from __future__ import annotations

import pytest
from parley_workers.engine import SettingsError
from parley_workers.engines.xtts.files import Files
from parley_workers.engines.xtts.reading import MOST_TOKENS, TOKEN_S, reading


def test_a_text_is_cut_where_the_model_cannot_take_it_at_once(files: Files) -> None:
    text = reading(files, "en")
    long = "one two three four five six seven eight nine ten " * 8
    parts = list(text.parts(long))
    assert " ".join(parts) == long.strip() and len(parts) > 1
    assert all(len(part) <= 250 and text.tokens(part) <= MOST_TOKENS for part in parts)


def test_numbers_that_become_many_words_count_as_those(files: Files) -> None:
    text = reading(files, "en")
    numbers = " ".join(["77777777"] * 12)
    assert len(numbers) < 120 and text.tokens(numbers) > MOST_TOKENS
    parts = list(text.parts(numbers))
    assert " ".join(parts) == numbers and all(text.tokens(part) <= MOST_TOKENS for part in parts)
    assert list(text.parts("Call 0123456789")) == ["Call 0 1 2 3 4 5 6 7 8 9"]


def test_chinese_has_its_own_measure(files: Files) -> None:
    assert reading(files, "de").most_letters == 253
    try:
        import pypinyin  # noqa: F401
    except ImportError:
        with pytest.raises(SettingsError, match=r"coqui-tts\[zh\]"):
            reading(files, "zh")
    else:
        assert reading(files, "zh").most_letters == 82


def test_what_stands_in_brackets_is_no_token(files: Files) -> None:
    text = reading(files, "en")
    assert text.tokens("[de]") == text.tokens("") + 1
    assert list(text.parts("Hello [de] you")) == ["Hello  de  you"]


def test_the_longer_a_text_the_longer_it_may_last(files: Files) -> None:
    text = reading(files, "en")
    lasts = [text.most_sound_tokens(part) * TOKEN_S for part in ("Yes.", "2024", "a" * 100, "a" * 250)]
    assert lasts == sorted(lasts)
    assert 2 < lasts[0] < 3 < lasts[1] < 6 and lasts[3] < 28
