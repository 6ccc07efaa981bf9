"""What must hold before an alias is moved from a champion to its challenger."""

from __future__ import annotations

from showcase.registry.comparable import Obstacle, obstacles
from showcase.registry.entry import RegistryEntry


def promotion_obstacles(
    champion: RegistryEntry, challenger: RegistryEntry, *, artifact_verified: bool
) -> tuple[Obstacle, ...]:
    """Every reason against promoting the challenger; none where it succeeded, is verified, comparable and no worse."""
    found = []
    if challenger.status != "success":
        found.append(Obstacle("run_not_success", f"The challenger is {challenger.status}."))
    if not artifact_verified:
        found.append(Obstacle("artifact_not_verified", "The challenger's artifact has other bytes than registered."))
    found += obstacles(champion, challenger)
    if challenger.wape is None:
        found.append(Obstacle("score_undefined", "The challenger has no wape."))
    elif champion.wape is not None and challenger.wape > champion.wape:
        found.append(
            Obstacle(
                "score_worse",
                f"The challenger's wape is {challenger.wape:.2f} %, the champion's {champion.wape:.2f} %.",
            )
        )
    return tuple(found)
