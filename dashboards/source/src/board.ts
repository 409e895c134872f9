// What all dashboards share: identity, variables, annotations, links.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as cog from "@grafana/grafana-foundation-sdk/cog";
import { datasource } from "./panels";

const tag = "model-monitor";

export type Panel = cog.Builder<dashboard.Panel>;

/** Panels under a heading. */
export type Section = { heading: string; panels: Panel[] };

type Choice = "model" | "version" | "window" | "segment" | "state";

const all = { text: "All", value: "$__all", selected: true };

const queried = (name: string, label: string, description: string, query: string) =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(datasource)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);

const several = (variable: dashboard.QueryVariableBuilder) => variable.multi(true).includeAll(true).allValue(".*").current(all);

/** Of one model a dashboard shows a window; over several it shows all. */
function choose(choice: Choice, oneModel: boolean) {
  const some = oneModel ? (variable: dashboard.QueryVariableBuilder) => variable : several;
  switch (choice) {
    case "model":
      return some(queried("model", "Model", "Which models.", "label_values(modelmonitor_model_info, model)"));
    case "version":
      return several(queried("version", "Version", "Which versions: the one that serves, and its challengers.", 'label_values(modelmonitor_model_info{model=~"$model"}, version)'));
    case "window":
      return some(queried("window", "Window", "Which of the windows in monitor.yaml.", 'label_values(modelmonitor_window_rows{model=~"$model"}, window)'));
    case "segment":
      // Without a segment there is no such label: the whole.
      return queried("segment", "Segment", "One slice of the rows; All: every row.", 'label_values(modelmonitor_window_rows{model=~"$model", window=~"$window"}, segment)').includeAll(true).allValue("^$").current(all);
    case "state":
      return several(queried("state", "State", "Replicas on one store have one state; every other process has its own, and is no replica.", "label_values(modelmonitor_state_info, state)"));
  }
}

/** The SDK's default would hide it in a menu. */
function inSight<T extends { placement?: unknown }>(builder: cog.Builder<T>): cog.Builder<T> {
  const built = builder.build();
  delete built.placement;
  return { build: () => built };
}

const annotation = (name: string, color: string, title: string, expr: string) =>
  inSight(
    new dashboard.AnnotationQueryBuilder()
      .name(name)
      .datasource(datasource)
      .enable(true)
      .iconColor(color)
      .expr(expr)
      .titleFormat(title)
      .target(new prometheus.DataqueryBuilder().refId("Anno").datasource(datasource).expr(expr).range()),
  );

/** Something that is so now and was not a step ago. */
const began = (what: string) => `${what} unless ${what.replace(/\}/, "} offset $__interval")}`;

const annotations = (windows: boolean) => [
  annotation(
    "Findings",
    "orange",
    "{{model}} {{version}}: {{kind}} ({{window}})",
    began(`max by (model, version, window, kind) (modelmonitor_finding{model=~"$model"${windows ? ', window=~"$window"' : ""}, segment=""} == 1)`),
  ),
  annotation("Versions that begin to serve", "blue", "{{model}} {{version}} serves", began('max by (model, version) (modelmonitor_model_info{model=~"$model", role="champion"})')),
  annotation("Promotions and rollbacks", "purple", "{{model}} {{outcome}}", 'sum by (model, outcome) (increase(modelmonitor_promotions_total{model=~"$model"}[$__interval])) > 0'),
];

/** @param choices The variables, beside the data source. */
export function board(uid: string, title: string, description: string, choices: Choice[], oneModel: boolean, sections: Section[]) {
  const made = new dashboard.DashboardBuilder(`Model Monitor / ${title}`)
    .uid(`modelmonitor-${uid}`)
    .description(description)
    .tags([tag])
    .editable()
    .timezone("browser")
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .refresh("1m")
    .time({ from: oneModel ? "now-7d" : "now-24h", to: "now" })
    .link(inSight(new dashboard.DashboardLinkBuilder("Model Monitor").type(dashboard.DashboardLinkType.Dashboards).tags([tag]).asDropdown(false).includeVars(true).keepTime(true)))
    .withVariable(new dashboard.DatasourceVariableBuilder("datasource").label("Data source").description("The Prometheus that scrapes the monitors.").type("prometheus"))
    .annotations(annotations(choices.includes("window")));
  for (const choice of choices) made.withVariable(choose(choice, oneModel));
  let id = 0;
  for (const section of sections) {
    made.withRow(new dashboard.RowBuilder(section.heading).id(++id));
    for (const panel of section.panels) {
      // Stable numbers, so that links to a panel hold.
      const numbered = { ...panel.build(), id: ++id };
      made.withPanel({ build: () => numbered });
    }
  }

  return made;
}

