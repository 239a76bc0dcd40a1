"""Forms of ordering and charting, split by noun. They validate and never save."""
