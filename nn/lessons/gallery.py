"""Published worked examples, ready to run: what was printed beside what is right.

>>> print(example("nielsen"))
Saturated neurons learn slowly
Nielsen, Neural Networks and Deep Learning, chapter 3
number  printed   right
σ(1.5)     0.82  0.8176
σ(4)       0.98  0.9820
"""

from nn.lessons.examples import Example
from nn.lessons.published.expressions import EXPRESSIONS
from nn.lessons.published.networks import NETWORKS


def examples() -> list[Example]:
    """Return the published examples."""
    return [*NETWORKS, *EXPRESSIONS]


def example(key: str) -> Example:
    """Return the published example of a name.

    Args:
        key: the name.

    Raises:
        ValueError: if there is none.

    >>> example("mazur").credit().title
    '2-2-2 sigmoid network'
    """
    known = {e.key: e for e in examples()}
    if key not in known:
        raise ValueError(f"no example is called {key!r}; there are {', '.join(known)}")
    return known[key]
