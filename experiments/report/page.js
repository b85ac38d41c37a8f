"use strict";
// Tables are sorted by a click on a heading, or by its button and the keyboard. Without this script all else works.

const number = (text) => {
  const match = text.replace(/,/g, "").replace(/\u2212/g, "-").match(/^(?:more than )?([+-]?\d+(?:\.\d+)?)/);
  return match ? Number(match[1]) : NaN;
};

const value = (row, column) => (row.cells[column]?.firstChild?.textContent ?? "").trim();

const compared = (a, b) => {
  const [x, y] = [number(a), number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a.localeCompare(b, "en", { numeric: true });
  return x - y;
};

function sort(table, headings, column) {
  const heading = headings[column];
  const isUp = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of headings) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => compared(value(a, column), value(b, column)));
  body.append(...(isUp ? rows : rows.reverse()));
}

/** Give the headings of an element's tables a button each. */
function sortable(root) {
  for (const table of root.querySelectorAll("table:not(.map)")) {
    if (!table.tHead || table.tHead.querySelector("button") || table.tBodies[0].rows.length < 3) continue;
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      if (!heading.textContent.trim() || heading.querySelector(".skip")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort by this column";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, headings, column));
      heading.append(button);
    });
  }
}

// What is still fetched again would lose its order.
if (!document.querySelector("main[data-refresh]")) sortable(document);
