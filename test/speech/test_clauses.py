"""Phrases in breaths, for every voice that computes a piece in one go."""

from __future__ import annotations

import pytest
from parley_workers.speech.clauses import FIRST_LONGEST, LONGEST, clauses, plain


def texts(phrase: str, pattern: str | None = None) -> list[str]:
    return [clause.text for clause in clauses(phrase, pattern)]


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("Hello there.", ["Hello there."]),
        ("Yes! No? Maybe…", ["Yes!", "No?", "Maybe…"]),
        ('She said "stop." He did.', ['She said "stop."', "He did."]),
        ("It costs 3.50 at www.example.org today", ["It costs 3.50 at www.example.org today"]),
        ("今日は晴れです。明日は雨です。", ["今日は晴れです。", "明日は雨です。"]),
        ("One line\nand another", ["One line", "and another"]),
        ("Dr. Smith lives at 5 St. John's in Washington D.C. and pays.", None),
        ("Mr. Brown comes, e.g. at 5 p.m. today.", None),
        ("J. R. R. Tolkien wrote it.", None),
        ("We met at 5 p.m. Then we left.", ["We met at 5 p.m.", "Then we left."]),
        ("It is over. and goes on.", None),
        ("Wait... What?", ["Wait...", "What?"]),
        ("क्\u200dष का", None),
        ("...", []),
        ("  \n ", []),
        ("", []),
    ],
)
def test_sentences_are_said_whole(phrase: str, wanted: list[str] | None) -> None:
    """None: nothing ends before its end."""
    assert texts(phrase) == ([phrase] if wanted is None else wanted)


def test_the_first_piece_of_a_long_sentence_ends_at_its_first_comma() -> None:
    long = "When all is said and done, there is little left, and nobody who would say it better than she did."
    first, *rest = texts(long)
    assert first == "When all is said and done," and len(long) > FIRST_LONGEST
    assert rest == ["there is little left, and nobody who would say it better than she did."]


def test_a_comma_that_comes_too_soon_is_passed_over() -> None:
    first, *_ = texts("Well, when all of this is said and done, there is very little left to say about it.")
    assert first == "Well, when all of this is said and done,"


@pytest.mark.parametrize("phrase", ["word " * 200, "unbroken" * 100, "a, " * 300, "這是" * 300])
def test_nothing_is_longer_than_a_breath_and_nothing_is_lost(phrase: str) -> None:
    pieces = list(clauses(phrase))
    assert all(len(piece.text) <= LONGEST for piece in pieces)
    assert "".join(piece.text for piece in pieces).replace(" ", "") == phrase.replace(" ", "")


@pytest.mark.parametrize("phrase", ["First, one.  Second 😀 two; third.", "<b>Bold</b> words. More…", "a, " * 100])
def test_a_clause_knows_where_in_the_phrase_it_stands(phrase: str) -> None:
    for clause in clauses(phrase):
        assert plain(phrase)[clause.at : clause.at + len(clause.text)] == clause.text


def test_markup_pictures_and_controls_are_not_said() -> None:
    said = "".join(texts('<speak>Hi<break time="10s"/> you\u0000</speak> 👩‍👩‍👧 \ud83d 5 < 6 %'))
    assert "break" not in said and "speak" not in said and said.split() == ["Hi", "you", "5", "<", "6", "%"]


def test_a_pattern_cuts_before_all_else_and_is_not_said() -> None:
    assert texts("one | two. Three | four", r"\s*\|\s*") == ["one", "two.", "Three", "four"]
    # A pattern that matches nothing at all would never get on.
    assert texts("one two", r"x*") == ["one two"]


def test_pauses_are_those_of_the_marks() -> None:
    pauses = [clause.pause_s for clause in clauses("Now. W" + "word " * 40 + ", and so on")]
    assert pauses[0] > pauses[-2] > 0 and pauses[1] < pauses[0]
