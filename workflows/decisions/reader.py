"""Reading a decision model: ``load_decisions`` for use, ``check_decisions`` for its author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflows.decisions.boxed import BOXED, BoxedCompiler, Names
from workflows.decisions.documents import (
    Element,
    attribute,
    child,
    children,
    local_name,
    name_of,
    read_document,
    reference,
    type_ref,
    variable_of,
)
from workflows.decisions.errors import DecisionFileError
from workflows.decisions.item_types import ItemTypes
from workflows.decisions.model import Decision, DecisionModel, Kind, Node
from workflows.decisions.problems import DecisionProblem, ProblemList
from workflows.errors import WorkflowError
from workflows.feel.scanner import IDENTIFIER
from workflows.feel.types import FeelType


def load_decisions(
    xml: bytes,
    *,
    imports: Iterable[DecisionModel] = (),
    functions: Iterable[str] = (),
    lenient: bool = False,
) -> DecisionModel:
    """Read a model; ``imports`` are those it may import, ``functions`` the names of the host's functions.

    Raises DecisionFileError for a file that is none, or that has problems (in its facts) unless ``lenient``,
    when whatever has a problem is null.
    """
    try:
        model = _Reader(xml, {model.namespace: model for model in imports}, frozenset(functions)).read()
    except RecursionError:
        raise DecisionFileError("The file is nested too deeply.") from None
    if model.problems and not lenient:
        first = model.problems[0]
        raise DecisionFileError(
            f"The decision model has {len(model.problems)} problem(s), the first: {first.message_en}",
            problems=model.problems,
        )
    return model


def check_decisions(
    xml: bytes, *, imports: Iterable[DecisionModel] = (), functions: Iterable[str] = ()
) -> list[DecisionProblem]:
    """All problems of a file, none when it can be used; never raises, whatever the file is."""
    try:
        return load_decisions(xml, imports=imports, functions=functions, lenient=True).problems
    except WorkflowError as error:
        message = error.message if isinstance(error, DecisionFileError) else str(error)
        return [
            DecisionProblem(element_id="", code=error.code, message_zh=error.in_chinese(), message_en=message)
        ]


class _Reader:
    """Reads one file."""

    def __init__(self, xml: bytes, available: Mapping[str, DecisionModel], functions: Names) -> None:
        self._root = read_document(xml)
        self._problems = ProblemList()
        self._functions = functions
        self._imports = self._read_imports(available)
        self._types = ItemTypes(self._root, self._problems, self._imported_types(), self._imported_names())
        self._nodes: dict[str, Node] = {}
        self._elements: dict[str, Element] = {}
        self._reads: dict[str, set[str]] = {}
        self._paths: dict[str, set[tuple[str, ...]]] = {}

    def read(self) -> DecisionModel:
        """The whole model."""
        self._check_ids()
        for kind in Kind:
            for element in children(self._root, kind.value):
                self._declare(element, kind)
        open_scope = not any(node.kind is Kind.INPUT for node in self._nodes.values())
        for node_id, element in self._elements.items():
            self._require(self._nodes[node_id], element)
        for node_id, element in self._elements.items():
            self._compile(self._nodes[node_id], element, open_scope=open_scope)
        self._check_circles()
        return DecisionModel(
            name=name_of(self._root),
            namespace=attribute(self._root, "namespace"),
            decisions={
                node.id: self._describe(node) for node in self._nodes.values() if node.kind is Kind.DECISION
            },
            nodes=self._nodes,
            problems=self._problems.found,
            types=self._types.all,
            imports=self._imports,
            open_scope=open_scope,
        )

    def _read_imports(self, available: Mapping[str, DecisionModel]) -> dict[str, DecisionModel]:
        found: dict[str, DecisionModel] = {}
        for element in children(self._root, "import"):
            model = available.get(attribute(element, "namespace"))
            if model is None:
                self._problems.add(
                    attribute(element, "id"),
                    "unknown-import",
                    "引用的模型不存在。",
                    f"The imported model {attribute(element, 'namespace')!r} is not available.",
                )
                continue
            found[name_of(element)] = model
        return found

    def _imported_types(self) -> dict[str, FeelType]:
        return {
            f"{name}.{type_name}" if name else type_name: found
            for name, model in self._imports.items()
            for type_name, found in model.types.items()
        }

    def _imported_names(self) -> Names:
        names = (node.name for model in self._imports.values() for node in model.nodes.values())
        return frozenset(name for name in names if not IDENTIFIER.fullmatch(name))

    def _check_ids(self) -> None:
        seen: set[str] = set()
        for element in self._root.iter():
            found = element.get("id") if isinstance(element.tag, str) and local_name(element) else None
            if found and found in seen:
                self._problems.add(
                    found, "duplicate-id", f"编号“{found}”重复。", f"The id {found!r} is used twice."
                )
            seen.add(found or "")

    def _declare(self, element: Element, kind: Kind) -> None:
        name, type_name = variable_of(element)
        node_id = attribute(element, "id") or name
        if not name:
            self._problems.add(node_id, "missing-name", "缺少编号或名称。", "An id or a name is missing.")
            return
        if node_id in self._nodes:
            return  # reported as a duplicate
        if any(node.name == name for node in self._nodes.values()):
            self._problems.add(
                node_id, "duplicate-name", f"名称“{name}”重复。", f"The name {name!r} is used twice."
            )
        wanted = self._types.type(type_name, node_id)
        self._nodes[node_id] = Node(kind=kind, id=node_id, name=name, type=wanted)
        self._elements[node_id] = element

    def _find(self, element: Element, owner: Node) -> tuple[str, Node] | None:
        target = reference(element)
        namespace, separator, local = target.partition("#")
        if not separator or namespace == attribute(self._root, "namespace"):
            found = self._nodes.get(local or target)
            if found is not None:
                return "", found
        for name, model in self._imports.items():
            if model.namespace == namespace and local in model.nodes:
                return name, model.nodes[local]
        self._problems.add(
            owner.id,
            "unknown-requirement",
            f"引用的“{target}”不存在。",
            f"There is no {target!r} to require.",
        )
        return None

    def _require(self, node: Node, element: Element) -> None:
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            for end in children(requirement, "requiredInput", "requiredDecision", "requiredKnowledge"):
                found = self._find(end, node)
                if found:
                    node.requires.append(found)
        if node.kind is not Kind.SERVICE:
            return
        for end in children(element, "outputDecision"):
            node.outputs += [found[1] for found in [self._find(end, node)] if found]
        for part in ("inputData", "inputDecision"):
            for end in children(element, part):
                node.inputs += [found[1] for found in [self._find(end, node)] if found]

    def _scope(self, node: Node) -> Names:
        return frozenset(prefix or required.name for prefix, required in node.requires)

    def _compile(self, node: Node, element: Element, *, open_scope: bool) -> None:
        if node.kind is Kind.INPUT or node.kind is Kind.SERVICE:
            return
        compiler = BoxedCompiler(node.id, self._types, self._problems, self._functions, open_scope=open_scope)
        names = self._scope(node)
        if node.kind is Kind.KNOWLEDGE:
            self._compile_knowledge(node, element, names, compiler)
            return
        logic = child(element, *BOXED)
        if logic is None:
            self._problems.add(node.id, "missing-expression", "决策没有内容。", "The decision has no logic.")
            return
        node.logic = compiler.compile(logic, names)
        self._reads[node.id] = compiler.read
        self._paths[node.id] = compiler.paths

    def _compile_knowledge(self, node: Node, element: Element, names: Names, compiler: BoxedCompiler) -> None:
        function = child(element, "encapsulatedLogic")
        if function is None or (attribute(function, "kind") or "FEEL") != "FEEL":
            self._problems.add(
                node.id, "unsupported", "只支持 FEEL 函数。", "Only FEEL functions are supported."
            )
            return
        node.parameters = [
            (name_of(part), self._types.type(type_ref(part), attribute(part, "id")))
            for part in children(function, "formalParameter")
        ]
        inside = names | {name for name, _ in node.parameters} | {node.name}
        node.logic = compiler.inner(function, inside, element)

    def _describe(self, node: Node) -> Decision:
        inputs: dict[str, None] = {}
        pending, seen = [node], {node}
        while pending:
            current = pending.pop(0)
            inputs.update(dict.fromkeys(sorted(self._reads.get(current.id, ()))))
            for _, required in current.requires:
                if required.kind is Kind.INPUT:
                    inputs[required.name] = None
                elif required not in seen:
                    seen.add(required)
                    pending.append(required)
        table = child(self._elements[node.id], "decisionTable")
        outputs = [name_of(column) for column in children(table, "output")] if table is not None else []
        named = tuple(outputs) if len(outputs) > 1 else (node.name,)
        return Decision(
            id=node.id,
            name=name_of(self._elements[node.id]),
            inputs=tuple(inputs),
            outputs=named,
            paths=frozenset().union(*(self._paths.get(walked.id, ()) for walked in seen)),
        )

    def _check_circles(self) -> None:
        done: set[Node] = set()

        def visit(node: Node, path: tuple[Node, ...]) -> None:
            if node in path and node.kind is Kind.DECISION:
                self._problems.add(
                    node.id, "circular-requirement", "决策之间循环依赖。", "The decision requires itself."
                )
            if node in done or node in path:
                return
            for _, required in node.requires:
                visit(required, (*path, node))
            done.add(node)

        for node in self._nodes.values():
            visit(node, ())
