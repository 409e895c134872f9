// Does the monitor itself keep up?
import { board } from "./board";
import { bars, columns, lines, number, states } from "./panels";
import { ofModel, one, perSecond, quantile, within } from "./promql";

const ofWindow = 'model=~"$model", window=~"$window"';

export const health = board("health", "Monitor health", "The monitors themselves: do they keep up with what arrives, evaluate on time, and reach whom they tell?", ["model", "window", "state"], false, [
  {
    heading: "Now",
    panels: [
      number("Monitors", "Processes that are scraped.", "count(modelmonitor_state_info)"),
      number("Queued rows", "Rows that wait for their commit, over all processes.", "sum(modelmonitor_queue_rows)", { limits: [[10000, "orange"]] }),
      number("Commit, 99 %", "Time that 99 of 100 commits stay below, over all processes.", quantile(0.99, "modelmonitor_commit_duration_seconds", "", ""), { unit: "s", limits: [[1, "red"]] }),
      number("Latest evaluation", "Longest time since an evaluation was due; below 0: none is.", `max(time() - ${one("modelmonitor_evaluation_due_timestamp_seconds", ofWindow)})`, { unit: "s", limits: [[600, "red"]] }),
      number("Messages tried in vain", "Messages that their receivers did not take yet.", `sum(${one("modelmonitor_outbox_retrying", ofModel)})`, { limits: [[1, "orange"]] }),
      number("On another device", "Models that are scored on another device than the first that they are configured for.", `sum(modelmonitor_device_fallback{${ofModel}})`, { limits: [[1, "orange"]] }),
    ],
  },
  {
    heading: "Intake",
    panels: [
      lines("Rows received", "Per second, over all processes.", [{ expr: perSecond("modelmonitor_rows_received_total", ofModel, "model, stream"), legend: "{{model}} {{stream}}" }], { unit: "rowsps", min: 0 }),
      lines("Rows refused", "Per second, by reason.", [{ expr: perSecond("modelmonitor_rows_rejected_total", ofModel, "model, stream, reason"), legend: "{{model}} {{stream}}: {{reason}}" }], { unit: "rowsps", min: 0, stacked: true }),
      lines("Labels", "Per second, by what became of them. Waiting: the prediction is not there yet; expired: it never came.", [{ expr: perSecond("modelmonitor_labels_total", ofModel, "model, outcome"), legend: "{{model}}: {{outcome}}" }], { unit: "rowsps", min: 0 }),
      lines("Queued rows", "Rows that wait for their commit, by process. At its limit senders get 429.", [{ expr: "modelmonitor_queue_rows", legend: "{{instance}}" }], { min: 0 }),
    ],
  },
  {
    heading: "Commits and scoring",
    panels: [
      lines("Commit duration", "By process: the median, and what 99 of 100 commits stay below.", [0.5, 0.99].map((q) => ({ expr: quantile(q, "modelmonitor_commit_duration_seconds", "", "instance"), legend: `${q * 100} % {{instance}}` })), { unit: "s", min: 0, limits: [[1, "red"]] }),
      lines("Score duration", "Time to score one batch, by model: the median, and what 99 of 100 stay below.", [0.5, 0.99].map((q) => ({ expr: quantile(q, "modelmonitor_score_duration_seconds", ofModel, "model"), legend: `${q * 100} % {{model}}` })), { unit: "s", min: 0 }),
      states("Device fallback", "Since when a model is scored on another device than the first that it is configured for.", [{ expr: `modelmonitor_device_fallback{${ofModel}}`, legend: "{{model}} {{instance}}" }], { width: 12 }),
      bars("Device changes", "Times that scoring went on on another device, over the dashboard's time range.", [{ expr: within("modelmonitor_device_changes_total", ofModel, "model, from, to"), legend: "{{model}}: {{from}} to {{to}}" }], { min: 0, height: 7, none: "None" }),
    ],
  },
  {
    heading: "Evaluations",
    panels: [
      lines("Lateness", "Time since an evaluation was due, by process; below 0 it is not due yet.", [{ expr: `time() - modelmonitor_evaluation_due_timestamp_seconds{${ofWindow}}`, legend: "{{model}} {{window}} {{instance}}" }], { unit: "s", limits: [[600, "red"]] }),
      lines("Time since the last evaluation", "By process, since its start.", [{ expr: `time() - (modelmonitor_evaluation_last_success_timestamp_seconds{${ofWindow}} > 0)`, legend: "{{model}} {{window}} {{instance}}" }], { unit: "s", min: 0 }),
      columns("Withheld", "Evaluations that did not take place, and values that could not be given, over the dashboard's time range, by reason.", [{ expr: within("modelmonitor_evaluations_skipped_total", ofWindow, "model, window, reason") + " > 0", legend: "Times" }], { width: 12, height: 8 }),
      lines("Series withheld", "Series that found no room under the model's limit. Above 0: fewer segments, fewer features, or a higher limit.", [{ expr: `modelmonitor_series_withheld{${ofModel}}`, legend: "{{model}} {{instance}}" }], { min: 0 }),
      bars("Sinks that failed", "Evaluations that a sink failed to publish, over the dashboard's time range.", [{ expr: "sum by (sink) (increase(modelmonitor_sink_failures_total[$__range]))", legend: "{{sink}}" }], { min: 0, height: 8 }),
      bars("Challengers that failed", "Deliveries that a challenger could not read or score, over the dashboard's time range.", [{ expr: within("modelmonitor_shadow_failures_total", ofModel, "model, version"), legend: "{{model}} {{version}}" }], { min: 0, height: 8, none: "None" }),
    ],
  },
  {
    heading: "Messages and baselines",
    panels: [
      lines("Outbox", "Messages that are not delivered yet, and those of them that were tried in vain.", [
        { expr: one("modelmonitor_outbox_pending", ofModel), legend: "{{model}} {{action}}: pending {{state}}" },
        { expr: one("modelmonitor_outbox_retrying", ofModel), legend: "{{model}} {{action}}: tried in vain {{state}}" },
      ], { min: 0, width: 8 }),
      columns("Messages", "What rules asked for over the dashboard's time range, and what became of it.", [{ expr: within("modelmonitor_retrain_requests_total", ofModel, "model, rule, action, outcome") + " > 0", legend: "Messages" }], { width: 8, height: 8 }),
      lines("Baseline learned", "How far models are that learn their baseline from production.", [{ expr: one("modelmonitor_baseline_learned_ratio", ofModel), legend: "{{model}} {{state}}" }], { unit: "percentunit", min: 0, max: 1, width: 8, none: "No model learns" }),
    ],
  },
]);
