namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>A copy of the chart with one more rule and one more dashboard, so that what the templates make of them does not hang on those that are there; and of the example that depends on it.</summary>
public sealed class ChartFolder : IAsyncLifetime
{
    /// <summary>Text that Helm would take for its own, were it not left alone.</summary>
    public const string Foreign = "psi of {{ $labels.feature }} is {{ $value }}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-chart-");

    internal string Chart => Path.Combine(_folder.FullName, "charts", "modelmonitor");

    internal string Example => Path.Combine(_folder.FullName, "tests", "helm", "example");

    public async ValueTask InitializeAsync()
    {
        Repository.Copy(Repository.PathOf("charts", "modelmonitor"), Chart);
        Repository.Copy(Path.Combine(Tools.Folder, "example"), Example);
        await File.WriteAllTextAsync(Path.Combine(Chart, "files", "rules", "sample_rules.yaml"), $$"""
            groups:
              - name: sample
                rules:
                  - alert: Sample
                    expr: modelmonitor_feature_psi > 0.2
                    for: 10m
                    labels: { severity: warning }
                    annotations: { summary: "{{Foreign}}" }

            """);
        await File.WriteAllTextAsync(Path.Combine(Chart, "files", "dashboards", "sample.json"), $$"""{ "uid": "sample", "title": "{{Foreign}}" }""" + "\n");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Renders the chart with values, each a text of YAML; later ones win.</summary>
    internal async Task<Command> TemplateAsync(params string[] values) => await Tools.HelmAsync(["template", "churn", Chart, "--namespace", "ml", .. await FilesAsync(values)]);

    internal async Task<Command> LintAsync(params string[] values) => await Tools.HelmAsync(["lint", "--strict", Chart, .. await FilesAsync(values)]);

    internal async Task<Rendered> RenderAsync(params string[] values) => new((await TemplateAsync(values)).Sound());

    private async Task<List<string>> FilesAsync(string[] values)
    {
        var arguments = new List<string>();
        foreach (var text in values)
        {
            var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".yaml");
            await File.WriteAllTextAsync(file, text);
            arguments.AddRange(["-f", file]);
        }

        return arguments;
    }
}
