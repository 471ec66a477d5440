"""Prints what the modules of the Python package make public, as JSON: names, declarations and docstrings.

    python reference.py hookseal hookseal.once

Nothing is imported: the sources are parsed. What is written in Rust has its declaration in `_hookseal.pyi`, and its
docstrings in `bindings-python/src/`.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

BINDINGS = Path(__file__).resolve().parents[2] / "bindings-python"
NATIVE = "hookseal._hookseal"

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Item = dict[str, Any]


class Module:
    """The source of a module, and where its names come from."""

    def __init__(self, name: str) -> None:
        self.name = name
        base = BINDINGS / "python" / Path(*name.split("."))
        files = [base / "__init__.py", base.with_suffix(".py"), base.with_suffix(".pyi")]
        [file] = [file for file in files if file.exists()]
        self.text = file.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, str] = {}
        self._read(self.tree.body)

    def _read(self, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, Definition):
                self.definitions.setdefault(node.name, node)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self.definitions.setdefault(target.id, node)
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imports.update({alias.asname or alias.name: node.module for alias in node.names})
            elif isinstance(node, ast.If):
                self._read(node.body)

    def public(self) -> list[str]:
        """The names in `__all__`, or without it all that are defined here and do not begin with an underscore."""
        listed = self.definitions.get("__all__")
        if isinstance(listed, ast.Assign):
            return [str(name) for name in ast.literal_eval(listed.value)]
        return [name for name in self.definitions if not name.startswith("_")]

    def source(self, node: ast.AST) -> str:
        """The code of a node as it is written, comments included, without its indentation."""
        segment = ast.get_source_segment(self.text, node, padded=True)
        assert segment is not None
        return inspect.cleandoc("\n" + segment)


MODULES: dict[str, Module] = {}


def module(name: str) -> Module:
    return MODULES.setdefault(name, Module(name)) if name not in MODULES else MODULES[name]


def find(name: str, start: Module) -> tuple[Module, ast.stmt]:
    """Where a name of a module is defined."""
    if name in start.definitions:
        return start, start.definitions[name]
    return find(name, module(start.imports[name]))


def native_docs() -> dict[str, str]:
    """The docstrings of what is written in Rust, by `Class`, `Class.method` or `function`."""
    docs: dict[str, str] = {}
    for file in sorted((BINDINGS / "src").glob("*.rs")):
        lines: list[str] = []
        attributes = ""
        owner = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            stripped = line.strip()
            if stripped.startswith("///"):
                lines.append(stripped.removeprefix("///").removeprefix(" "))
                continue
            if found := re.match(r"(?:pub(?:\(crate\))? )?(struct|enum|impl|fn) (\w+)", stripped):
                kind, name = found.groups()
                if kind == "impl":
                    owner = name if "pymethods" in attributes else ""
                elif kind != "fn" and "pyclass" in attributes:
                    docs[name] = "\n".join(lines)
                elif kind == "fn" and (("pyfunction" in attributes) or (owner and re.match(r" {4}\S", line))):
                    renamed = re.search(r'name = "(\w+)"', attributes)
                    name = renamed[1] if renamed else name
                    docs[f"{owner}.{name}" if "pyfunction" not in attributes else name] = "\n".join(lines)
                lines, attributes = [], ""
            elif stripped.startswith("#["):
                attributes += stripped
            elif attributes and re.match(r"[\w)(\]\"]", stripped) and not stripped.endswith(("}", ";")):
                attributes += stripped
            elif stripped == "}" or not stripped:
                lines, attributes = [], ""
    return docs


NATIVE_DOCS = native_docs()


def doc_of(node: ast.stmt, where: Module, name: str) -> str:
    written = ast.get_docstring(node) if isinstance(node, Definition) else None
    return written or (NATIVE_DOCS.get(name, "") if where.name == NATIVE else "")


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, where: Module) -> str:
    """The decorators that callers notice, and the signature as it is written."""
    decorators = [f"@{ast.unparse(decorator)}" for decorator in node.decorator_list]
    first = node.body[0]
    lines = where.text.splitlines()
    head = "\n".join(lines[node.lineno - 1 : first.lineno])
    end = head.rfind(":", 0, len(head) - len(lines[first.lineno - 1]) + first.col_offset)
    return "\n".join([*decorators, inspect.cleandoc("\n" + head[:end])])


def item(name: str, where: Module, node: ast.stmt) -> Item:
    doc = doc_of(node, where, name)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {"name": name, "code": signature(node, where), "doc": doc}
    if not isinstance(node, ast.ClassDef):
        return {"name": name, "code": where.source(node), "doc": comment_above(node, where)}
    return {"name": name, "code": class_code(node, where), "doc": doc, "members": members(name, node, where)}


def comment_above(node: ast.stmt, where: Module) -> str:
    lines = where.text.splitlines()[: node.lineno - 1]
    found: list[str] = []
    while lines and lines[-1].startswith("# "):
        found.insert(0, lines.pop().removeprefix("# "))
    return "\n".join(found)


def class_code(node: ast.ClassDef, where: Module) -> str:
    """The head of a class, and its public fields with the comments above them."""
    bases = [ast.unparse(base) for base in [*node.bases, *(keyword.value for keyword in node.keywords)]]
    shown = [base for base in bases if not base.startswith("_")]
    decorators = [f"@{ast.unparse(decorator)}" for decorator in node.decorator_list]
    head = f"class {node.name}({', '.join(shown)})" if shown else f"class {node.name}"
    text = where.text.splitlines()
    fields: list[str] = []
    for field in node.body:
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if field.target.id.startswith("_"):
            continue
        first = field.lineno - 1
        while text[first - 1].strip().startswith("#"):
            first -= 1
        fields += text[first : field.end_lineno]
    return "\n".join([*decorators, head + (":" if fields else ""), *fields])


def members(owner: str, node: ast.ClassDef, where: Module) -> list[Item]:
    """The public methods, those of private base classes included. Overloads are one."""
    found: dict[str, Item] = {}
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        makes = method.name in ("__init__", "__new__")
        if method.name.startswith("_") and not makes:
            continue
        shown = f"{owner}()" if makes else f"{owner}.{method.name}"
        entry = found.setdefault(shown, {"name": shown, "code": "", "doc": ""})
        if any(ast.unparse(decorator) == "overload" for decorator in method.decorator_list) or not entry["code"]:
            entry["code"] += signature(method, where) + "\n"
        entry["doc"] = entry["doc"] or doc_of(method, where, f"{owner}.{method.name}")
    for base in node.bases:
        name = ast.unparse(base)
        if name in where.definitions or where.imports.get(name, "").startswith("hookseal"):
            place, inherited = find(name, where)
            if isinstance(inherited, ast.ClassDef) and (name.startswith("_") or "._" in place.name):
                for entry in members(owner, inherited, place):
                    found.setdefault(entry["name"], entry)
    return list(found.values())


def describe(name: str) -> Item:
    here = module(name)
    items = [item(public, *find(public, here)) for public in here.public()]
    return {"doc": ast.get_docstring(here.tree) or "", "items": items}


if __name__ == "__main__":
    json.dump({name: describe(name) for name in sys.argv[1:]}, sys.stdout)
