// A panel in one call: what it shows, what it means, what it asks.
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as statushistory from "@grafana/grafana-foundation-sdk/statushistory";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { chosen, one } from "./promql";

export const datasource = { type: "prometheus", uid: "${datasource}" };

/** A series of a panel. The style says what it is: the value, the end of its interval, a reference to compare with, a limit. */
export type Series = { expr: string; legend: string; style?: "interval" | "reference" | "limit" };

export type Look = { unit?: string; decimals?: number; min?: number; max?: number; width?: number; height?: number; limits?: [number, string][]; stacked?: boolean; none?: string };

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export const value = (metric: string, legend: string, labels: string = chosen): Series => ({ expr: one(metric, labels), legend });

/** A value with both ends of its interval. */
export const interval = (metric: string, legend: string, labels: string = chosen): Series[] => [
  value(metric, legend, labels),
  { expr: one(`${metric}_lower`, labels), legend: `${legend} lower`, style: "interval" },
  { expr: one(`${metric}_upper`, labels), legend: `${legend} upper`, style: "interval" },
];

const query = (series: Series, i: number) => new prometheus.DataqueryBuilder().refId(letters[i]).datasource(datasource).expr(series.expr).legendFormat(series.legend).range();

const newest = (series: Series, i: number) => new prometheus.DataqueryBuilder().refId(letters[i]).datasource(datasource).expr(series.expr).legendFormat(series.legend).instant();

const steps = (limits: [number, string][] = []) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: "green" }, ...limits.map(([at, color]) => ({ value: at, color }))]);

const styles = {
  interval: [
    { id: "custom.lineWidth", value: 1 },
    { id: "custom.lineStyle", value: { fill: "dot", dash: [2, 4] } },
    { id: "custom.fillOpacity", value: 0 },
  ],
  reference: [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 6] } },
    { id: "color", value: { mode: "fixed", fixedColor: "text" } },
  ],
  limit: [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [4, 4] } },
    { id: "color", value: { mode: "fixed", fixedColor: "red" } },
  ],
};

/** What every kind of panel takes. */
interface Builder extends dashboard.Panel {}
type Common = {
  title(title: string): unknown;
  description(description: string): unknown;
  datasource(datasource: common.DataSourceRef): unknown;
  height(height: number): unknown;
  span(width: number): unknown;
  unit(unit: string): unknown;
  decimals(decimals: number): unknown;
  min(min: number): unknown;
  max(max: number): unknown;
  noValue(text: string): unknown;
  build(): Builder;
};

function dressed<T extends Common>(panel: T, title: string, description: string, look: Look, width: number, height: number): T {
  panel.title(title);
  panel.description(description);
  panel.datasource(datasource);
  panel.span(look.width ?? width);
  panel.height(look.height ?? height);
  if (look.unit !== undefined) panel.unit(look.unit);
  if (look.decimals !== undefined) panel.decimals(look.decimals);
  if (look.min !== undefined) panel.min(look.min);
  if (look.max !== undefined) panel.max(look.max);
  if (look.none !== undefined) panel.noValue(look.none);
  return panel;
}

/** Lines over time; limits are drawn in. */
export function lines(title: string, description: string, series: Series[], look: Look = {}) {
  const panel = dressed(new timeseries.PanelBuilder(), title, description, look, 12, 8)
    .targets(series.map(query))
    .legend(new common.VizLegendOptionsBuilder().displayMode(common.LegendDisplayMode.Table).placement(common.LegendPlacement.Bottom).showLegend(true).calcs(["lastNotNull"]))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
    .fillOpacity(look.stacked ? 30 : 0)
    // An evaluation holds until the next: a step, not a slope.
    .lineInterpolation(common.LineInterpolation.StepAfter)
    .thresholds(steps(look.limits));
  if (look.limits) panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  if (look.stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  series.forEach((s, i) => s.style && panel.overrideByQuery(letters[i], styles[s.style]));
  return panel;
}

/** One number. */
export const number = (title: string, description: string, expr: string, look: Look = {}) =>
  dressed(new stat.PanelBuilder(), title, description, look, 4, 4)
    .targets([newest({ expr, legend: "" }, 0)])
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .thresholds(steps(look.limits));

/** What is the case, and since when. The series are 1 while it is. */
export const states = (title: string, description: string, series: Series[], look: Look = {}) =>
  dressed(new statetimeline.PanelBuilder(), title, description, look, 24, 7)
    .targets(series.map(query))
    .showValue(common.VisibilityMode.Never)
    .mergeValues(true)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).calcs([]))
    .thresholds(steps([[1, "red"]]));

/** A row per series and a cell per step, coloured by value. */
export const cells = (title: string, description: string, series: Series[], look: Look = {}) =>
  dressed(new statushistory.PanelBuilder(), title, description, look, 24, 12)
    .targets(series.map(query))
    .showValue(common.VisibilityMode.Auto)
    .maxDataPoints(48)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).calcs([]))
    .thresholds(steps(look.limits));

/** The newest values as bars, in the order of the query. */
export const bars = (title: string, description: string, series: Series[], look: Look = {}) =>
  dressed(new bargauge.PanelBuilder(), title, description, look, 12, 12)
    .targets(series.map(newest))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .thresholds(steps(look.limits));

/** A column per query, a row per set of labels that the queries share. */
export function columns(title: string, description: string, series: Series[], look: Look = {}) {
  const named = Object.fromEntries(series.map((s, i) => [series.length > 1 ? `Value #${letters[i]}` : "Value", s.legend]));
  return dressed(new table.PanelBuilder(), title, description, look, 24, 9)
    .targets(series.map((s, i) => newest(s, i).format(prometheus.PromQueryFormat.Table)))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: { excludeByName: { Time: true }, renameByName: named } });
}
