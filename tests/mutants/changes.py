"""Small wrong changes of a module: a comparison, a constant, a condition, a return, a statement that is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# what no test of behaviour sees: words for people, types, what a type checker needs
_PASSED_OVER = (ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom)
_PASSED_OVER_FIELDS = {"annotation", "returns", "decorator_list", "type_params", "exc", "cause"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: in which function and on which lines, what was changed, and the whole text."""

    where: str
    lines: range
    said: str
    source: str


@dataclass(frozen=True, slots=True)
class _Site:
    """A node with where it hangs: the field of its parent, and its place in that field where it is a list."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST
    where: str
    statement: ast.stmt

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's text, in the order of its lines."""
    tree = ast.parse(source)
    for site in list(_sites(tree, "", None)):
        for changed in _changes(site):
            site.put(changed)
            lines = range(site.statement.lineno, (getattr(site.node, "end_lineno", None) or site.statement.lineno) + 1)
            said = f"{_short(site.node)} became {_short(changed)}"
            yield Mutant(site.where or "the module", lines, said, ast.unparse(ast.fix_missing_locations(tree)))
            site.put(site.node)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:60]} ... {text[-25:]}"


def _sites(parent: ast.AST, where: str, statement: ast.stmt | None) -> Iterator[_Site]:
    for name, value in ast.iter_fields(parent):
        if name in _PASSED_OVER_FIELDS:
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for at, node in children:
            if not isinstance(node, ast.AST) or isinstance(node, _PASSED_OVER) or _is_for_people(node):
                continue
            inside = f"{where}.{node.name}".lstrip(".") if isinstance(node, _NAMED) else where
            around = node if isinstance(node, ast.stmt) else statement
            if around is not None:
                yield _Site(parent, name, at, node, inside, around)
            yield from _sites(node, inside, around)


def _is_for_people(node: ast.AST) -> bool:
    """A docstring, or a line for the log."""
    if not isinstance(node, ast.Expr):
        return False
    return isinstance(node.value, ast.Constant) or ast.unparse(node.value).startswith(("log.", "logger."))


def _changes(site: _Site) -> Iterator[ast.AST]:
    node = site.node
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            changed = [*node.ops[:at], _COMPARISONS[type(operator)](), *node.ops[at + 1 :]]
            yield ast.Compare(node.left, changed, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield from _constants(site, node.value)
    elif isinstance(node, ast.stmt):
        yield from _statements(node)
    if site.field == "test" and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        yield ast.UnaryOp(ast.Not(), node)


def _constants(site: _Site, value: Any) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and isinstance(site.parent, ast.Compare | ast.Subscript | ast.Dict | ast.Set):
        yield ast.Constant(f"not {value}")


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif _can_be_left_out(node):
        yield ast.Pass()


def _can_be_left_out(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    if isinstance(node, ast.Assign):  # of a name: its reader would fail at once
        return isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    return isinstance(node, ast.Raise | ast.AugAssign)
