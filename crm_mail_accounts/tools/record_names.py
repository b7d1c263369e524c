"""What records are called, for whoever may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Place = tuple[str, int]
"""A record: its model and id."""


def record_names(env, places: Iterable[Place]) -> dict[Place, str]:
    """The names of those of the records that exist and that the user may read."""
    by_model: dict[str, set[int]] = defaultdict(set)
    for model, res_id in places:
        by_model[model].add(res_id)
    return {
        (model, record.id): record.display_name
        for model, ids in by_model.items()
        if model in env
        for record in env[model].browse(ids).exists()._filtered_access("read")
    }
