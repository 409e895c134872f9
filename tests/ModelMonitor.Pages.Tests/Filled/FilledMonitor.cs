using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Demo;
using ModelMonitor.Host.Hosting;
using ModelMonitor.Host.Store;

[assembly: AssemblyFixture(typeof(ModelMonitor.Pages.Tests.Filled.FilledMonitor))]

namespace ModelMonitor.Pages.Tests.Filled;

/// <summary>One monitor for all tests, through the composition root of `run`, over the real store: five months of recorded flights and a year of made-up models, replayed.</summary>
public sealed class FilledMonitor : IAsyncLifetime
{
    private const int Days = 365;

    /// <summary>The last so many, of which so many are captured still.</summary>
    private const int RideDays = 60, KeptDays = 30;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-pages-");
    private HookReceiver? _receiver;
    private StateFolderLock? _lock;
    private ModelCatalog? _catalog;
    private SqliteStore? _store;
    private WebApplication? _app;

    public FilledMonitor() => Sights = new(this);

    public HttpClient Client { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public string Folder => _folder.FullName;

    /// <summary>What a browser sees of it.</summary>
    internal Browser.Sights Sights { get; }

    internal MonitorOptions Options { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Write();
        var (options, faults) = MonitorConfiguration.Load(Path.Combine(Folder, "monitor.yaml"), new Dictionary<string, string>(), checkFiles: true);
        Assert.Empty(faults);
        _receiver = await HookReceiver.StartAsync(CancellationToken.None);
        Options = options! with { Actions = [.. options!.Actions.Select(a => a with { Url = new Uri(_receiver.Address, a.Name) })] };
        _lock = StateFolderLock.Acquire(Options.StateFolder);
        _store = SqliteStore.Open(_lock);
        var opening = new ModelOpening(Options, _lock.Folder);
        _catalog = await opening.OpenAsync(_store, CancellationToken.None);
        var clock = new ReplayClock(Rows.Start);
        _app = MonitorApplication.Build(Options, _catalog, _store, clock, scheduled: false, opening.Files);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        Client = new HttpClient { BaseAddress = Address };
        var replay = new Replay(_catalog, Options, _app.Services.GetRequiredService<EvaluationService>(), new VersionSteps(_app.Services.GetRequiredService<LifecycleService>(), _catalog, Options, _store), clock, Client);
        await replay.RunAsync([.. Deliveries().OrderBy(d => d.At)], _ => Task.CompletedTask, CancellationToken.None);
        await _app.Services.GetRequiredService<StateWriter>().SubmitAsync(new Forgetting("rides", Instant.From(Rows.Start.AddDays(Days - KeptDays))));
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _catalog?.Dispose();
        _lock?.Dispose();
        if (_receiver is not null) await _receiver.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static string Data(string folder, string file) => Path.Combine(AppContext.BaseDirectory, "Data", folder, file);

    private static IEnumerable<Replay.Delivery> Deliveries()
    {
        foreach (var batch in ArrowBatches.OpenFile(Data("flights", "production.arrows")).ReadAll()) yield return new("flights", "predictions", ColumnReader.ReadTimes(batch.Column("ts"), "ts").Max(), batch);
        foreach (var batch in ArrowBatches.OpenFile(Data("flights", "labels.arrows")).ReadAll()) yield return new("flights", "labels", ColumnReader.ReadTimes(batch.Column("label_ts"), "label_ts").Max(), batch);
        for (var day = 0; day < Days; day++)
        {
            var end = Instant.From(Rows.Start.AddDays(day + 1));
            yield return new("credit", "predictions", end, Rows.Credit(day, Rows.CreditRows, withLabels: false));
            yield return new("credit", "labels", end + (14 * Instant.Day), Rows.Labels(Rows.Credit(day, Rows.CreditRows, withLabels: true), TimeSpan.FromDays(14), day));
            if (day >= Days - RideDays)
            {
                yield return new("rides", "predictions", end, Rows.Rides(day, Rows.RideRows, withLabels: false));
                yield return new("rides", "labels", end, Rows.Labels(Rows.Rides(day, Rows.RideRows, withLabels: true), TimeSpan.Zero, day));
            }

            if (day >= 90) continue;
            yield return new("animals", "predictions", end, Rows.Animals(day, Rows.AnimalRows, withLabels: false));
            yield return new("animals", "labels", end, Rows.Labels(Rows.Animals(day, Rows.AnimalRows, withLabels: true), TimeSpan.Zero, day));
            yield return new("odd", "predictions", end, Rows.Odd(day, Rows.OddRows, withLabels: false));
            yield return new("odd", "labels", end, Rows.Labels(Rows.Odd(day, Rows.OddRows, withLabels: true), TimeSpan.Zero, day));
        }
    }

    private void Write()
    {
        string In(string file) => Path.Combine(Folder, file);
        Rows.WriteFile(In("credit.arrows"), Rows.Credit(-1, 4000, withLabels: true));
        Rows.WriteFile(In("credit_holdout.arrows"), Rows.Credit(-2, 3000, withLabels: true));
        Rows.WriteFile(In("animals.arrows"), Rows.Animals(-1, 3000, withLabels: true));
        Rows.WriteFile(In("odd.arrows"), Rows.Odd(-1, 2000, withLabels: true));
        Rows.WriteFile(In("rides.arrows"), Rows.Rides(-1, 2000, withLabels: true));
        File.WriteAllText(In("monitor.yaml"), $$"""
            listen: { http: "127.0.0.1:0" }
            state: ./state
            models:
              flights:
                version: "2001-01"
                task: binary
                onnx: "{{Data("flights", "model.onnx")}}"
                inputs:
                  input: [hour, day_of_week, distance, origin_late_rate, destination_late_rate, origin_recent_late, destination_recent_late]
                score: { output: probabilities, positive: 1 }
                threshold: 0.3
                columns: { id: entity_id, time: ts, label: label, label_time: label_ts }
                reference: { train: "{{Data("flights", "reference_train.arrows")}}", holdout: "{{Data("flights", "reference_holdout.arrows")}}" }
                targets: { roc_auc: 0.7 }
                label_delay: 1d
                challengers: { "2001-01b": { onnx: "{{Data("flights", "model.onnx")}}" } }
              credit:
                version: "7"
                task: binary
                columns: { id: id, time: ts, label: label, label_time: known, score: score }
                label_positive: 1
                reference: { train: credit.arrows, holdout: credit_holdout.arrows }
                targets: { roc_auc: 0.75 }
                label_delay: 14d
                segments: { columns: [region], features: [f00, f03] }
              animals:
                version: "1"
                task: multiclass
                score: { classes: ["cat", "dog", "bird", "{{Rows.Hostile}}"] }
                columns: { id: id, time: ts, label: label, label_time: known, score: p }
                reference: { train: animals.arrows }
              odd:
                version: "{{Rows.Hostile}}"
                task: regression
                columns: { id: id, time: ts, label: label, label_time: known, score: score }
                reference: { train: odd.arrows }
              rides:
                version: "3"
                task: regression
                columns: { id: id, time: ts, label: label, label_time: known, score: score }
                reference: { train: rides.arrows }
                segments: { columns: [zone] }
                capture: on
            windows:
              day:  { size: 1d, schedule: "0 30 0 * * ?" }
              week: { size: 7d, schedule: "0 45 0 ? * MON" }
            pane: 1h
            retention: { panes: 500d, evaluations: 500d, waiting_predictions: 60d }
            rules:
              unstable:    { metric: score_psi, above: 0.2, window: week, then: [notify] }
              shifted:     { metric: psi, feature: "*", above: 0.2, window: week, then: [notify] }
              decay:       { finding: decay, drop: 5%, window: week, then: [retrain] }
              weak:        { metric: roc_auc, below: 0.7, window: week, then: [notify] }
              weak_slice:  { metric: roc_auc, segment: "region=*", below: 0.65, window: week, then: [notify] }
            actions:
              notify:  { hook: webhook, url: "http://127.0.0.1/" }
              retrain: { hook: webhook, url: "http://127.0.0.1/", cooldown: 60d }
            """);
    }

    /// <summary>What the retention job does to captured rows; a replay does not run it.</summary>
    private sealed class Forgetting(string model, long before) : IWork
    {
        int IWork.Rows => 0;

        public ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => scope.Transaction.DeleteCapturedAsync(model, long.MinValue, before, cancellationToken);
    }
}
