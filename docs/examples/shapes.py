"""Areas of plain shapes. Here to try Graft on."""

import math


def area_of_ring(outer: float, inner: float = 0.0) -> float:
    if inner > outer:
        raise ValueError("the hole is larger than the ring")
    return math.pi * (outer**2 - inner**2)


class Box:
    def __init__(self, width: float, height: float):
        self.width = width
        self.height = height

    def scaled(self, factor: float) -> "Box":
        return Box(self.width * factor, self.height * factor)
