"""What the simulations of bench share: days, requests, and the ways of choosing a start."""
