"""Turn curated files into one checked graph, and publish it as a snapshot."""
