"""The compiled loops of detection, and the only home of numba.

`explaining` asks of each event of a group whether an innocent account would have met the group;
`sorting` and `walking` count the pairs of accounts that met, and are loaded where they are used.
Every function has a slow, obvious twin in the tests.
"""

from unswarm.detection.kernel.explaining import Events, Past, explain, neighbours

__all__ = ["Events", "Past", "explain", "neighbours"]
