"""Reads YAML safely: no objects, no aliases, no key given twice, and each mapping with its line."""

from __future__ import annotations

from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.parsing import decode, missing_library


class Lined(dict[str, Any]):
    """A mapping of a YAML document with the line on which it begins."""

    line = 1


def read_yaml(data: bytes, name: str) -> Any:
    """The value of a YAML document; anchors and aliases, which can grow without bound, are refused."""
    try:
        import yaml
    except ImportError:
        raise missing_library("PyYAML") from None

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark
                hint = "Write the value out in each place."
                raise InputError(
                    "the YAML uses an alias, which is not expanded", file=name, line=mark.line + 1, hint=hint
                )
            return super().compose_node(parent, index)

    def construct(loader: Loader, node: Any) -> Lined:
        found = Lined()
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in found:
                line = key_node.start_mark.line + 1
                hint = "Write each key once, as a text."
                raise InputError(
                    f"the key “{key}” is no text or given twice", file=name, line=line, hint=hint
                )
            found[key] = loader.construct_object(value_node, deep=True)
        found.line = node.start_mark.line + 1
        return found

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, construct)
    try:
        return yaml.load(decode(data, name), Loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        problem = getattr(fault, "problem", None) or "it cannot be read"
        line = mark.line + 1 if mark else None
        hint = "Look at the indentation, colons and quotes around this line."
        raise InputError(f"no YAML: {problem}", file=name, line=line, hint=hint) from None
    except RecursionError:
        hint = "No format that can be read has so many levels."
        raise InputError("the YAML is nested too deeply", file=name, hint=hint) from None
    except ValueError as fault:
        hint = "Write dates and numbers between quotes."
        raise InputError(f"the YAML cannot be read: {fault}", file=name, hint=hint) from None
