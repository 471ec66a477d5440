// Tables as every reader can use them. Markdown has no table without a header, so that one without is written with empty
// cells; and a wide one scrolls, which must be possible with the keyboard too.

/** A plugin of rehype. */
export function tables() {
  return (tree) => change(tree);
}

function change(node) {
  for (const [at, child] of (node.children ?? []).entries()) {
    if (child.tagName !== "table") {
      change(child);
      continue;
    }
    const head = child.children.find(({ tagName }) => tagName === "thead");
    const cells = head?.children.flatMap((row) => row.children ?? []).filter(({ tagName }) => tagName === "th") ?? [];
    const empty = cells.filter((cell) => cell.children.length === 0);
    if (empty.length === cells.length) child.children = child.children.filter((part) => part !== head);
    else for (const cell of empty) cell.tagName = "td";
    const properties = { className: ["table"], tabIndex: 0, role: "group", ariaLabel: "Table" };
    node.children[at] = { type: "element", tagName: "div", properties, children: [child] };
  }
}
