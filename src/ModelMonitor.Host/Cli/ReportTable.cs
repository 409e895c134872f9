using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using Spectre.Console;

namespace ModelMonitor.Host.Cli;

/// <summary>Draws a report for people: a row per window, then gaps, findings and what would have fired.</summary>
internal static class ReportTable
{
    /// <summary>Findings and firings beyond it are only counted; all are in the JSON.</summary>
    private const int MostLines = 12;

    private const int WorstSlices = 5;

    public static void Write(IAnsiConsole console, Report report, string every)
    {
        var baseline = report.Model.Baseline;
        var metrics = Metrics(report);
        console.MarkupLineInterpolated($"[bold]{report.Model.Name}[/] version {baseline.Version}, {EvaluationJson.TaskName(baseline.Shape.Task)}, by {every}");
        console.Write(Windows(report, metrics));
        Slices(console, report, metrics[0]);
        Gaps(console, report, metrics[0]);
        Ensemble(console, report.Overall);
        FindingLines(console, report);
        Rules(console, report);
    }

    /// <summary>The primary metric first, then the task's main ones.</summary>
    private static string[] Metrics(Report report)
    {
        var task = report.Model.Baseline.Shape.Task;
        string[] main = task switch
        {
            TaskKind.Binary => ["roc_auc", "average_precision", "f1", "log_loss"],
            TaskKind.Multiclass => ["roc_auc_ovr_macro", "f1_macro", "accuracy", "log_loss"],
            _ => ["r2", "rmse", "mae", "mean_error"],
        };
        return [.. main.Prepend(PrimaryMetric.Of(task, report.Model.Options.Targets)).Distinct()];
    }

    /// <summary>The primary metric without labels, where it can be estimated.</summary>
    private static string[] Estimated(Report report) => [.. Metrics(report).Take(1).Where(report.Overall.Estimated.ContainsKey)];

    /// <summary>The slices that do worst over all windows, among those with enough labels to say so.</summary>
    private static void Slices(IAnsiConsole console, Report report, string metric)
    {
        var sign = MetricDirections.Of(metric) == MetricDirection.LowerIsBetter ? -1 : 1;
        var worst = report.Overall.Segments
            .Where(s => LabelMaturity.Of(s, 0) is null && s.Performance.TryGetValue(metric, out var value) && value.Value is not null)
            .OrderBy(s => sign * s.Performance[metric].Value!.Value)
            .Take(WorstSlices);
        foreach (var slice in worst)
            console.WriteLine($"slice {slice.Segment}: {metric} {Figures.Metric(slice.Performance, metric)} of {Figures.Count(slice.Labelled)} labelled rows");
        if (report.Overall.Segments.Count > WorstSlices) console.WriteLine($"… of {report.Overall.Segments.Count} slices; all are in the JSON");
    }

    private static Table Windows(Report report, string[] metrics)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("window");
        string[] numbers = ["rows", "labelled", .. metrics, .. Estimated(report).Select(key => "est. " + key), "score psi"];
        foreach (var name in numbers) table.AddColumn(new TableColumn(name) { Alignment = Justify.Right });
        table.AddColumn("worst feature psi");
        table.AddColumn("firing");
        var estimated = Estimated(report);
        Reference(table, "train", report.Model.Baseline.Train.Rows, report.Model.Baseline.Train.Performance, metrics, estimated);
        if (report.Model.Baseline.Holdout is { } holdout) Reference(table, "hold-out", holdout.Rows, holdout.Performance, metrics, estimated);
        var firing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var window in report.Windows)
        {
            foreach (var change in report.Rules.Where(r => r.Range == window.Range))
                _ = change.Change == RuleChange.Fired ? firing.Add(Name(change)) : firing.Remove(Name(change));
            Window(table, Date(window.Range.Start), window, metrics, estimated, string.Join(", ", firing), firing.Count > 0 ? "red" : null);
        }

        Window(table, "overall", report.Overall, metrics, estimated, "", "bold");
        return table;
    }

    private static void Reference(Table table, string name, long rows, IReadOnlyDictionary<string, MetricValue> performance, string[] metrics, string[] estimated) =>
        Row(table, [name, Figures.Count(rows), Figures.Count(rows), .. metrics.Select(m => Figures.Metric(performance, m)), .. estimated.Select(_ => ""), "", "", ""], "grey");

    private static void Window(Table table, string name, Evaluation window, string[] metrics, string[] estimated, string firing, string? style) =>
        Row(table,
            [name, Figures.Count(window.Rows), Figures.Count(window.Labelled), .. metrics.Select(m => Figures.Metric(window.Performance, m)),
                .. estimated.Select(m => Figures.Metric(window.Estimated, m)), Figures.Metric(window.Drift.Score, "psi"), WorstFeature(window), firing],
            style);

    private static void Row(Table table, IEnumerable<string> cells, string? style) =>
        table.AddRow([.. cells.Select(c => new Markup(style is null ? Markup.Escape(c) : $"[{style}]{Markup.Escape(c)}[/]"))]);

    private static string WorstFeature(Evaluation window)
    {
        var worst = window.Drift.Features
            .Select(f => (f.Key, Psi: f.Value.TryGetValue("psi", out var psi) ? psi.Value : null))
            .Where(f => f.Psi is not null)
            .OrderByDescending(f => f.Psi)
            .FirstOrDefault();
        return worst.Psi is null ? "–" : $"{Figures.Number(worst.Psi)} {worst.Key}";
    }

    private static void Gaps(IAnsiConsole console, Report report, string metric)
    {
        foreach (var gap in report.Overall.Gaps.Where(g => g.Metric == metric && g.Value.Value is not null))
        {
            var interval = gap.Value is { Lower: { } lower, Upper: { } upper } ? $" [{Figures.Percent(lower)}, {Figures.Percent(upper)}]" : "";
            console.WriteLine($"gap of {metric}, {gap.From} to {gap.To}: {Figures.Percent(gap.Value.Value!.Value)}{interval}");
        }
    }

    private static void Ensemble(IAnsiConsole console, Evaluation overall)
    {
        if (!overall.Performance.TryGetValue("bias_squared", out var bias) || bias.Value is null) return;
        console.WriteLine($"ensemble: squared bias {Figures.Metric(bias)} + variance {Figures.Metric(overall.Performance["variance"])} = mean squared error of a member {Figures.Metric(overall.Performance["member_mse"])}");
    }

    /// <summary>One line per kind and column: the first message and in how many windows.</summary>
    private static void FindingLines(IAnsiConsole console, Report report)
    {
        var groups = report.Overall.Findings
            .Concat(report.Windows.SelectMany(w => w.Findings.Where(f => !FindingKind.IsOfVersion(f.Kind))))
            .GroupBy(f => (f.Kind, f.Metric, f.Feature))
            .OrderByDescending(g => g.Any(f => f.Confirmed))
            .ToList();
        if (groups.Count == 0) console.WriteLine("findings: none");
        foreach (var group in groups.Take(MostLines))
        {
            var (first, more) = (group.First(), group.Count() - 1);
            var again = more > 0 ? $" (and {more} more)" : "";
            console.MarkupLineInterpolated($"[{(first.Confirmed ? "yellow" : "grey")}]{(first.Confirmed ? "finding" : "suspect")} {first.Kind}[/]: {first.Message}{again}");
        }

        if (groups.Count > MostLines) console.WriteLine($"… and {groups.Count - MostLines} more kinds of findings; all are in the JSON");
    }

    private static void Rules(IAnsiConsole console, Report report)
    {
        if (!report.Breached) console.WriteLine("no rule would have fired");
        foreach (var change in report.Rules.Take(MostLines))
        {
            var range = $"{Date(change.Range.Start)} to {Date(change.Range.End)}";
            if (change.Change == RuleChange.Fired) console.MarkupLineInterpolated($"[red]would have fired: {change.Rule}[/], {range}: {change.Verdict.Message}");
            else console.WriteLine($"would have ended: {Name(change)}, {range}");
        }

        if (report.Rules.Count > MostLines) console.WriteLine($"… and {report.Rules.Count - MostLines} more changes; all are in the JSON");
        foreach (var unjudged in report.Unjudged) console.MarkupLineInterpolated($"[yellow]never judged: {unjudged.Rule.Name}[/]: {Why(unjudged)}");
    }

    /// <summary>Why a rule judged nothing, for people.</summary>
    public static string Why(UnjudgedRule unjudged)
    {
        ArgumentNullException.ThrowIfNull(unjudged);
        var of = unjudged.Windows == 1 ? "the window" : $"most of {unjudged.Windows} windows";
        return unjudged.Reason == RuleReason.TooFewRows ? $"fewer rows than its min_rows, {Figures.Count(unjudged.Rule.MinRows)}, in {of}" : $"{unjudged.Reason} in {of}";
    }

    private static string Name(RuleTransition change) => change.Segment.Length == 0 ? change.Rule : $"{change.Rule} of {change.Segment}";

    private static string Date(long instant)
    {
        var time = Instant.ToTime(instant).UtcDateTime;
        return time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}
