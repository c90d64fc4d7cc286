"use strict";

// The question: every figure with the path that replaces it, what has been changed, and the solve.
const opened = new Set(), LONG = 24; // letters that are not pressed into a narrow column

function renderQuestion() {
  if (tree !== null) {
    fill("tables", listTables().map(showTable));
    fill("measures", Object.entries(tree.names.measures).map(([id, of]) => make("option", { value: id }, name(of))));
  }
  renderChanges();
  renderSolve();
}
function listTables() { return [{ key: "", title: {}, columns: [], rows: tree.settings }, ...tree.tables]; }
function showTable(table) {
  const inside = make("div", { class: "inside" }), key = table.key;
  const title = key ? capital(name(table.title)) : say("desk_settings");
  const count = make("small", {}, say("desk_rows", { count: table.rows.length }));
  const marked = make("small", { class: "marked" }, tellMark(table));
  const fillInside = () => {
    if (!inside.childElementCount) { inside.append(...(key ? showRows(table, title) : [showSettings(table, title)])); }
  };
  const toggle = event => {
    if (event.target.open) { opened.add(key); fillInside(); } else { opened.delete(key); }
  };
  if (opened.has(key)) { fillInside(); }
  return make("details", { toggle, open: opened.has(key), "data-table": key }, make("summary", {}, title, count, marked), inside);
}
function tellMark(table) {
  const count = Object.keys(state.given).filter(path => belongs(path, table)).length;
  return count ? say("desk_changed", { count }) : "";
}
function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }
function belongs(path, table) {
  if (table.key) { return path.startsWith(table.key + ".") || path.startsWith(table.key + "["); }
  return table.rows.some(row => row.path === path);
}
function showSettings(table, title) {
  const rows = table.rows.map(row => [nameRow(name(row.title), row.path), showFigure(row.path, row.value)]);
  return sheet(title, [[say("desk_row"), false], ["", true]], rows);
}
function nameRow(text, path) { return text === path ? text : [text, make("small", {}, path)]; }
function showRows(table, title) {
  const isRules = table.key === "rules";
  const heads = [[say("desk_row"), false], ...(isRules ? [[say("desk_rule_on"), false]] : []),
    ...table.columns.map(column => [tellHead(column), column.numeric])];
  const lines = table.rows.map(row => make("tr", {}, make("th", { scope: "row" }, nameRow(name(row.name), row.key)),
    isRules ? make("td", {}, showSwitch(row.path, state.given[row.path] !== "off", "on", "off", true)) : null,
    table.columns.map(column => showCell(row, column))));
  const rows = sheet(title, heads, lines);
  if (table.rows.length <= 12) { return [rows]; }
  const find = event => lines.forEach(line => {
    line.hidden = !line.textContent.toLowerCase().includes(event.target.value.trim().toLowerCase());
  });
  const label = say("desk_find");
  return [make("input", { class: "find", type: "search", placeholder: label, "aria-label": label, input: find }), rows];
}
function showCell(row, column) {
  if (!(column.key in row.cells)) {
    return make("td", { class: "n" }, column.everywhere ? showFigure(row.path + "." + column.key, "") : null);
  }
  const value = row.cells[column.key];
  if (typeof value === "string") { return make("td", { class: value.length > LONG ? "word long" : "word" }, tellWord(column.key, value)); }
  return make("td", { class: "n" }, showFigure(row.path + "." + column.key, value));
}
const TABLES_OF = { county: "counties", industry: "industries", from: "industries", to: "industries", chain: "chains" };
const OWN = new Set(["kind", "type", "each", "per", "within", "fund", "category", "categories", "national", "stage"]);
function tellWord(column, word) { // ids by their names, and the format's own words, in the language shown
  const last = column.split(".").pop();
  if (column in TABLES_OF) { return nameOf(TABLES_OF[column], word); }
  return OWN.has(last) ? word.split(", ").map(one => tellOwn(last, one)).join(say("desk_between")) : word;
}
function tellOwn(column, word) {
  const texts = data.texts[state.lang], known = column === "fund" ? nameOf("funds", word) : word;
  return known !== word ? known : texts["page_kind_" + word] ?? texts[word] ?? data.words[state.lang][word] ?? word;
}
function tellHead(column) { // a column of one county each has the name of the county
  const [root, id] = column.key.split("."), title = name(column.title);
  return root === "by_county" ? title.replace(id, nameOf("counties", id)) : title;
}
function showFigure(path, value) {
  const now = path in state.given ? state.given[path] : String(value);
  if (typeof value === "boolean") { return showSwitch(path, now === "true", "true", "false", value); }
  const change = event => setFigure(event.target, path, event.target.value.trim(), String(value));
  const mark = path in state.given ? "changed" : null;
  const field = make("input", { type: "text", inputmode: "decimal", class: mark, "aria-label": path, title: path, change });
  field.value = now;
  if (value === "") { field.placeholder = path.startsWith("by_year.") ? say("desk_as_before") : "–"; }
  return field;
}
function showSwitch(path, on, yes, no, written) {
  const change = event => setFigure(event.target, path, event.target.checked ? yes : no, written ? yes : no);
  const field = make("input", { type: "checkbox", "aria-label": path, title: path, change });
  field.checked = on;
  return field;
}
function setFigure(field, path, text, written) { // tables may be long: only what is said of them is written anew
  if (text === "" || text === written) { delete state.given[path]; } else { state.given[path] = text; }
  keep();
  if (field.type !== "checkbox") {
    field.value = state.given[path] ?? written;
    field.classList.toggle("changed", path in state.given);
  }
  listTables().forEach(table => {
    const shown = [...document.querySelectorAll("[data-table]")].find(one => one.dataset.table === table.key);
    shown.querySelector(".marked").textContent = tellMark(table);
  });
  renderChanges();
  renderSolve();
}
function findWritten(path) {
  const setting = tree && tree.settings.find(row => row.path === path);
  if (setting) { return String(setting.value); }
  for (const table of tree ? tree.tables : []) {
    const row = table.rows.find(one => path.startsWith(one.path + ".") && path.slice(one.path.length + 1) in one.cells);
    if (row) { return String(row.cells[path.slice(row.path.length + 1)]); }
  }
  return null;
}

function renderChanges() {
  const rules = state.rules.map((rule, k) => showChange("--rule " + rule, "", () => { state.rules.splice(k, 1); }));
  const figures = Object.entries(state.given).map(([path, value]) => {
    const written = findWritten(path), old = written === null ? "" : say("desk_written", { value: written });
    return showChange(path + "=" + value, old, () => { delete state.given[path]; });
  });
  const items = [...rules, ...figures];
  if (!items.length) { fill("changes", make("p", { class: "note" }, say("desk_no_changes"))); return; }
  const all = button(say("desk_undo_all"), () => undo(() => { state.given = {}; state.rules = []; }), { class: "small" });
  fill("changes", make("h3", {}, say("desk_changed", { count: items.length })),
    make("ul", { class: "change-list" }, items), items.length > 1 ? all : null);
}
function showChange(text, old, forget) {
  const label = say("desk_undo_of", { path: text });
  return make("li", {}, make("code", {}, text), make("span", { class: "old" }, old),
    button(say("desk_undo"), () => undo(forget), { "aria-label": label }));
}
function undo(forget) { forget(); keep(); renderQuestion(); }
function suggestName() {
  const taken = new Set([...scenarios.map(one => one.name), ...sought]);
  for (let number = 1; ; number += 1) {
    const found = say("desk_first_name", { number });
    if (!taken.has(found)) { return found; }
  }
}
function renderSolve() {
  at("name").value = state.name;
  at("name").placeholder = suggestName();
  ["gap", "time_limit"].forEach(key => { at(key).value = state[key]; at(key).placeholder = say("desk_as_written"); });
  const locks = Object.keys(state.locks).length;
  const unlock = button(say("desk_unlock"), () => { state.locks = {}; keep(); renderQuestion(); renderPlan(); }, { class: "small" });
  fill("locked", locks ? [say("desk_locked", { count: locks }) + " ", unlock] : []);
}

function listenQuestion() {
  at("adding").addEventListener("submit", event => {
    event.preventDefault();
    const text = at("add").value.trim(), found = /^((?:\[[^\]]*\]|[^=])+)=([^]*)$/.exec(text);
    if (found === null && !text.startsWith("{")) { tellFault(say("desk_add_bad")); return; }
    if (text.startsWith("{")) { state.rules.push(text); } else { state.given[found[1].trim()] = found[2].trim(); }
    at("add").value = "";
    keep();
    renderQuestion();
  });
  at("check").addEventListener("click", () => show("check", {}));
  at("solving").addEventListener("submit", async event => {
    event.preventDefault();
    const plan = Object.entries(state.locks).map(([key, money]) => writeRow(key, money, true));
    if (!state.name.trim()) { await refresh(); } // other windows may have taken names
    show("solve", { name: state.name.trim() || suggestName(), plan });
  });
  at("why").addEventListener("submit", event => {
    event.preventDefault();
    show("why", { what: at("what").value, units: at("units").value, aid: at("aid").value });
  });
  at("price").addEventListener("submit", event => {
    event.preventDefault();
    show("price", { only: at("only").value });
  });
  at("repair").addEventListener("click", () => show("repair", {}));
}
