"""Ready-made rows; states are reached through the real actions."""
