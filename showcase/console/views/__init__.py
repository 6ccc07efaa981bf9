"""The views: each presents one store or draft, and decides nothing."""
