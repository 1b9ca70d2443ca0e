"""How many pieces of a product a line in free words stands for."""

from __future__ import annotations

import pytest

from services.conversion.domain.pieces import pieces_in
from workflows.contracts.catalogue import CatalogueItem

TRUCK = CatalogueItem(product_id="FTL-20", version=1, names={"": "Full truck, 20 t", "uk": "Повна машина"}, unit="trip")


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("10 x Full truck", 10), ("Full truck x10", 10), ("Full truck ×10", 10), ("10х Повна машина", 10),
        ("10 full trucks", 10), ("Ten full trucks", 10), ("Full truck, 20 t, 10 trips", 10), ("FTL-20 * 3", 3),
        ("Повна машина 10 шт", 10), ("Десять повних машин", 10), ("20 x Full truck, 20 t", 20), ("12 trip", 12),
        ("Full truck, 20 t", 1), ("Full truck to Lviv, 3 December", 1), ("Full truck, 22 t, gate 4", 1),
        ("Full truck 2026/4", 1), ("Повна машина, Київ 01001", 1), ("Full truck 3.5 x 2.4 m", 1), ("", 1),
    ],
)  # fmt: skip
def test_a_line_says_how_many_pieces_it_stands_for(said: str, pieces: int) -> None:
    assert pieces_in(said, TRUCK) == pieces
