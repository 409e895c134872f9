using Apache.Arrow;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Demo;
using ModelMonitor.Host.Hosting;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Tests.Lifecycle;

/// <summary>A monitor of the Chicago case with its real store and models, on a clock that the test steps; it can be cut off and opened again on what it committed.</summary>
internal sealed class Loop : IAsyncDisposable
{
    private static readonly DateTimeOffset s_start = new(2004, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_promotion = ["validate_rows: 100", "shadow: 0s", "shadow_rows: 20", "watch: 150d"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-loop-");
    private readonly IReadOnlyList<(string Stream, long At, RecordBatch Batch)> _deliveries;
    private Opened? _opened;
    private readonly List<(DeliveryIdentity Identity, RecordBatch Batch)> _held = [];
    private int _sent;

    private Loop()
    {
        var data = Path.Combine(AppContext.BaseDirectory, "Data", "chicago");
        foreach (var file in Directory.GetFiles(data)) File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        _deliveries = [.. Read("production.arrows", Streams.Predictions, "ts").Concat(Read("labels.arrows", Streams.Labels, "label_ts")).OrderBy(d => d.At)];
    }

    public string Folder => _folder.FullName;

    public ReplayClock Clock { get; } = new(s_start);

    public ModelCatalog Catalog => _opened!.Catalog;

    public MonitoredModel Serving => Catalog.Models[0];

    public LifecycleService Lifecycle => _opened!.App.Services.GetRequiredService<LifecycleService>();

    public HttpClient Client => _opened!.Client;

    public CutStore Store => _opened!.Store;

    public IReadOnlyList<string> Notes => _opened!.Notes;

    /// <param name="champion">Its file.</param>
    public static async Task<Loop> StartAsync(string champion, string promotion = "mode: automatic", string actions = "")
    {
        var loop = new Loop();
        loop.Configure("2003", champion, promotion, actions);
        await loop.OpenAsync();
        return loop;
    }

    /// <summary>Writes the configuration anew; it counts from the next opening on.</summary>
    public void Configure(string version, string champion, string promotion = "mode: automatic", string actions = "") => File.WriteAllText(Path.Combine(Folder, "loop.yaml"), $$"""
        listen: { http: "127.0.0.1:0" }
        models:
          chicago:
            version: "{{version}}"
            task: regression
            onnx: {{champion}}
            inputs: { X: [Clark_Lake, Washington_Wells, Quincy_Wells, Belmont, Austin, temp, percip, weather_snow, Cubs_Home, day_of_week, month] }
            score: { output: variable }
            columns: { id: entity_id, time: ts, label: y_true, label_time: label_ts }
            categorical: [Cubs_Home, day_of_week, month]
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            targets: { mae: 1.5 }
            label_delay: 2d
            capture: { rows_per_day: 10, validate: 0.9 }
            promotion: { {{string.Join(", ", s_promotion.Where(p => !promotion.Contains(p[..p.IndexOf(':', StringComparison.Ordinal)] + ":", StringComparison.Ordinal)).Append(promotion))}} }
        windows: { month: { size: 30d, schedule: "0 0 0 * * ?" }, half: { size: 180d, schedule: "0 0 0 * * ?" } }
        pane: 1d
        retention: { panes: 6000d, evaluations: 6000d, waiting_predictions: 3000d, captured: 3000d }
        rules: { weak: { metric: mae, above: 100, then: [] } }
        actions: { promote: { hook: webhook, url: "http://127.0.0.1:1/" }{{actions}} }
        """);

    /// <summary>Sends what was due by a time, and moves the clock there.</summary>
    /// <param name="truth">The version whose scores come back as the labels; null: the labels are as they were recorded.</param>
    /// <param name="withoutLabels">They are held back, for <see cref="ReplayLabelsAsync"/>.</param>
    public async Task ReplayAsync(int year, int month, string? truth = null, bool withoutLabels = false)
    {
        var until = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero);
        var ingest = _opened!.App.Services.GetRequiredService<IngestService>();
        for (; _sent < _deliveries.Count && _deliveries[_sent].At <= Instant.From(until); _sent++)
        {
            var (stream, at, batch) = _deliveries[_sent];
            Clock.StepTo(Instant.ToTime(at));
            var identity = new DeliveryIdentity($"loop-{_sent}", 1);
            if (stream == Streams.Predictions) Assert.Equal(batch.Length, (await ingest.PredictionsAsync(Serving, [batch], identity))!.Value.Reply.Rows);
            else if (withoutLabels) _held.Add((identity, batch));
            else Assert.NotNull(await ingest.LabelsAsync(Serving, [truth is null ? batch : await RelabelledAsync(batch, truth)], identity));
        }

        Clock.StepTo(until);
    }

    /// <summary>Two years of rows, and a challenger that comes then and passes on the hold-out and on production, if it can.</summary>
    public async Task ShadowAsync(string file, string version)
    {
        await ReplayAsync(2006, 3);
        await AddAsync(file, version);
        await SettleAsync();
    }

    /// <summary>Replays until a time, and takes every step that is due then.</summary>
    public async Task LiveAsync(int year, int month)
    {
        await ReplayAsync(year, month);
        await SettleAsync();
    }

    /// <summary>Sends the labels that were held back.</summary>
    public async Task ReplayLabelsAsync()
    {
        foreach (var (identity, batch) in _held) Assert.NotNull(await _opened!.App.Services.GetRequiredService<IngestService>().LabelsAsync(Serving, [batch], identity));
        _held.Clear();
    }

    /// <summary>Steps until nothing moves any more.</summary>
    public async Task SettleAsync()
    {
        for (var (i, before) = (0, ""); i < 20; i++)
        {
            await Lifecycle.StepAsync(TestContext.Current.CancellationToken);
            var now = string.Join(';', (await DossiersAsync()).Select(d => $"{d.Version} {d.Stage} {d.Looks}"));
            if (now == before) return;
            before = now;
        }
    }

    public async Task<VersionDossier> AddAsync(string file, string? version = null) =>
        await _opened!.App.Services.GetRequiredService<ChallengerIntake>().AddAsync("chicago", Path.IsPathRooted(file) ? file : Path.Combine(Folder, file), version, "test", null, null, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<VersionDossier>> DossiersAsync()
    {
        await using var reader = await Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        return await VersionDossier.ReadAsync(reader, "chicago", TestContext.Current.CancellationToken);
    }

    public async Task<VersionDossier> DossierAsync(string version) => (await DossiersAsync()).Single(d => d.Version == version);

    public async Task<IReadOnlyList<AuditRecord>> AuditAsync()
    {
        await using var reader = await Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        return await reader.ReadAuditAsync("chicago", TestContext.Current.CancellationToken);
    }

    public async Task<IReadOnlyList<OutboxRecord>> OutboxAsync()
    {
        await using var reader = await Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        return await reader.ReadOutboxAsync("chicago", null, 100, TestContext.Current.CancellationToken);
    }

    public async Task<IReadOnlyDictionary<string, VersionRole>> RegistryAsync()
    {
        await using var reader = await Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        return (await reader.ReadVersionsAsync("chicago", TestContext.Current.CancellationToken)).ToDictionary(v => v.Version, v => v.Role);
    }

    /// <summary>Ends the monitor, as it stands, and opens it again on what it committed.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        var (options, faults) = MonitorConfiguration.Load(Path.Combine(Folder, "loop.yaml"), new Dictionary<string, string>());
        Assert.Empty(faults);
        var locked = StateFolderLock.Acquire(options!.StateFolder);
        CutStore? store = null;
        ModelCatalog? catalog = null;
        try
        {
            store = new CutStore(SqliteStore.Open(locked));
            var opening = new ModelOpening(options, locked.Folder);
            catalog = await opening.OpenAsync(store, TestContext.Current.CancellationToken);
            var app = MonitorApplication.Build(options, catalog, store, Clock, scheduled: false, opening.Files, PluginLoader.Load(options.Plugins));
            await app.StartAsync(TestContext.Current.CancellationToken);
            _opened = new(locked, store, catalog, app, new HttpClient { BaseAddress = new Uri(app.Urls.First()) }, opening.Notes);
        }
        catch
        {
            catalog?.Dispose();
            if (store is not null) await store.DisposeAsync();
            locked.Dispose();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_opened is not { } opened) return;
        _opened = null;
        opened.Client.Dispose();
        await opened.App.DisposeAsync();
        opened.Catalog.Dispose();
        await opened.Store.DisposeAsync();
        opened.Locked.Dispose();
    }

    private IEnumerable<(string Stream, long At, RecordBatch Batch)> Read(string file, string stream, string time)
    {
        foreach (var batch in ArrowBatches.OpenFile(Path.Combine(Folder, file)).ReadAll())
        {
            var at = ColumnReader.ReadTimes(batch.Column(time), time).Max();
            yield return (stream, at, batch);
        }
    }

    private async Task<RecordBatch> RelabelledAsync(RecordBatch batch, string truth)
    {
        var decoded = BatchDecoder.DecodeLabels(batch, Serving.Schema);
        await using var reader = await Store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var builder = new DoubleArray.Builder();
        for (var row = 0; row < batch.Length; row++)
        {
            var joined = (await reader.ReadJoinRowsAsync("chicago", [decoded.Ids[row]], TestContext.Current.CancellationToken))[0];
            builder.Append(joined?.Scores.Where(s => s.Version == truth).Select(s => (double?)s.Score).FirstOrDefault() ?? decoded.Labels[row]);
        }

        IArrowArray labels = builder.Build();
        return new RecordBatch(new Schema([.. batch.Schema.FieldsList.Select(f => f.Name == "y_true" ? new Field("y_true", Apache.Arrow.Types.DoubleType.Default, true) : f)], null),
            [.. batch.Schema.FieldsList.Select(f => f.Name == "y_true" ? labels : batch.Column(f.Name))], batch.Length);
    }

    private sealed record Opened(StateFolderLock Locked, CutStore Store, ModelCatalog Catalog, WebApplication App, HttpClient Client, IReadOnlyList<string> Notes);
}
