"""Item definitions: the types a model defines for itself, and what a typeRef means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.decisions.documents import Element, attribute, child, children, name_of, text_of, type_ref
from workflows.decisions.problems import ProblemList
from workflows.feel import FeelSyntaxError, compile_unary_tests
from workflows.feel.scanner import IDENTIFIER
from workflows.feel.types import ANY, ContextType, FeelType, FunctionType, ListType, Restricted, named


class ItemTypes:
    """The types of one model by name; resolved on first use, so that their order does not matter."""

    def __init__(
        self,
        root: Element,
        problems: ProblemList,
        imported: Mapping[str, FeelType],
        imported_names: frozenset[str],
    ) -> None:
        self._problems = problems
        self._elements = {name_of(element): element for element in children(root, "itemDefinition")}
        self._types: dict[str, FeelType] = dict(imported)
        self._open: set[str] = set()
        for name in self._elements:
            self.type(name, attribute(self._elements[name], "id"))
        members = (name_of(element) for element in root.iter() if str(element.tag).endswith("}itemComponent"))
        #: Names of entries that must be known to be read as one name.
        self.member_names = (
            frozenset(name for name in members if not IDENTIFIER.fullmatch(name)) | imported_names
        )

    @property
    def all(self) -> Mapping[str, FeelType]:
        """All types by name."""
        return self._types

    def type(self, reference: str, element_id: str) -> FeelType:
        """The type a typeRef means; Any, and a problem, when there is none of that name."""
        name = " ".join(reference.split())
        if not name:
            return ANY
        known = self._types.get(name)
        if known is not None:
            return known
        if name in self._elements:
            return self._resolve(name)
        found = named(name.rpartition(":")[2]) or named(name.rpartition(".")[2])
        if found is None:
            self._problems.add(
                element_id, "unknown-type", f"没有名为“{name}”的类型。", f"There is no type {name!r}."
            )
        return found or ANY

    def _resolve(self, name: str) -> FeelType:
        if name in self._open:
            return ANY  # a type that contains itself is checked to its first level only
        self._open.add(name)
        found = self._types[name] = self._definition(self._elements[name])
        self._open.discard(name)
        return found

    def _definition(self, element: Element) -> FeelType:
        found = self._restricted(self._base(element), child(element, "allowedValues"), element)
        if attribute(element, "isCollection") == "true":
            found = ListType(found)
        return self._restricted(found, child(element, "typeConstraint"), element)

    def _base(self, element: Element) -> FeelType:
        components = list(children(element, "itemComponent"))
        if components:
            return ContextType(tuple((name_of(part), self._definition(part)) for part in components))
        function = child(element, "functionItem")
        if function is not None:
            parameters = tuple(
                self.type(type_ref(part), attribute(part, "id")) for part in children(function, "parameters")
            )
            return FunctionType(
                parameters, self.type(attribute(function, "outputTypeRef"), attribute(function, "id"))
            )
        reference = child(element, "typeRef")
        name = "".join(reference.itertext()).strip() if reference is not None else type_ref(element)
        return self.type(name, attribute(element, "id"))

    def _restricted(self, base: FeelType, constraint: Element | None, element: Element) -> FeelType:
        text = text_of(constraint)
        if not text:
            return base
        try:
            return Restricted(base, _acceptance(text))
        except FeelSyntaxError as error:
            self._problems.add(attribute(element, "id"), error.code, error.in_chinese(), str(error))
            return base


def _acceptance(text: str) -> Callable[[Any], bool]:
    tests = compile_unary_tests(text)
    return lambda value: tests.matches(value, {}) is True
