// How good is this model, against what it was and what it must be?
import { board } from "./board";
import { Series, bars, columns, interval, lines, number, states, value } from "./panels";
import { ofModel, ofVersion, one, quantile, within } from "./promql";

const of = (text: string) => `${text} {{version}} {{state}}`;

/** What the versions were on their reference data, and what they must reach. */
const baseline = (metric: string): Series[] => [
  ...["train", "holdout"].map((data): Series => ({ expr: one("modelmonitor_reference", `${ofVersion}, metric="${metric}", data="${data}"`), legend: of(`on ${data}`), style: "reference" })),
  { expr: one("modelmonitor_target", `${ofModel}, metric="${metric}"`), legend: "target", style: "limit" },
];

const primary = (title: string, metric: string, description: string, series: Series[]) =>
  lines(title, `${description} Beside it what it was on the training rows and on the hold-out, and the target.`, [...series, ...baseline(metric)], { height: 10 });

const several = (title: string, description: string, metrics: string[], look = {}) => lines(title, description, metrics.map((metric) => value(`modelmonitor_${metric}`, of(metric))), { width: 8, ...look });

const psi = [0.1, 0.2].map((at, i): [number, string] => [at, ["orange", "red"][i]]);

export const model = board("model", "Model", "One model: how good it is, against what it was and what it must be.", ["model", "version", "window", "segment", "state"], true, [
  {
    heading: "Now",
    panels: [
      number("Rows", "Rows in the newest window, of the version with the most.", `max(${one("modelmonitor_window_rows")})`, { width: 6 }),
      number("Label coverage", "Share of rows that have their label, in the newest window whose labels are due.", `min(${one("modelmonitor_performance_window_labelled_rows")} / (${one("modelmonitor_performance_window_rows")} > 0))`, { unit: "percentunit", width: 6 }),
      number("Findings", "Findings of the chosen window that hold now.", `sum(${one("modelmonitor_finding")})`, { limits: [[1, "orange"]], width: 6 }),
      number("Gate", "Whether anything speaks against the version that serves: no discrimination on its hold-out, or scores that differ between train and hold-out.", `max(${one("modelmonitor_gate_breached", ofModel)})`, { limits: [[1, "red"]], width: 6 }),
      states("Findings", "Since when each finding of the chosen window holds.", [{ expr: `${one("modelmonitor_finding")} == 1`, legend: of("{{kind}}") }], { none: "Nothing is found", width: 12 }),
      states("Rules", "Since when each rule of monitor.yaml is breached.", [{ expr: one("modelmonitor_rule_breached", `${ofVersion}, segment=~"$segment"`), legend: of("{{rule}} {{segment}}") }], { width: 12 }),
    ],
  },
  {
    heading: "Binary",
    panels: [
      primary("ROC AUC", "roc_auc", "The chance that a positive row scores above a negative one, with its 95 % interval.", interval("modelmonitor_roc_auc", of("roc_auc"))),
      lines("ROC AUC, realised and estimated", "The estimate needs no labels and covers the newest window; it assumes that calibration holds, so it does not see a changed relation of inputs and label. It is withheld once it is proved wrong.", [value("modelmonitor_roc_auc", of("realised")), ...interval("modelmonitor_estimated_roc_auc", of("estimated")), value("modelmonitor_estimated_roc_auc_error", of("estimated minus realised"))], { height: 10 }),
      several("At the threshold", "Counts at the model's decision threshold.", ["precision", "recall", "f1", "accuracy", "balanced_accuracy", "mcc"]),
      several("Ranking", "How well the scores order the rows.", ["ks", "gini", "average_precision"]),
      several("Calibration and loss", "Lower is better.", ["log_loss", "brier", "ece"], { min: 0 }),
      lines("F1", "At the decision threshold, with its 95 % interval.", [...interval("modelmonitor_f1", of("f1")), ...baseline("f1")]),
      lines("Lift in the top decile", "Positive rate among the tenth of rows with the highest scores, over the overall positive rate.", [value("modelmonitor_lift_top_decile", of("lift"))], { min: 0 }),
    ],
  },
  {
    heading: "Multiclass",
    panels: [
      primary("ROC AUC, one against the rest", "roc_auc_ovr_macro", "Mean over the classes, with its 95 % interval.", interval("modelmonitor_roc_auc_ovr_macro", of("roc_auc_ovr_macro"))),
      lines("Over the classes", "Macro: each class counts the same; micro: each row; weighted: each class by its rows.", ["f1_macro", "f1_micro", "f1_weighted", "precision_macro", "recall_macro", "accuracy"].map((metric) => value(`modelmonitor_${metric}`, of(metric))), { height: 10 }),
    ],
  },
  {
    heading: "Regression",
    panels: [
      primary("R²", "r2", "Share of the label's variance that the model explains.", [value("modelmonitor_r2", of("r2"))]),
      lines("Errors", "In the label's unit; lower is better.", [...interval("modelmonitor_mae", of("mae")), value("modelmonitor_rmse", of("rmse")), value("modelmonitor_mean_error", of("mean error (bias)"))], { height: 10 }),
      lines("MSE", "Mean squared error: bias² plus the variance of the error.", [...interval("modelmonitor_mse", of("mse")), ...baseline("mse")]),
      lines("Variances", "Of errors, predictions and labels. Predictions that vary less than labels: the model is too stiff, or sees too little.", ["error_variance", "prediction_variance", "label_variance"].map((metric) => value(`modelmonitor_${metric}`, of(metric))), { min: 0 }),
    ],
  },
  {
    heading: "Overfitting, decay, bias and variance",
    panels: [
      lines("Generalization gaps", "Relative loss from one data set to another; above 0 is worse. Train to hold-out above 5 %: overfitting. Hold-out to production above 5 %: decay.", [
        { expr: one("modelmonitor_generalization_gap_ratio"), legend: of("{{metric}}: {{from}} to {{to}}") },
        { expr: one("modelmonitor_generalization_gap_ratio_lower"), legend: of("{{from}} to {{to}} lower"), style: "interval" },
        { expr: one("modelmonitor_generalization_gap_ratio_upper"), legend: of("{{from}} to {{to}} upper"), style: "interval" },
      ], { unit: "percentunit", limits: [[0.05, "red"]] }),
      lines("Slope", "Change of the primary metric per day over the last matured windows.", [...interval("modelmonitor_decay_slope_per_day", of("{{metric}}"))]),
      lines("Days to the target", "Days until the primary metric misses its target if its slope goes on; nothing where it does not fall, or nothing can be said.", [...interval("modelmonitor_days_to_target", of("days"))], { unit: "d" }),
      lines("Bias and variance of an ensemble", "Of a declared ensemble: bias² (label noise included) and variance sum to the members' mean squared error. Much variance: regularize. Much bias: the model is too simple.", ["bias_squared", "variance", "member_mse"].map((metric) => value(`modelmonitor_${metric}`, of(metric))), { min: 0 }),
    ],
  },
  {
    heading: "Scores and labels",
    panels: [
      lines("Score PSI", "Of the scores against the reference, beside what chance alone stays below 99 times in 100.", [value("modelmonitor_score_psi", of("psi")), { ...value("modelmonitor_score_psi_noise_floor", of("noise floor")), style: "reference" }], { min: 0, limits: psi }),
      lines("Label PSI", "Of the labels' classes in the newest window whose labels are due.", [value("modelmonitor_label_psi", of("psi")), { ...value("modelmonitor_label_psi_noise_floor", of("noise floor")), style: "reference" }], { min: 0, limits: psi }),
      lines("Rows", "All rows and labelled rows: of the newest window, and of the newest window whose labels are due.", ["window_rows", "window_labelled_rows", "performance_window_rows", "performance_window_labelled_rows"].map((metric) => value(`modelmonitor_${metric}`, of(metric))), { min: 0 }),
      lines("Label delay", "Time from a prediction to its label.", [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, "modelmonitor_label_delay_seconds", ofModel, ""), legend: `${q * 100} %` })), { unit: "s", min: 0 }),
    ],
  },
  {
    heading: "Versions and retraining",
    panels: [
      lines("Challengers", "Challengers by the stage that they have reached.", [{ expr: one("modelmonitor_challengers", ofModel), legend: "{{stage}} {{state}}" }], { min: 0, width: 8 }),
      lines("Open retrain requests", "Requests that are not settled: one at most.", [value("modelmonitor_retrain_requests_open", "open {{state}}", ofModel)], { min: 0, width: 8 }),
      bars("Promotions and rollbacks", "Decisions over the dashboard's time range.", [{ expr: within("modelmonitor_promotions_total", ofModel, "outcome"), legend: "{{outcome}}" }], { min: 0, width: 8, height: 8 }),
      columns("Messages", "What rules asked for over the dashboard's time range, and what became of it.", [{ expr: within("modelmonitor_retrain_requests_total", ofModel, "rule, action, outcome"), legend: "Messages" }], { width: 12 }),
      columns("Weights", "Norms of each weight tensor: what regularization shrinks.", [{ expr: `max by (version, tensor, norm) (modelmonitor_model_weight_norm{${ofVersion}})`, legend: "Norm" }], { width: 12 }),
    ],
  },
]);

