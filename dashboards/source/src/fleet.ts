// Which models are there, and which of them needs a look?
import { board } from "./board";
import { columns, lines, number, states } from "./panels";
import { ofModel, one, perSecond, whole } from "./promql";

const champions = `modelmonitor_model_info{${ofModel}, role="champion"}`;
const coverage = `${one("modelmonitor_performance_window_labelled_rows", whole)} / (${one("modelmonitor_performance_window_rows", whole)} > 0)`;
const age = `time() - (${one("modelmonitor_evaluation_last_success_timestamp_seconds", 'model=~"$model", window=~"$window"')} > 0)`;
const lateness = `time() - ${one("modelmonitor_evaluation_due_timestamp_seconds", 'model=~"$model", window=~"$window"')}`;
const kinds = one("modelmonitor_finding", whole);
const rules = one("modelmonitor_rule_breached");

export const fleet = board("fleet", "Fleet", "All models at a glance: which of them needs a look?", ["model", "version", "window", "segment", "state"], false, [
  {
    heading: "Now",
    panels: [
      number("Models", "Models with a version that serves.", `count(count by (model) (${champions}))`),
      number("Monitors", "Processes that are scraped.", "count(modelmonitor_state_info)"),
      number("States", "Replicas on one store share a state; every other process has its own. Fewer than monitors: replicas. As many: each sees its own part of the traffic.", "count(count by (state) (modelmonitor_state_info))"),
      number("Findings", "Findings of all windows that hold now, one per model, version, window and kind.", `sum(${kinds})`, { limits: [[1, "orange"]] }),
      number("Rules breached", "Rules of monitor.yaml that are breached now, of the chosen segment.", `sum(${rules})`, { limits: [[1, "red"]] }),
      number("Predictions", "Predictions that arrive, over all processes.", `sum(rate(modelmonitor_rows_received_total{${ofModel}, stream="predictions"}[$__rate_interval]))`, { unit: "rowsps" }),
    ],
  },
  {
    heading: "Models",
    panels: [
      columns(
        "Models",
        "A row per version and state. The worst over the chosen windows: PSI of the scores, label coverage of the windows whose labels are due, age of the newest evaluation.",
        [
          { expr: `max by (model, version, state) (${one("modelmonitor_window_rows", whole)})`, legend: "Rows in the largest window" },
          { expr: `sum by (model, version, state) (${kinds})`, legend: "Findings" },
          { expr: `max by (model, version, state) (${one("modelmonitor_score_psi", whole)})`, legend: "Score PSI" },
          { expr: `min by (model, version, state) (${coverage})`, legend: "Label coverage" },
          { expr: `time() - max by (model, version, state) (${one("modelmonitor_window_end_timestamp_seconds", whole)})`, legend: "Age of the newest window (s)" },
        ],
      ),
      states("Findings", "Since when each finding holds. Which windows and how large: the model's dashboard.", [{ expr: `max by (model, version, kind) (${kinds}) == 1`, legend: "{{model}} {{version}}: {{kind}}" }], { none: "Nothing is found", height: 9 }),
      states("Rules", "Since when each rule of monitor.yaml is breached.", [{ expr: `max by (model, rule, segment) (${rules})`, legend: "{{model}}: {{rule}} {{segment}}" }]),
    ],
  },
  {
    heading: "Drift and labels",
    panels: [
      lines("Score PSI", "Population stability index of the scores against the reference. Below 0.1 stable, above 0.2 unstable; a small window shows more by chance (its noise floor is on the model's dashboard).", [{ expr: one("modelmonitor_score_psi"), legend: "{{model}} {{version}} {{window}} {{state}}" }], { min: 0, limits: [[0.1, "orange"], [0.2, "red"]] }),
      lines("Label coverage", "Share of rows that have their label, in the newest window whose labels are due. Below 0.8 realised performance is withheld.", [{ expr: coverage, legend: "{{model}} {{version}} {{window}} {{state}}" }], { unit: "percentunit", min: 0, max: 1 }),
      lines("Predictions per second", "Rows that arrive, over all processes.", [{ expr: perSecond("modelmonitor_rows_received_total", `${ofModel}, stream="predictions"`, "model"), legend: "{{model}}" }], { unit: "rowsps", min: 0 }),
      lines("Labels per second", "Labels that arrive, over all processes.", [{ expr: perSecond("modelmonitor_rows_received_total", `${ofModel}, stream="labels"`, "model"), legend: "{{model}}" }], { unit: "rowsps", min: 0 }),
    ],
  },
  {
    heading: "Evaluations and versions",
    panels: [
      lines("Time since the last evaluation", "How old what is exported is.", [{ expr: age, legend: "{{model}} {{window}} {{state}}" }], { unit: "s", min: 0 }),
      lines("Lateness", "Time since an evaluation was due by its schedule; below 0 it is not due yet.", [{ expr: lateness, legend: "{{model}} {{window}} {{state}}" }], { unit: "s", limits: [[600, "red"]] }),
      lines("Challengers", "Challengers by the stage that they have reached.", [{ expr: one("modelmonitor_challengers", ofModel), legend: "{{model}}: {{stage}} {{state}}" }], { min: 0 }),
      columns("Versions", "Every version that is watched: its role, the device that scores it, its model file.", [{ expr: `max by (model, version, role, provider, sha256) (modelmonitor_model_info{${ofModel}})`, legend: "Watched" }], { width: 12, height: 8 }),
    ],
  },
]);
