"""A knowledge graph of IoT security guidelines and the mappings between them."""

__version__ = "0.1.0"
