// What the page holds: words, plans as tables, and where the sliders stand.

const at = id => document.getElementById(id);
const data = JSON.parse(at("data").textContent), { sliders, texts, places, rows } = data;
const CATEGORIES = ["infrastructure", "training", "insurance", "technology", "enterprise"];
const MOST_PINS = 4, MOST_ROWS = 200, MOST_LINES = 30, NEAR = 1e-6, PAUSE = 200;
let state, written = "", writing = 0;

function subtract(one, other) { // specks of the solver are no change, as in alloc diff
  if (one === null || other === null) { return null; }
  const change = one - other;
  return Math.abs(change) > NEAR * Math.max(1, Math.abs(one), Math.abs(other)) ? change : 0;
}
function tellChange(value, shown) { return value === null ? "" : signed(value, shown || amount); }

// Words in the language that is shown.
function say(key, values) {
  const fillPlace = (place, name) => (values && name in values ? values[name] : place);
  return texts[state.lang][key].replace(/\{(\w+)\}/g, fillPlace);
}
function inChinese() { return state.lang === "zh"; }
function bracket(text) { return inChinese() ? "（" + text + "）" : " (" + text + ")"; }
function colon(one, other) { return say(one) + (inChinese() ? "：" : ": ") + say(other); }
function tellStatus(point) { return say("point_" + rows.status[point]); }
function tellGap(point) { return say("whatif_gap", { gap: rows.gap[point] }); }

// A plan's table: rows of columns, from what it has other than today's.
const read = {};
function table(name, point) {
  const key = name + " " + point;
  if (!(key in read)) {
    const { base, columns, plans } = data.tables[name], plan = plans[point];
    const pick = (column, j) => [column, patch(base[j], plan[j])];
    read[key] = plan === null ? null : Object.fromEntries(columns.map(pick));
  }
  return read[key];
}
function patch(base, pairs) {
  const values = base.slice();
  for (let i = 0, row = 0; i < pairs.length; i += 2) {
    row += pairs[i];
    values[row] = pairs[i + 1];
  }
  return values;
}
function planned(point) { return rows.objective[point] !== null; }
function names(name) { return data.tables[name].names[state.lang]; }
function words(name, j) { return [...new Set(names(name).map(row => row[j]))]; }
function total(name, point, column, word, j) {
  return table(name, point)[column].reduce((sum, value, i) => (names(name)[i][j] === word ? sum + value : sum), 0);
}

// Where the sliders stand, and what is shown there.
const byPlace = Object.fromEntries(places.map((place, point) => [place.join(" "), point]));
function size(j) { return sliders[j].told.en.length; }
function value(j, i) { return sliders[j].numbers === null ? i : sliders[j].numbers[i]; }
function stand(j) { // the number of the position that a slider stands at, -1 between two
  return sliders[j].numbers === null ? state.at[j] : sliders[j].numbers.indexOf(state.at[j]);
}
function solved() { return byPlace[sliders.map((_, j) => stand(j)).join(" ")] ?? -1; }
function share(j, number) { // how far along its slider a number lies
  const { numbers } = sliders[j];
  return (number - numbers[0]) / (numbers[numbers.length - 1] - numbers[0] || 1);
}
function distance(j, i) { // in parts of the slider; words are all as far from each other
  if (sliders[j].numbers === null) { return state.at[j] === i ? 0 : 1; }
  return share(j, state.at[j]) - share(j, value(j, i));
}
function nearest() {
  const away = places.map(place => place.reduce((sum, i, j) => sum + distance(j, i) ** 2, 0));
  return away.reduce((best, one, point) => (one < away[best] ? point : best), 0);
}
function current() { return solved() < 0 ? nearest() : solved(); }
function valuesOf(point) { return places[point].map((i, j) => value(j, i)); }
function tellPlace(point) {
  const told = places[point].map((i, j) => sliders[j].names[state.lang] + " " + sliders[j].told[state.lang][i]);
  return told.join(inChinese() ? "；" : "; ");
}
function tellValue(j) {
  const i = stand(j);
  if (i >= 0) { return sliders[j].told[state.lang][i]; }
  return (sliders[j].factor ? "× " : "") + Number(state.at[j].toPrecision(4));
}

function go(values) { state.at = values; render(); }
function set(j, i) { go(state.at.map((old, k) => (k === j ? value(j, i) : old))); }
function step(j, by) { // to the next position that was solved, in a direction
  let i = stand(j);
  if (i < 0) {
    const above = sliders[j].numbers.findIndex(number => number > state.at[j]);
    i = by > 0 ? above - 1 : above;
  }
  set(j, Math.max(0, Math.min(size(j) - 1, i + by)));
}
function slide(j, raw) { // a position catches a slider that comes near it
  const { numbers } = sliders[j];
  if (numbers === null) { return set(j, Math.round(raw)); }
  const gaps = numbers.slice(1).map((number, k) => (number - numbers[k]) / 4);
  const hold = Math.min(0.02 * (numbers[numbers.length - 1] - numbers[0]), ...gaps);
  const caught = numbers.find(number => Math.abs(number - raw) <= hold);
  go(state.at.map((old, k) => (k === j ? caught ?? raw : old)));
}
