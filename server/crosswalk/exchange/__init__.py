"""Mappings and catalogues in the formats of other tools: one module to a format."""
