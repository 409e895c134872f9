// The PromQL that all panels are made of.

/** Labels that tell one process from another, whoever scrapes it. */
const process = "cluster, namespace, job, instance";

/** What the variables of a dashboard choose among evaluations. */
export const chosen = 'model=~"$model", version=~"$version", window=~"$window", segment=~"$segment"';

/** The same without a segment: what only the whole has. */
export const whole = 'model=~"$model", version=~"$version", window=~"$window", segment=""';

export const ofModel = 'model=~"$model"';

export const ofVersion = 'model=~"$model", version=~"$version"';

/** Values with the state that they are of, process by process. */
export const stated = (values: string) => `${values} * on (${process}) group_left (state) modelmonitor_state_info{state=~"$state"}`;

/** One series per state: replicas on one store export the same, processes with a state of their own stay apart. */
export const one = (metric: string, labels: string = chosen) => `max without (instance, pod) (${stated(`${metric}{${labels}}`)})`;

/** Events per second, over all processes of a state: each counts its own. */
export const perSecond = (counter: string, labels: string, by: string) => `sum by (${by}) (rate(${counter}{${labels}}[$__rate_interval]))`;

/** Events within the dashboard's time range. */
export const within = (counter: string, labels: string, by: string) => `sum by (${by}) (increase(${counter}{${labels}}[$__range]))`;

/** A quantile of a histogram. */
export const quantile = (q: number, histogram: string, labels: string, by: string) =>
  `histogram_quantile(${q}, sum by (${[by, "le"].filter((part) => part).join(", ")}) (rate(${histogram}_bucket${labels ? `{${labels}}` : ""}[$__rate_interval])))`;
