"""Conclude from mapping records how elements relate: candidates, composition, closure and contradiction."""
