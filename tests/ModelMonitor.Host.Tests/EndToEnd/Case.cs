using System.Text.Json.Nodes;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>A recorded case in a folder of its own, with a configuration that listens on free ports and keeps its state there.</summary>
internal sealed class Case : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");

    public Case(string name, string extra = "")
    {
        Data = Path.Combine(AppContext.BaseDirectory, "Data", name);
        foreach (var file in Directory.GetFiles(Data)) File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        Configuration = Path.Combine(_folder.FullName, "monitor.yaml");
        File.AppendAllText(Configuration, "\nlisten: { http: \"127.0.0.1:0\", metrics: \"127.0.0.1:0\" }\n" + extra);
    }

    public string Data { get; }

    public string Configuration { get; }

    public string Folder => _folder.FullName;

    /// <summary>What `evaluate` says of the files as they are.</summary>
    public async Task<JsonObject> OfflineAsync(string model, string every)
    {
        var (options, faults) = MonitorConfiguration.Load(Configuration, new Dictionary<string, string>());
        Assert.Empty(faults);
        var loaded = new ModelLoader(new OnnxScorerFactory()).Load(options!.Models.First(m => m.Name == model));
        using var scorer = loaded.Scorer;
        using var ensemble = loaded.Ensemble;
        await using var offline = new OfflineEvaluation(loaded, options);
        foreach (var batch in ArrowBatches.OpenFile(Path.Combine(Data, "production.arrows")).ReadAll()) await offline.PredictionsAsync(batch);
        foreach (var batch in ArrowBatches.OpenFile(Path.Combine(Data, "labels.arrows")).ReadAll()) await offline.LabelsAsync(batch);
        return (await offline.ReportAsync(CalendarWindows.Parse(every, Core.Instant.From(options.Pane)), default))!.ToJson();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
