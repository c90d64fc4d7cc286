"use strict";

// The plan of the scenario that is shown: money by measure and fund, as typed where somebody typed, audited as one types.
const TYPED = 700;
let typing = null, again = false, verdict = null;

async function renderPlan() {
  if (!state.current) { fill("plan-body", make("p", { class: "note" }, say("desk_no_plan"))); return; }
  const shownOf = state.current, { allocation, measures } = await fetchRows(shownOf);
  if (shownOf !== state.current) { return; }
  const title = showTitle(scenarios.find(one => one.name === state.current));
  const units = Object.fromEntries(measures.map(row => [scaleOf(row), row.units])), years = hasYears(allocation);
  const shown = allocation.filter(row => !state.paid || Number(amountOf(row)) !== 0 || keyOf(row) in state.locks);
  const lines = shown.map(row => showPayment(row, allocation, units));
  const heads = [...(years ? [[say("desk_year"), false]] : []), [say("desk_measure"), false], [say("desk_fund"), false],
    [say("desk_amount", { money: money() }), true], [say("desk_lock"), false], ["", false],
    [say("desk_units_solved"), true]];
  const only = make("input", { type: "checkbox", change: event => { state.paid = event.target.checked; keep(); renderPlan(); } });
  only.checked = state.paid;
  const reset = button(say("desk_reset"), () => { state.edits = {}; verdict = null; keep(); renderPlan(); });
  const verify = button(say("desk_verify"), () => {
    show("verify", { name: nameTyped(), a: sameFigures() ? state.current : "", plan: listTyped(allocation) });
  }, { "data-asks": true });
  fill("plan-body", title, make("p", {}, make("label", {}, only, " ", say("desk_only_paid"))),
    make("div", { id: "verdict", "aria-live": "polite" }), sheet(say("desk_h_plan"), heads, lines),
    make("p", { class: "actions" }, verify, reset));
  showVerdict();
}
function showTitle(one) { // with what was changed for this plan, which need not be what stands above
  const title = make("h3", {}, say("desk_plan_of", { name: one.name })), changes = tellAsked(one);
  return make("div", {}, title, changes ? make("p", { class: "note" }, say("desk_solved_with", { changes })) : null);
}
function hasYears(allocation) { return allocation.some(row => row.year); }
function keyOf(row) { return JSON.stringify([row.measure, row.fund, ...(row.year ? [row.year] : [])]); }
function scaleOf(row) { return JSON.stringify([row.measure, row.year || ""]); }
function writeRow(key, money, locked) { // as the desk takes it
  const [measure, fund, year] = JSON.parse(key);
  return [year || "", measure, fund, money, locked];
}
function amountOf(row) { return state.edits[keyOf(row)] ?? row.amount; }
function nameTyped() { return "typed " + state.window.slice(0, 6); }
function listTyped(allocation) { return allocation.map(row => writeRow(keyOf(row), amountOf(row), false)); }

function showPayment(row, allocation, units) {
  const key = keyOf(row), called = [nameOf("measures", row.measure), nameOf("funds", row.fund)];
  const label = [...(row.year ? [row.year] : []), ...called].join(" · ");
  const type = event => {
    const text = event.target.value.trim();
    if (text === "" || text === shorten(row.amount)) { delete state.edits[key]; } else { state.edits[key] = text; }
    if (key in state.locks) { state.locks[key] = amountOf(row); }
    event.target.classList.toggle("changed", key in state.edits);
    keep();
    showVerdict();
    clearTimeout(typing);
    if (sameFigures()) { typing = setTimeout(() => auditTyped(allocation), TYPED); }
  };
  const lock = event => {
    if (event.target.checked) { state.locks[key] = amountOf(row); } else { delete state.locks[key]; }
    keep();
    renderSolve();
  };
  const field = make("input", { type: "text", inputmode: "decimal", class: key in state.edits ? "changed" : null,
    "aria-label": label, change: type });
  field.value = key in state.edits ? state.edits[key] : shorten(row.amount);
  const box = make("input", { type: "checkbox", "aria-label": say("desk_lock") + ": " + label, change: lock });
  box.checked = key in state.locks;
  const why = button(say("desk_why"), () => show("why", { what: row.measure }),
    { class: "small", "data-asks": true, "aria-label": say("desk_why") + " " + nameOf("measures", row.measure) });
  const scale = make("span", { "data-measure": row.measure, "data-scale": scaleOf(row), "data-units": units[scaleOf(row)] });
  const [measure, fund] = called, named = nameRow(measure, row.measure);
  return [...(row.year ? [row.year] : []), named, fund, field, box, why, scale];
}

// What is typed is audited when the typing rests, where the best plan is known: then nothing has to be searched for.
async function auditTyped(allocation) {
  if (asking) { again = quiet; return; }
  const of = state.current, edits = JSON.stringify(state.edits);
  if (edits === "{}") { return; }
  const asked = { name: nameTyped(), a: of, plan: listTyped(allocation) };
  const done = await follow(() => post("/do" + query(), order("verify", asked)), true);
  if (again) { again = false; await auditTyped(allocation); return; }
  if (done !== null && done.reply && of === state.current) {
    verdict = { of, edits, reply: done.reply, command: done.command };
    showVerdict();
  }
}
function showVerdict() { // what the audit said of exactly this, and the units that follow from the money
  if (at("verdict") === null) { return; }
  const fresh = verdict !== null && verdict.of === state.current && verdict.edits === JSON.stringify(state.edits);
  const other = Object.keys(state.edits).length && !sameFigures();
  fill("verdict", fresh ? [tellParts(verdict.reply), tellCommand(verdict.command)]
    : other ? make("p", { class: "note" }, say("desk_other_figures")) : null);
  const typed = new Set(Object.keys(state.edits).map(key => JSON.parse(key)[0]));
  const found = new Map(fresh && verdict.reply.units ? verdict.reply.units.map(row => [scaleOf(row), row.units]) : []);
  document.querySelectorAll("#plan-body [data-measure]").forEach(one => {
    const { measure, scale, units } = one.dataset;
    const known = found.get(scale) ?? (typed.has(measure) ? null : Number(units));
    one.textContent = known === null ? "?" : tellNumber(known);
  });
}

function listMoney(allocation) { // rows with money, to be read only: a plan that is not kept yet
  const paid = allocation.filter(row => Number(row.amount)), years = hasYears(paid);
  const heads = [...(years ? [[say("desk_year"), false]] : []), [say("desk_measure"), false], [say("desk_fund"), false],
    [say("desk_amount", { money: money() }), true]];
  const lines = paid.map(row => [...(years ? [String(row.year)] : []), nameOf("measures", row.measure),
    nameOf("funds", row.fund), tellNumber(Number(row.amount))]);
  return sheet(say("desk_h_plan"), heads, lines);
}
function shorten(text) { // to six decimals for the eye; what is not typed goes back as it came
  const short = Number(text).toFixed(6).replace(/\.?0+$/, "");
  return short === "-0" ? "0" : short;
}
function sameFigures() { // whether the plan shown answers the very question that is asked now: then it is the best
  const one = scenarios.find(other => other.name === state.current);
  const text = asked => JSON.stringify([Object.entries(asked.given), asked.rules || []]);
  return Boolean(one && one.asked.given) && text(one.asked) === text(state) && !one.asked.locked;
}
