"""The first band: curated files become one checked graph, published as a snapshot."""
