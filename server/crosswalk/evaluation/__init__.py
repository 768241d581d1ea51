"""Queries from strangers: inspected, then evaluated in processes that can be ended."""
