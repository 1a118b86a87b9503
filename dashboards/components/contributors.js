/* The editor of contributors: an ordered table that works by mouse and by keyboard alike.
   Rows come from the app in data.rows; every change goes back whole by setStateValue("rows"). */
const drawn = new WeakMap();
/* Where the keyboard was when rows were moved: a redraw takes the focus away with the node that held it. */
let held = null;
const HELD_MS = 3000;

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector("#contributors");
  const w = data.words;
  let state = drawn.get(root);
  if (!state) {
    state = { rows: [], version: null, query: "" };
    drawn.set(root, state);
    build(root, state, w, component);
  }
  state.data = data;
  state.component = component;
  if (state.version !== data.version) {
    state.version = data.version;
    state.rows = data.rows.map((row) => ({ ...row }));
    drawRows(root, state, w);
    refocus(root);
  }
  drawProblems(root, state);
  drawShares(root, state);
  drawFound(root, state, w, setTriggerValue, setStateValue);
}

const make = (tag, properties = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

function build(root, state, w, component) {
  root.replaceChildren(
    make("div", { class: "tools" },
      make("div", { class: "combo" },
        make("input", { id: "who", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list", "aria-label": w.search, placeholder: w.search, autocomplete: "off" }),
        make("ul", { id: "found", role: "listbox", "aria-label": w.found, hidden: true })),
      make("button", { type: "button", id: "external", text: w.add_external }),
      make("button", { type: "button", id: "student", text: w.add_student }),
      make("span", { class: "best", id: "best" })),
    make("div", { id: "table", class: "table" }),
    make("div", { id: "live", class: "live", role: "status", "aria-live": "polite" }));
  const input = root.querySelector("#who");
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.query = input.value.trim(); state.component.setTriggerValue("query", state.query); }, 250);
  });
  input.addEventListener("keydown", (event) => keys(event, root, state));
  input.addEventListener("blur", () => setTimeout(() => hide(root), 150));
  root.querySelector("#external").addEventListener("click", () => add(root, state, { kind: "external", name: "", affiliation: "" }));
  root.querySelector("#student").addEventListener("click", () => add(root, state, { kind: "student", name: "", affiliation: state.data.university }));
}

function hide(root) {
  root.querySelector("#found").hidden = true;
  root.querySelector("#who").setAttribute("aria-expanded", "false");
}

function keys(event, root, state) {
  const options = [...root.querySelectorAll("#found li[data-id]")];
  let at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!options.length) return;
    at = event.key === "ArrowDown" ? (at + 1) % options.length : (at - 1 + options.length) % options.length;
    options.forEach((o, i) => o.setAttribute("aria-selected", i === at ? "true" : "false"));
    root.querySelector("#who").setAttribute("aria-activedescendant", options[at].id);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const chosen = options[at] || (options.length === 1 ? options[0] : null);
    if (chosen) chosen.dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
  } else if (event.key === "Escape") hide(root);
}

function drawFound(root, state, w) {
  const list = root.querySelector("#found"), input = root.querySelector("#who");
  const { found, query } = state.data;
  if (!query || query !== input.value.trim()) { if (!input.value.trim()) hide(root); return; }
  list.replaceChildren();
  for (const person of found) {
    const there = state.rows.some((row) => row.person_id === person.person_id);
    const item = make("li", { role: "option", id: "p" + person.person_id, "data-id": person.person_id, "aria-selected": "false", "aria-disabled": there ? "true" : false },
      make("b", { text: person.name }), make("span", { text: " " + person.staff_no + " · " + person.college + (there ? " · " + w.already : "") }));
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      if (there) return;
      input.value = "";
      hide(root);
      add(root, state, { kind: "staff", person_id: person.person_id, name: person.name, staff_no: person.staff_no, college: person.college, affiliation: state.data.university });
      input.focus();
    });
    list.append(item);
  }
  if (!found.length) list.append(make("li", { class: "none", text: w.none }));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  say(root, w.n_found.replace("{n}", found.length));
}

const say = (root, text) => { root.querySelector("#live").textContent = text; };

function send(state) {
  state.component.setStateValue("rows", state.rows.map((row, at) => ({ ...row, rank: state.data.first_rank + at })));
}

function add(root, state, row) {
  if (state.data.single && state.rows.length) state.rows = [];
  state.rows.push(row);
  drawRows(root, state, state.data.words);
  say(root, state.data.words.added.replace("{name}", row.name || ""));
  send(state);
  if (row.kind !== "staff") root.querySelector(`[data-row="${state.rows.length - 1}"] input.name`)?.focus();
}

function move(root, state, from, to) {
  if (to < 0 || to >= state.rows.length || from === to) return;
  const [row] = state.rows.splice(from, 1);
  state.rows.splice(to, 0, row);
  drawRows(root, state, state.data.words);
  say(root, state.data.words.moved.replace("{name}", row.name || "").replace("{n}", state.data.first_rank + to));
  send(state);
  held = { row: to, until: Date.now() + HELD_MS };
  refocus(root);
}

/* Only where nothing else has been chosen meanwhile. */
function refocus(root) {
  const active = root.getRootNode().activeElement;
  if (!held || Date.now() > held.until || (active && active !== document.body)) return;
  root.querySelector(`[data-row="${held.row}"] .handle`)?.focus();
}

function drawRows(root, state, w) {
  const { columns, first_rank, single } = state.data;
  const table = root.querySelector("#table");
  const head = make("div", { class: "row head", role: "row" },
    make("span", { class: "c-rank", role: "columnheader", text: w.rank }), make("span", { class: "c-name", role: "columnheader", text: w.name }),
    make("span", { class: "c-unit", role: "columnheader", text: w.unit }), make("span", { class: "c-kind", role: "columnheader", text: w.kind }),
    ...columns.map((c) => make("span", { class: "c-" + c.kind, role: "columnheader", text: c.label })), make("span", { class: "c-act", role: "columnheader" }, make("span", { class: "live", text: w.actions })));
  table.setAttribute("role", "table");
  table.setAttribute("aria-label", state.data.label);
  table.replaceChildren();
  if (state.rows.length) table.append(head);
  else table.append(make("p", { class: "none", text: w.empty }));
  state.rows.forEach((row, at) => {
    const rank = first_rank + at;
    const line = make("div", { class: "row", role: "row", "data-row": at, draggable: single ? false : "true" });
    const about = (row.name || w.name) + " " + (row.staff_no || "");
    const handle = make("button", { type: "button", class: "handle", "aria-label": w.move.replace("{name}", about).replace("{n}", rank), text: "⠿",
      on: { keydown: (event) => {
        if (event.key === "ArrowUp") { event.preventDefault(); move(root, state, at, at - 1); }
        if (event.key === "ArrowDown") { event.preventDefault(); move(root, state, at, at + 1); }
      } } });
    const up = make("button", { type: "button", class: "arrow", "aria-label": w.up.replace("{name}", about), text: "↑", disabled: at === 0, on: { click: () => move(root, state, at, at - 1) } });
    const down = make("button", { type: "button", class: "arrow", "aria-label": w.down.replace("{name}", about), text: "↓", disabled: at === state.rows.length - 1, on: { click: () => move(root, state, at, at + 1) } });
    const rankCell = make("span", { class: "c-rank", role: "cell" });
    if (!single) rankCell.append(handle);
    rankCell.append(make("b", { text: rank }));
    if (!single) rankCell.append(up, down);
    const text = (name, label, value, extra = {}) => make("input", { type: "text", class: name, "aria-label": label + " " + rank, value: value ?? "", ...extra,
      on: { change: (event) => { row[name === "name" ? "name" : name] = event.target.value; send(state); },
            keydown: (event) => { if (event.key === "Enter") { event.preventDefault(); event.target.blur(); } } } });
    const name = make("span", { class: "c-name", role: "cell" }, text("name", w.printed, row.name, { placeholder: w.name }));
    const unit = make("span", { class: "c-unit", role: "cell" });
    if (row.staff_no) unit.append(make("span", { class: "who", text: row.staff_no + " · " + (row.college || "—") }));
    if (state.data.affiliations) unit.append(text("affiliation", w.affiliation, row.affiliation, { placeholder: w.affiliation_hint }));
    const cells = columns.map((column) => {
      const cell = make("span", { class: "c-" + column.kind, role: "cell", "data-label": column.label });
      if (column.kind === "shown") cell.append(make("output", { text: "—" }));
      else if (column.kind === "flag") cell.append(make("input", { type: "checkbox", "aria-label": column.label + " " + rank, checked: Boolean(row[column.name]), on: { change: (event) => { row[column.name] = event.target.checked; send(state); } } }));
      else if (column.kind === "choice") {
        const select = make("select", { "aria-label": column.label + " " + rank, on: { change: (event) => { row[column.name] = event.target.value || null; send(state); } } }, make("option", { value: "", text: "—" }));
        for (const [code, word] of column.options) select.append(make("option", { value: code, text: word, selected: row[column.name] === code }));
        cell.append(select);
      } else cell.append(text(column.name, column.label, row[column.name], { inputmode: column.kind === "number" ? "decimal" : null }));
      return cell;
    });
    const remove = make("button", { type: "button", class: "remove", text: w.remove, "aria-label": w.remove + " " + about, on: { click: () => {
      state.rows.splice(at, 1);
      drawRows(root, state, w);
      say(root, w.removed.replace("{name}", row.name || ""));
      send(state);
      root.querySelector("#who").focus();
    } } });
    line.append(rankCell, name, unit, make("span", { class: "c-kind", role: "cell" }, make("span", { class: "chip " + row.kind, text: w[row.kind] })), ...cells, make("span", { class: "c-act", role: "cell" }, remove));
    line.addEventListener("dragstart", (event) => { if (event.target.tagName === "INPUT") { event.preventDefault(); return; } state.dragged = at; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", String(at)); });
    line.addEventListener("dragover", (event) => { event.preventDefault(); line.classList.add("over"); });
    line.addEventListener("dragleave", () => line.classList.remove("over"));
    line.addEventListener("drop", (event) => { event.preventDefault(); line.classList.remove("over"); move(root, state, state.dragged, at); });
    table.append(line);
  });
  const best = state.rows.findIndex((row) => row.kind === "staff");
  root.querySelector("#best").textContent = best < 0 ? w.no_staff : w.best.replace("{name}", state.rows[best].name).replace("{n}", first_rank + best).replace("{all}", first_rank + state.rows.length - 1);
  drawProblems(root, state);
  drawShares(root, state);
}

/* What the app works out from the rows; until it has answered a change the old figure is not shown. */
function drawShares(root, state) {
  const { shares, first_rank } = state.data;
  const known = state.rows.length === Object.keys(shares || {}).length;
  root.querySelectorAll(".row:not(.head)").forEach((line, at) => {
    const cell = line.querySelector(".c-shown output");
    if (cell) cell.textContent = known ? shares[first_rank + at] : "…";
  });
}

function drawProblems(root, state) {
  root.querySelectorAll(".problem").forEach((node) => node.remove());
  for (const [at, messages] of Object.entries(state.data.problems || {})) {
    const line = root.querySelector(`[data-row="${at}"]`);
    if (line) line.after(...messages.map((m) => make("p", { class: "problem", text: m })));
    else root.querySelector("#table").prepend(...messages.map((m) => make("p", { class: "problem", text: m })));
  }
}
