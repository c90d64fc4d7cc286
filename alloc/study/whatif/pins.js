// Pinned plans, side by side: groups of rows, each with its numbers as text and what they change by.
function comparePins() {
  const goals = listGoals().map(([key, name, shown]) => ({
    name,
    texts: state.pins.map(point => showFigure(key, point, shown)),
    changes: state.pins.map(point => changeFigure(key, point, state.pins[0])),
    shown,
  }));
  const column = (name, key) => (point, i) => table(name, point)[key][i];
  const sum = (name, key, j) => (point, i) => total(name, point, key, words(name, j)[i], j);
  const counties = words("counties", 0), called = names("measures").map(name => name[0] + " · " + name[1]);
  const differing = compareLines(called, column("measures", "cost")).filter(line => line.changes.some(Boolean));
  const weigh = line => Math.max(...line.changes.map(Math.abs));
  return [
    ["", goals],
    [say("whatif_aid_county", data), compareLines(counties, column("counties", "aid"))],
    [say("whatif_chart_jobs"), compareLines(counties, column("counties", "jobs_gained"))],
    [say("whatif_aid_category", data), compareLines(words("pairs", 1), sum("pairs", "aid", 1))],
    [say("whatif_spent", data), compareLines(words("funds", 0), sum("funds", "spent", 0))],
    [say("whatif_cost_measure", data), largest(differing, MOST_ROWS, weigh)],
  ].filter(group => group[1].length);
}
function compareLines(called, find) {
  return called.map((name, i) => {
    const found = state.pins.map(point => (planned(point) ? find(point, i) : null));
    const told = found.map(x => (x === null ? say("whatif_none") : amount(x)));
    return { name, texts: told, changes: found.map(x => subtract(x, found[0])), shown: amount };
  });
}
function headPin(point, k) {
  const name = say("whatif_pin_number", { number: k + 1 });
  const proof = tellStatus(point) + (planned(point) ? " · " + tellGap(point) : "");
  const show = button(say("whatif_show"), say("whatif_show") + " " + name, () => go(valuesOf(point)));
  const drop = button("×", say("whatif_remove", { number: k + 1 }), () => unpin(k));
  const small = [make("small", {}, tellPlace(point)), make("small", {}, proof)];
  return make("th", { scope: "col", class: "n" }, name, small, show, drop);
}
function comparedCell(line, k) {
  const change = k && line.changes[k] ? make("small", {}, tellChange(line.changes[k], line.shown)) : null;
  return make("td", { class: "n" }, line.texts[k], change);
}
function renderPins(point) {
  const held = state.pins.includes(point);
  at("pin").textContent = say(held ? "whatif_unpin" : "whatif_pin");
  at("pin").setAttribute("aria-pressed", String(held));
  if (!state.pins.length) { return fill("pins-body", note(say("whatif_no_pins"))); }
  const body = comparePins().flatMap(([title, lines]) => {
    const group = make("th", { scope: "colgroup", colspan: state.pins.length + 1 }, title);
    const found = lines.map(line => {
      return make("tr", {}, make("th", { scope: "row" }, line.name), state.pins.map((_, k) => comparedCell(line, k)));
    });
    return title ? [make("tr", { class: "group" }, group), ...found] : found;
  });
  const head = make("tr", {}, make("th", { scope: "col" }, say("whatif_what")), state.pins.map(headPin));
  const made = make("table", { class: "pinned", id: "table-pins" }, make("thead", {}, head), make("tbody", {}, body));
  fill("pins-body", make("div", { class: "table" }, scroll(say("whatif_h_pins"), made)));
}
function unpin(k) {
  state.pins.splice(k, 1);
  render();
}
function pin() {
  const point = current(), k = state.pins.indexOf(point), full = k < 0 && state.pins.length >= MOST_PINS;
  if (k >= 0) { return unpin(k); }
  if (!full) { state.pins.push(point); }
  render();
  if (full) { at("told").textContent = say("whatif_pin_full"); }
}
