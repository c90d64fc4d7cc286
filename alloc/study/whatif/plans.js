// What is shown of one plan: its row of the sweep, what is other than today, and the plan itself.

// The row of the sweep.
function listGoals() {
  const money = bracket(data.money);
  return [
    ["objective", say("whatif_goal"), amount], ["bound", say("whatif_bound"), amount],
    ["employment", say("diff_employment"), amount], ["employment_aid", say("diff_through_aid"), amount],
    ["linkage", say("diff_linkage"), amount], ["chains_closed", say("diff_chains_closed"), count],
    ["penalties", say("diff_penalties"), amount], ["funded", say("diff_measures_funded"), count],
    ["cost", say("diff_cost") + money, amount], ["aid", say("diff_aid") + money, amount],
  ];
}
function uncertain(key, point) { // jobs through the aid lie between two ends where a world is not proven
  return key === "employment_aid" && rows.employment_aid_least[point] !== rows.employment_aid_most[point];
}
function showFigure(key, point, shown) {
  if (!planned(point)) { return say("whatif_none"); }
  if (!uncertain(key, point)) { return shown(rows[key][point]); }
  const low = amount(rows.employment_aid_least[point]), high = amount(rows.employment_aid_most[point]);
  return say("whatif_between", { low, high });
}
function aimAlike(point, from) { // whether the goals of two plans count the same
  return data.aims.every(j => places[point][j] === places[from][j]);
}
function changeFigure(key, point, from) {
  const goal = key === "objective" || key === "bound";
  const known = [point, from].every(one => planned(one) && !uncertain(key, one)) && (!goal || aimAlike(point, from));
  return known ? subtract(rows[key][point], rows[key][from]) : null;
}
function renderRow(point) {
  const good = ["optimal", "infeasible"].includes(rows.status[point]) ? "good" : "bad";
  fill("badges", make("span", { id: "status", class: "badge " + good }, tellStatus(point)),
    planned(point) ? make("span", { id: "gap", class: "badge" }, tellGap(point)) : null);
  const numbers = ["whatif_this", "whatif_today", "whatif_change"].map(word => [say(word), true]);
  const heads = [[say("whatif_what")], ...numbers];
  const lines = listGoals().map(([key, name, shown]) => {
    const change = tellChange(changeFigure(key, point, 0), shown);
    return [name, showFigure(key, point, shown), showFigure(key, 0, shown), change];
  });
  const message = rows.message[point];
  fill("row", message ? make("p", { id: "message" }, message) : null, sheet("row", say("whatif_row"), heads, lines),
    aimAlike(point, 0) ? null : note(say("whatif_other_goal")));
}

// What is other than today.
function againstNothing() { // what is said where there is nothing to compare with
  return note(planned(0) ? say("whatif_is_today") : say("whatif_no_today", { status: tellStatus(0) }));
}
function renderGains(point) {
  const now = table("counties", point), before = table("counties", 0);
  const change = column => now[column].map((x, i) => [names("counties")[i][0], subtract(x, before[column][i])]);
  const categories = words("pairs", 1).map(word => {
    return [word, subtract(total("pairs", point, "aid", word, 1), total("pairs", 0, "aid", word, 1))];
  });
  fill("gains-body", diverging("gains-aid", say("whatif_gains_aid", data), change("aid")),
    diverging("gains-jobs", say("whatif_gains_jobs"), change("jobs_gained")),
    diverging("gains-category", say("whatif_gains_category", data), categories));
}
function tellWhat(before, after, change) {
  if ((before > 0) !== (after > 0)) { return say(after > 0 ? "diff_new" : "diff_dropped"); }
  return say(change > 0 ? "diff_more" : "diff_less");
}
function renderChanges(point) {
  const now = table("measures", point), before = table("measures", 0), lines = [];
  now.cost.forEach((cost, i) => {
    const change = subtract(cost, before.cost[i]), aid = subtract(now.aid[i], before.aid[i]);
    if (!change && !aid) { return; }
    const numbers = [amount(before.cost[i]), amount(cost), tellChange(change), tellChange(aid)];
    const what = tellWhat(before.units[i], now.units[i], change || aid);
    lines.push({ weight: Math.abs(change) + Math.abs(aid), cells: [...names("measures")[i], what, ...numbers] });
  });
  const heads = [[say("diff_measure")], [say("diff_county")], [say("diff_category")], [say("whatif_happens")],
    [colon("diff_cost", "whatif_today"), true], [colon("diff_cost", "whatif_this"), true],
    [colon("diff_cost", "whatif_change"), true], [colon("diff_aid", "whatif_change"), true]];
  const shown = lines.sort((a, b) => b.weight - a.weight).slice(0, MOST_ROWS).map(line => line.cells);
  const title = say("whatif_h_changes") + bracket(data.money);
  at("ties").textContent = say(rows.closest[point] ? "whatif_closest" : "whatif_not_closest");
  fill("changes-body", sheet("changes", title, heads, shown), capped(shown.length, lines.length));
}
function renderDifference(point) {
  if (point !== 0 && planned(0)) {
    renderGains(point);
    renderChanges(point);
    return;
  }
  at("ties").textContent = "";
  fill("gains-body", againstNothing());
  fill("changes-body", againstNothing());
}

// The plan.
function renderCharts(point) {
  const counties = table("counties", point), { aid } = table("pairs", point), { keys } = data.tables.counties;
  const pairs = data.tables.pairs.keys;
  const parts = c => pairs.map(([county, category], i) => [category, county === keys[c][0] ? aid[i] : 0]);
  const given = counties.aid.map((sum, c) => [names("counties")[c][0], parts(c).filter(part => part[1] > 0), sum]);
  const jobs = counties.jobs_gained.map((x, c) => [names("counties")[c][0], [["plan", Math.max(0, x)]], x]);
  fill("plan-charts", stacked("chart-aid", say("whatif_chart_aid", data), given, CATEGORIES),
    stacked("chart-jobs", say("whatif_chart_jobs"), jobs));
}
function tellCell(column, number) {
  if (column === "binding") { return number ? say("whatif_binds") : ""; }
  return number === null ? "" : amount(number);
}
function list(name, point, title, first, keep) { // first: heads of the columns of names; keep: which rows are shown
  const { columns, heads } = data.tables[name], numbers = table(name, point);
  const kept = names(name).map((_, i) => i).filter(i => !keep || keep(numbers, i));
  const weights = numbers.cost || numbers.aid || numbers.spent || numbers.value;
  const lines = largest(kept, MOST_ROWS, i => weights[i] || 0).map(i => {
    const called = names(name)[i].map(word => word || say("whatif_nowhere"));
    return [...called, ...columns.map(column => tellCell(column, numbers[column][i]))];
  });
  const all = [...first.map(word => [say(word)]), ...heads.map(head => [head[state.lang], true])];
  return [sheet(name, title, all, lines), capped(lines.length, kept.length)];
}
function renderPlan(point) {
  const funded = (numbers, i) => numbers.cost[i] > 0 || numbers.units[i] > 1e-9;
  const measure = ["diff_measure", "diff_county", "diff_category"];
  renderCharts(point);
  fill("plan-tables", ...list("measures", point, say("whatif_funded"), measure, funded),
    ...list("counties", point, say("whatif_counties"), ["diff_county"]),
    ...list("funds", point, say("whatif_funds"), ["diff_fund", "diff_county"]),
    ...(names("rules").length ? list("rules", point, say("whatif_rules"), ["diff_rule"]) : []));
}
