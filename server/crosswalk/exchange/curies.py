"""Shortens IRIs to CURIEs, and remembers which prefixes that took."""

from __future__ import annotations

from crosswalk.exchange.sssom_slots import BUILT_IN
from crosswalk.namespaces import PREFIXES


class Curies:
    """Shortens IRIs, and remembers which prefixes that took."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self._namespaces = dict(PREFIXES)

    def shorten(self, iri: str) -> str:
        """The CURIE of an IRI; one of no declared namespace gets a prefix for its own beginning."""
        fitting = [prefix for prefix, namespace in self._namespaces.items() if iri.startswith(namespace)]
        if not fitting:
            fitting = [f"ns{len(self._namespaces) - len(PREFIXES) + 1}"]
            self._namespaces[fitting[0]] = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] or iri
        prefix = max(fitting, key=lambda each: len(self._namespaces[each]))
        self.used.add(prefix)
        return f"{prefix}:{iri[len(self._namespaces[prefix]) :]}"

    def map(self) -> dict[str, str]:
        """The prefixes that were used and that a reader does not know by itself."""
        return {each: self._namespaces[each] for each in sorted(self.used) if each not in BUILT_IN}
