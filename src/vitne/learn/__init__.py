"""Learning an unknown sender: what each field of its messages is, told from how it varies.

The doors are ``learn()`` and ``draft()``.
"""

from vitne.learn.drafting import draft
from vitne.learn.fields import Learned, LearnedField, learn
from vitne.learn.shape import SCHEMA, Lesson

__all__ = ["SCHEMA", "Learned", "LearnedField", "Lesson", "draft", "learn"]
