using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Host.Http.Page;

/// <summary>The page as HTML: a pure function of what it shows. No script, nothing from elsewhere.</summary>
internal static class OverviewPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #c8ccd2; --faint: #5a6270; --alarm: #a4161a; }
        @media (prefers-color-scheme: dark) { :root { --line: #444b57; --faint: #a2abb8; --alarm: #ff8a80; } }
        body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .25rem; }
        p { margin: .25rem 0 .75rem; } .faint { color: var(--faint); } .alarm { color: var(--alarm); font-weight: 600; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; margin: .75rem 0 1.25rem; }
        caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
        th, td { border-bottom: 1px solid var(--line); padding: .3rem .9rem .3rem 0; text-align: left; vertical-align: top; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        """;

    private static readonly string[] Questions = ["evaluate", "evaluations", "findings", "versions", "actions"];

    public static string Render(OverviewView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Model Monitor</title>\n<style>\n")
            .Append(Style).Append("\n</style>\n</head>\n<body>\n<main>\n<h1>Model Monitor</h1>\n")
            .Append(Invariant($"<p class=\"faint\">As of <time>{Text(view.ReadAt)}</time>. "))
            .Append("<a href=\"/metrics\">Metrics</a>, <a href=\"/v1/models\">models</a>, <a href=\"/openapi/v1.json\">description of the API</a>, <a href=\"/health/ready\">health</a>.</p>\n");
        if (view.Models.Count == 0) html.Append("<p>No model is configured.</p>\n");
        foreach (var model in view.Models) Model(html, model);
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Model(StringBuilder html, ModelView model)
    {
        var at = "/v1/models/" + Uri.EscapeDataString(model.Name);
        html.Append(Invariant($"<section>\n<h2>{Text(model.Name)} <span class=\"faint\">version {Text(model.Version)}</span></h2>\n"))
            .Append(Invariant($"<p>{Text(model.Role ?? "not in the registry")}, {Text(model.Task)}, {Text(model.Provider is { } provider ? "scored by " + provider : "logged scores")}. "))
            .AppendJoin(", ", Questions.Select(p => $"<a href=\"{Text(at)}/{p}\">{p}</a>"))
            .Append("</p>\n");
        Rules(html, model.Firing);
        Windows(html, model);
        var evaluated = model.Windows.Where(w => w.Newest is not null).Select(w => (w.Name, Newest: w.Newest!)).ToArray();
        if (evaluated.Length > 0)
        {
            Performance(html, evaluated);
            Features(html, evaluated);
            Findings(html, evaluated);
        }

        html.Append("</section>\n");
    }

    private static void Rules(StringBuilder html, IReadOnlyList<FiringView> firing)
    {
        if (firing.Count == 0)
        {
            html.Append("<p>No rule is firing.</p>\n");
            return;
        }

        Table(html, "Rules that fire", ["Rule", "Since", "Why"], 3, firing.Select(f => new[] { Alarm(f.Rule), Text(f.Since ?? ""), Text(f.Message) }));
    }

    private static void Windows(StringBuilder html, ModelView model) =>
        Table(html, "Newest evaluation of each window", ["Window", "Until", "Version", "Rows", "Labelled", "Score PSI", "Noise floor"], 3, model.Windows.Select(w => w.Newest is { } e
            ? new[] { Text(w.Name), Text(e.Until), Text(e.Version), Number(e.Rows), Number(e.Labelled), Number(e.Score?.Psi), Number(e.Score?.NoiseFloor) }
            : [Text(w.Name), "none yet", "", "", "", "", ""]));

    private static void Performance(StringBuilder html, (string Name, EvaluationView Newest)[] windows)
    {
        var metrics = windows.SelectMany(w => w.Newest.Performance.Select(p => p.Metric)).Distinct(StringComparer.Ordinal).ToArray();
        Table(html, "Performance, with its interval", ["Window", "Until", "Labelled", .. metrics], 2, windows.Select(w => (string[])[
            Text(w.Name), Text(w.Newest.PerformanceUntil), Number(w.Newest.PerformanceLabelled),
            .. metrics.Select(m => w.Newest.Performance.Where(p => p.Metric == m).Select(p => Value(p.Value)).FirstOrDefault(""))]));
    }

    private static void Features(StringBuilder html, (string Name, EvaluationView Newest)[] windows)
    {
        var rows = windows.SelectMany(w => w.Newest.Worst.Select(f => new[] { Text(w.Name), Text(f.Feature), Number(f.Drift.Psi), Number(f.Drift.NoiseFloor), Number(f.Importance) })).ToArray();
        if (rows.Length > 0) Table(html, "Features that moved most", ["Window", "Feature", "PSI", "Noise floor", "Importance"], 2, rows);
    }

    private static void Findings(StringBuilder html, (string Name, EvaluationView Newest)[] windows)
    {
        var rows = windows.SelectMany(w => w.Newest.Findings.Select(f => new[] { Text(w.Name), Alarm(f.Kind), Text(f.Message) })).ToArray();
        if (rows.Length > 0) Table(html, "Findings", ["Window", "Kind", "What was found"], 3, rows);
        else html.Append("<p>No findings.</p>\n");
    }

    /// <param name="texts">How many columns from the left hold text; the others hold numbers.</param>
    /// <param name="rows">Cells as HTML; the first names its row.</param>
    private static void Table(StringBuilder html, string caption, string[] heads, int texts, IEnumerable<string[]> rows)
    {
        html.Append(Invariant($"<div class=\"wide\"><table>\n<caption>{Text(caption)}</caption>\n<thead><tr>"));
        for (var i = 0; i < heads.Length; i++) html.Append(Invariant($"<th scope=\"col\"{Class(i)}>{Text(heads[i])}</th>"));
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var cells in rows)
        {
            html.Append(Invariant($"<tr><th scope=\"row\">{cells[0]}</th>"));
            for (var i = 1; i < cells.Length; i++) html.Append(Invariant($"<td{Class(i)}>{cells[i]}</td>"));
            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table></div>\n");

        string Class(int column) => column >= texts ? " class=\"number\"" : "";
    }

    private static string Value(MetricValue value) => value switch
    {
        { Value: null } => Text(value.Status ?? ""),
        { Lower: { } lower, Upper: { } upper } => $"{Number(value.Value)} <span class=\"faint\">{Number(lower)} to {Number(upper)}</span>",
        _ => Number(value.Value),
    };

    private static string Alarm(string text) => $"<span class=\"alarm\">{Text(text)}</span>";

    private static string Number(long number) => Text(number.ToString(CultureInfo.InvariantCulture));

    private static string Number(double? number) => number is { } known ? Text(known.ToString("G4", CultureInfo.InvariantCulture)) : "";

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
