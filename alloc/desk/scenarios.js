"use strict";

// Scenarios: all of them, up to four side by side, and workbooks to check.
const rows = {};

function fetchRows(of) {
  if (!(of in rows)) {
    rows[of] = call("/scenario/" + encodeURIComponent(of) + "/rows" + query());
    rows[of].catch(() => { delete rows[of]; });
  }
  return rows[of];
}
function nameOf(table, id) { return tree && Object.hasOwn(tree.names[table], id) ? name(tree.names[table][id]) : id; }
function money() { return tree ? tree.money : ""; }

async function renderScenarios() {
  const known = new Set(scenarios.map(one => one.name));
  if (!known.has(state.current)) { state.current = scenarios.length ? scenarios[scenarios.length - 1].name : ""; }
  state.pins = state.pins.filter(one => known.has(one));
  keep();
  fill("scenarios-body", scenarios.length ? listScenarios() : make("p", { class: "note" }, say("desk_no_plan")));
  renderSolve();
  await Promise.all([renderPlan(), renderCompare()]).catch(error => tellFault(error.message));
}
function tellStatus(one) {
  const key = "desk_s_" + one.status;
  return key in data.texts[state.lang] ? say(key) : String(one.status ?? "?");
}
function tellNumber(value) { return typeof value === "number" ? amount(value) : "?"; }
function tellGap(value) {
  return typeof value === "number" ? fixed(100 * Math.max(value, 0), 2).replace(/\.00$/, "") + "%" : "?";
}

const SHOWN = [
  ["desk_status", tellStatus], ["desk_goal", one => tellNumber(one.objective)], ["desk_bound", one => tellNumber(one.bound)],
  ["desk_gap_short", one => tellGap(one.gap)], ["desk_jobs", one => tellNumber(one.employment)],
  ["desk_through_aid", one => tellNumber(one.through_aid)], ["desk_linkage", one => tellNumber(one.linkage)],
];

function listScenarios() {
  const heads = [[say("desk_name"), false], ...SHOWN.map(([key], j) => [say(key), j > 0])];
  const lines = scenarios.flatMap(one => {
    const title = one.name + (one.name === data.plan ? " (" + say("desk_opened") + ")" : "");
    const cells = SHOWN.map(([, tell], j) => make("td", { class: j ? "n" : "word" }, tell(one)));
    const shown = { class: one.name === state.current ? "current" : null, "data-scenario": one.name };
    return [make("tr", shown, make("th", { scope: "row" }, title), cells),
      make("tr", { class: "screen" }, make("td", { colspan: heads.length }, showActions(one)))];
  });
  return sheet(say("desk_h_scenarios"), heads, lines);
}
function showActions(one) {
  const place = "/scenario/" + encodeURIComponent(one.name) + "/";
  const change = event => pin(one.name, event.target.checked);
  const box = make("input", { type: "checkbox", "aria-label": say("desk_pin_name", { name: one.name }), change });
  box.checked = state.pins.includes(one.name);
  const look = () => {
    state.current = one.name;
    state.edits = {};
    keep();
    renderScenarios();
    answered = null;
    fill("answer-body", one.command ? tellCommand(one.command) : null);
    showReport(one.name);
    at("answer").scrollIntoView({ block: "start" });
  };
  const take = () => {
    undo(() => { state.given = { ...one.asked.given }; state.rules = [...one.asked.rules || []]; });
    at("solve").scrollIntoView();
  };
  return make("div", { class: "row-actions" },
    make("label", {}, box, " ", say("desk_pin")), button(say("desk_show"), look),
    one.asked.given ? button(say("desk_take"), take) : null,
    make("a", { href: place + "report.html" + query(), target: "_blank", rel: "noopener" }, say("desk_page")),
    make("a", { href: place + "allocation.xlsx", download: true }, say("desk_workbook")),
    make("a", { href: place + "zip", download: true }, say("desk_zip")));
}
function tellAsked(one) { // what was otherwise than written
  const figures = Object.entries(one.asked.given || {}).map(pair => pair.join("="));
  return [...one.asked.rules || [], ...figures, ...one.asked.locked ? [say("desk_asked_locked")] : []].join("; ");
}
function offerDiff(a, b) {
  return button(say("desk_diff", { a, b }), () => show("diff", { a, b }), { class: "small", "data-asks": true });
}
function pin(of, on) {
  if (on && state.pins.length >= MOST_PINS) { tellFault(say("desk_pin_full")); renderScenarios(); return; }
  state.pins = on ? [...state.pins, of] : state.pins.filter(one => one !== of);
  keep();
  renderCompare().catch(error => tellFault(error.message));
}

async function renderCompare() {
  const pinned = state.pins.map(of => scenarios.find(one => one.name === of)).filter(Boolean);
  if (pinned.length < 2) { fill("compare"); return; }
  const pins = state.pins, tables = await Promise.all(pinned.map(one => fetchRows(one.name)));
  if (pins !== state.pins) { return; } // others have been chosen meanwhile
  const [first] = pinned;
  const heads = [["", false], ...pinned.map(one => [one.name, true])];
  const lines = SHOWN.map(([key, tell]) => [say(key), ...pinned.map(tell)]);
  const placeOf = row => JSON.stringify([row.county, row.year || ""]); // over several years a county has a row in each
  const places = [...new Set(tables.flatMap(table => table.counties.map(placeOf)))];
  for (const [key, column] of [["desk_aid_county", "aid"], ["desk_jobs_county", "jobs_gained"]]) {
    places.forEach(place => {
      const [county, year] = JSON.parse(place);
      const title = nameOf("counties", county) + (year ? " " + year : "");
      lines.push([say(key, { county: title, money: money() }), ...tables.map(table => {
        const row = table.counties.find(one => placeOf(one) === place);
        return row ? tellNumber(Number(row[column])) : "";
      })]);
    });
  }
  lines.push([say("desk_asked"), ...pinned.map(tellAsked)]);
  const diffs = pinned.slice(1).map(one => offerDiff(first.name, one.name));
  fill("compare", make("h3", {}, say("desk_h_compare")), sheet(say("desk_h_compare"), heads, lines),
    make("p", { class: "actions screen" }, diffs));
}

function listenScenarios() {
  const send = file => file && file.size > data.most ? tellFault(say("desk_too_large", { found: file.name }))
    : file && show("upload", {}, () => post("/upload" + query({ file: file.name }), file, true));
  at("file").addEventListener("change", () => { send(at("file").files[0]); at("file").value = ""; });
  at("drop").addEventListener("dragover", event => { event.preventDefault(); at("drop").classList.add("over"); });
  at("drop").addEventListener("dragleave", () => at("drop").classList.remove("over"));
  at("drop").addEventListener("drop", event => {
    event.preventDefault();
    at("drop").classList.remove("over");
    send(event.dataTransfer.files[0]);
  });
}
