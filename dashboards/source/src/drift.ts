// Which inputs moved, since when, and by more than chance?
import { board } from "./board";
import { bars, cells, lines, value } from "./panels";
import { one } from "./promql";

const of = (text: string) => `${text} {{version}} {{state}}`;
const psi: [number, string][] = [[0.1, "orange"], [0.2, "red"]];
const inputs = one("modelmonitor_feature_psi");

export const drift = board("drift", "Feature drift", "The inputs of one model against the reference: which moved, since when, and by more than chance?", ["model", "version", "window", "segment", "state"], true, [
  {
    heading: "Worst first",
    panels: [
      bars("PSI", "The features that differ most from the reference now. `other`: the largest of those that have no series of their own.", [{ expr: `sort_desc(topk(20, ${inputs}))`, legend: of("{{feature}}") }], { min: 0, limits: psi }),
      bars("PSI over its noise floor", "How many times what chance alone stays below. About 1: the window is too small to tell.", [{ expr: `sort_desc(topk(20, ${inputs} / ${one("modelmonitor_feature_psi_noise_floor")}))`, legend: of("{{feature}}") }], { min: 0, limits: [[1, "orange"], [3, "red"]] }),
    ],
  },
  {
    heading: "Over time",
    panels: [
      cells("PSI, features by time", "A row per feature and a cell per step, coloured by the convention: below 0.1 stable, 0.1 to 0.2 watch, above unstable.", [{ expr: inputs, legend: of("{{feature}}") }], { decimals: 2, limits: psi }),
      lines("PSI", "Of each feature.", [{ expr: inputs, legend: of("{{feature}}") }], { min: 0, limits: psi, height: 10 }),
      lines("Noise floor", "What the PSI of each feature stays below by chance, 99 times in 100. It falls as rows come.", [value("modelmonitor_feature_psi_noise_floor", of("{{feature}}"))], { min: 0, height: 10 }),
    ],
  },
  {
    heading: "Data quality",
    panels: [
      lines("Missing", "Share of rows without a value (null or NaN).", [value("modelmonitor_feature_missing_ratio", of("{{feature}}"))], { unit: "percentunit", min: 0 }),
      lines("Unseen categories", "Share of rows with a category that the reference never had.", [value("modelmonitor_feature_unseen_ratio", of("{{feature}}"))], { unit: "percentunit", min: 0 }),
    ],
  },
  {
    heading: "What came of it",
    panels: [
      lines("Score PSI", "Whether the model answers the drift of its inputs: scores against the reference, beside their noise floor.", [value("modelmonitor_score_psi", of("psi")), { ...value("modelmonitor_score_psi_noise_floor", of("noise floor")), style: "reference" }], { min: 0, limits: psi }),
      lines("Scores, other distances", "Jensen-Shannon and Hellinger are 0 to 1; Wasserstein is in standard deviations of the reference.", ["js_distance", "ks_distance", "hellinger", "wasserstein_ratio"].map((key) => value(`modelmonitor_score_${key}`, of(key))), { min: 0 }),
    ],
  },
]);
