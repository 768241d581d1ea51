"""A knowledge graph of IoT security guidelines and the mappings between them."""
